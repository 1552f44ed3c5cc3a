"""The session in force, and how it follows the settings: every change makes a new one and swaps a reference."""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

from inhouse.assist.session import Session
from inhouse.bootstrap import Resources, build_session
from inhouse.config.load import Loaded, Sources, UntrustedBackend, load
from inhouse.config.paths import Paths
from inhouse.config.trust import read_trusted, remember
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret
from inhouse.inference.keys.editor import AskEditor, Wanted

_log = logging.getLogger(__name__)

Stamp = tuple[tuple[str, ...], ...]


class Sessions:
    """One for the life of the server.

    `changed` is called when the models may differ; `report` gets sentences for the user about settings; `ask` is
    called with each backend whose address only the editor's settings name; `secret` gets a key from the editor.
    """

    def __init__(
        self,
        config_file: Path | None,
        *,
        changed: Callable[[], None],
        report: Callable[[Loaded], None],
        ask: Callable[[UntrustedBackend], None],
        secret: AskEditor,
    ) -> None:
        self._config_file = config_file
        self._changed = changed
        self._report = report
        self._ask = ask
        self._paths = Paths.current()
        self._environ = dict(os.environ)
        self._secret = secret
        self._resources = Resources(self._key)
        self._trusted: frozenset[Origin] = read_trusted(self._paths.state)
        self._editor: object = None
        self._roots: tuple[Path, ...] = ()
        self._session: Session | None = None
        self._stamp: Stamp = ()
        self._loading = asyncio.Lock()
        self._asked: set[UntrustedBackend] = set()

    async def start(self, editor: object, roots: tuple[Path, ...]) -> None:
        """Make the first session; settings that came before it stay."""
        self._editor = editor if self._editor is None else self._editor
        self._roots = roots
        await self._reload()

    async def current(self) -> Session:
        """The session for a request that begins now: settings that came before it count, and so does a settings file
        that has changed since."""
        async with self._loading:
            pass
        if self._session is None or self._stamped() != self._stamp:
            await self._reload()
        assert self._session is not None
        return self._session

    async def configure(self, editor: object) -> None:
        """Replace the editor's layer."""
        self._editor = editor
        await self._reload()

    async def open_folders(self, roots: tuple[Path, ...]) -> None:
        if roots != self._roots:
            self._roots = roots
            await self._reload()

    async def trust(self, backend: UntrustedBackend) -> None:
        """The user said yes to this address."""
        self._trusted |= {backend.origin}
        try:
            await asyncio.to_thread(remember, self._paths.state, backend.origin)
        except OSError:
            _log.warning("the state folder cannot be written: the yes counts for this run only")
        await self._reload()

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.catalog.aclose()
        await self._resources.aclose()

    async def _key(self, wanted: Wanted) -> Secret | None:
        """With a key, a backend that listed nothing may have models."""
        secret = await self._secret(wanted)
        if secret is not None and self._session is not None:
            self._session.catalog.forget(wanted.backend)
            self._changed()
        return secret

    async def _reload(self) -> None:
        async with self._loading:
            before = self._session
            self._stamp = self._stamped()
            previous = before.loaded if before else None
            loaded = await asyncio.to_thread(load, self._sources(), trusted=self._trusted, previous=previous)
            self._session = build_session(loaded, self._paths, self._environ, self._resources, self._changed)
            await self._resources.sweep()
        self._tell(before, loaded)

    def _tell(self, before: Session | None, loaded: Loaded) -> None:
        if loaded.problems and (before is None or before.loaded.problems != loaded.problems):
            self._report(loaded)
        for backend in loaded.untrusted:
            if backend not in self._asked:
                self._asked.add(backend)
                self._ask(backend)
        if before is not None:
            self._changed()

    def _stamped(self) -> Stamp:
        """What tells that a file that governs the session has changed, without reading it: the settings, and the
        machine policy, which may appear at any time."""
        files = [self._paths.system_policy, *(file for _, file in self._sources().files())]
        return tuple(_stamp(file) for file in files)

    def _sources(self) -> Sources:
        return Sources(
            paths=self._paths,
            environ=self._environ,
            user_file=self._config_file,
            project_roots=self._roots,
            editor=self._editor,
        )


def _stamp(file: Path) -> tuple[str, ...]:
    try:
        state = file.stat()
    except (OSError, ValueError) as exc:
        return (str(file), type(exc).__name__)
    return (str(file), f"{state.st_ino} {state.st_size} {state.st_mtime_ns} {state.st_ctime_ns}")
