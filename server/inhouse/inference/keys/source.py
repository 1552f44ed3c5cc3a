"""One backend's key: from the first of its sources that has one, for its own origin only."""

import asyncio
import dataclasses
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from inhouse.domain.errors import InhouseError
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret
from inhouse.inference.egress.credential import Advice, Credential, Source
from inhouse.inference.keys.command import KeyCommand
from inhouse.inference.keys.editor import EditorKeys
from inhouse.inference.keys.keyring_store import KeyringStore, Stamp
from inhouse.inference.waiting import standing_still


@dataclass(frozen=True, slots=True)
class KeySettings:
    """What the settings say of a backend's key. `secret` is what `variable` holds; `ttl` is in seconds."""

    backend: str
    origin: Origin
    header: str = "Authorization"
    scheme: str = "Bearer"
    variable: str = ""
    secret: Secret | None = None
    command: tuple[str, ...] = ()
    ttl: float = 300


class Keys:
    """A `KeySource`: the variable, else the command, else the keyring; and the editor's where those are refused.

    With a variable or a command the keyring is not looked at, and with a command the editor is not asked: whoever set
    one up has said where the key comes from.
    """

    def __init__(self, settings: KeySettings, keyring: KeyringStore, editor: EditorKeys) -> None:
        self._settings = settings
        self._keyring = keyring
        self._editor = editor
        self._command = KeyCommand(settings.backend, settings.command, settings.ttl) if settings.command else None
        self._stored: tuple[Stamp, Secret | None] = (None, None)
        self._looking = asyncio.Lock()

    async def current(self) -> Credential | None:
        if self._by_command:
            return await self._from_command(instead_of=None)
        own, source = await self._own()
        given = self._editor.given(self._settings.origin, instead_of=own)
        return self._credential(given, Source.EDITOR) or self._credential(own, source)

    async def another(self, refused: Credential | None) -> Credential | None:
        if self._by_command:
            return await self._from_command(instead_of=refused.secret if refused else None)
        sent = refused.secret if refused else None
        if sent is not None and refused is not None and refused.source is Source.KEYRING:
            self._stored = (None, None)
        own, source = await self._own()
        if own is not None and own != sent and (refused is None or refused.source is Source.KEYRING):
            return self._credential(own, source)  # it was put into the keyring a moment ago
        with self._told():
            found = await self._editor.another(self._settings.backend, self._settings.origin, sent, own)
        return self._credential(found, Source.EDITOR)

    def advice(self, refused: Credential | None) -> Advice:
        return advice(self._settings, refused)

    async def aclose(self) -> None:
        if self._command is not None:
            await self._command.aclose()

    @property
    def _by_command(self) -> bool:
        return self._command is not None and self._settings.secret is None

    async def _from_command(self, *, instead_of: Secret | None) -> Credential | None:
        assert self._command is not None
        with self._told(), standing_still():
            return self._credential(await self._command.key(instead_of=instead_of), Source.COMMAND)

    async def _own(self) -> tuple[Secret | None, Source]:
        """What the user has set up."""
        if self._settings.secret is not None:
            return self._settings.secret, Source.VARIABLE
        async with self._looking:
            stamp = self._keyring.stamp()
            if stamp is None:
                return None, Source.KEYRING
            if self._stored[0] != stamp:
                with self._told():
                    self._stored = (stamp, await self._keyring.find(self._settings.origin))
            return self._stored[1], Source.KEYRING

    def _credential(self, secret: Secret | None, source: Source) -> Credential | None:
        if secret is None:
            return None
        return Credential(secret, self._settings.header, self._settings.scheme, source)

    @contextmanager
    def _told(self) -> Generator[None]:
        """An error of its own for each request that waited for the same thing."""
        try:
            yield
        except InhouseError as exc:
            raise dataclasses.replace(exc, backend=self._settings.backend) from None


def advice(settings: KeySettings, refused: Credential | None) -> Advice:
    """What to do about a 401, by where the key came from."""
    name = settings.backend
    store = f"`inhouse secret set {name}`"
    match refused.source if refused else None:
        case Source.VARIABLE:
            return Advice(
                f"{name} does not accept the key in {settings.variable}.",
                f"Set {settings.variable} to a valid key and start the program anew.",
            )
        case Source.COMMAND:
            return Advice(
                f"{name} does not accept the key that its api_key_command printed.",
                "Run the command in a terminal: your session there may be over.",
            )
        case Source.KEYRING:
            return Advice(f"{name} does not accept the key in the keyring.", f"Put a valid one there: {store}.")
        case Source.EDITOR:
            return Advice(
                f"{name} does not accept the key that the editor gave.", "Change it in the editor's secret store."
            )
        case _:
            if settings.variable:
                hint = f"{settings.variable} is not set: set it, or run {store}."
                return Advice(f"{name} wants a key, and none is set for it.", hint)
            hint = f"Run {store}, or name the variable that holds a key in backends.{name}.api_key_env."
            return Advice(f"{name} wants a key, and none is set for it.", hint)
