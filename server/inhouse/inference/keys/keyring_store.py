"""Keys in the system's keyring, one an origin. The keyring is never touched for an origin without an entry: looking may
start services and ask the user to unlock something, so an index beside it says which origins have one.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TypeVar

from inhouse.config.origins import read_origins, write_origins
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret
from inhouse.inference.keys.flight import SingleFlight
from inhouse.inference.waiting import for_a_person

SERVICE = "inhouse"
KEYRING_SECONDS = 60.0
"""For which the keyring may take: somebody may have to unlock it."""
INDEX = "keyring-origins.json"

_HINT = "Unlock or set up a keyring, or name a variable that holds the key in api_key_env."

_log = logging.getLogger(__name__)

T = TypeVar("T")
Stamp = tuple[int, int, int] | None


class KeyringStore:
    """The entries of one user; `state` is the folder of the index."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._reading: dict[Origin, SingleFlight[str | None]] = {}

    def origins(self) -> frozenset[Origin]:
        """Those that have an entry."""
        return read_origins(self._state / INDEX)

    def stamp(self) -> Stamp:
        """Differs when an entry may have changed, and is None while there are none; without reading a file."""
        try:
            state = (self._state / INDEX).stat()
        except OSError:
            return None
        return state.st_ino, state.st_mtime_ns, state.st_ctime_ns

    async def find(self, origin: Origin) -> Secret | None:
        """Raises InhouseError where there is an entry and the keyring does not give it."""
        if origin not in self.origins():
            return None
        reading = self._reading.setdefault(origin, SingleFlight(lingering=True))
        with for_a_person():
            # The limit is the waiting one's: a keyring that hangs holds one thread, however often it is asked.
            found = await _in_time(reading.join(lambda: _in_thread(partial(_get, str(origin)))))
        return Secret(found) if found else None

    async def save(self, origin: Origin, secret: Secret) -> None:
        """Raises InhouseError, or OSError where the index cannot be written."""
        if not await _in_time(_in_thread(partial(_set, str(origin), secret.reveal()))):
            raise _unusable("did not keep the key")
        write_origins(self._state / INDEX, self.origins() | {origin})

    async def delete(self, origin: Origin) -> None:
        """Also where the keyring itself has lost the entry. Raises as `save`."""
        await _in_time(_in_thread(partial(_delete, str(origin))))
        write_origins(self._state / INDEX, self.origins() - {origin})


# keyring is imported where it is used: 65 ms, and 100 ms more to find the system's own one.


def _get(user: str) -> str | None:
    import keyring

    return keyring.get_password(SERVICE, user)


def _set(user: str, key: str) -> bool:
    import keyring

    keyring.set_password(SERVICE, user, key)
    return keyring.get_password(SERVICE, user) == key


def _delete(user: str) -> None:
    import keyring

    if keyring.get_password(SERVICE, user) is not None:
        keyring.delete_password(SERVICE, user)


async def _in_time(work: Coroutine[object, object, T]) -> T:
    try:
        async with asyncio.timeout(KEYRING_SECONDS):
            return await work
    except TimeoutError:
        raise _unusable(f"did not answer within {KEYRING_SECONDS:g} s") from None


async def _in_thread(use: Callable[[], T]) -> T:
    """A daemon thread, not the loop's pool: one that hangs must not keep the program from its end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            report = partial(_succeed, future, use())
        except Exception as exc:  # noqa: BLE001 - every keyring has libraries and errors of its own; none is told
            _log.warning("the keyring fails with %s", type(exc).__name__)
            report = partial(_fail, future, _translated(exc))
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(report)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await future


def _succeed(future: "asyncio.Future[T]", value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: "asyncio.Future[T]", error: InhouseError) -> None:
    if not future.done():
        future.set_exception(error)


def _translated(exc: Exception) -> InhouseError:
    from keyring.errors import KeyringLocked, NoKeyringError

    if isinstance(exc, NoKeyringError):
        return _unusable(
            "is missing", "This machine has no keyring; name a variable that holds the key in api_key_env."
        )
    return _unusable("is locked" if isinstance(exc, KeyringLocked) else "cannot be used")


def _unusable(how: str, hint: str = _HINT) -> InhouseError:
    return InhouseError(kind=ErrorKind.INVALID_CONFIG, message=f"The system's keyring {how}.", hint=hint)
