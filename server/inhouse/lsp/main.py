"""The language server as a process: its life, and a session that follows the settings."""

import asyncio
import logging
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import TextIO

from lsprotocol import types

from inhouse import __version__
from inhouse.assist.shapes import status_value
from inhouse.assist.status import Status
from inhouse.assist.status import status as find_status
from inhouse.assist.watch import Watch
from inhouse.config.load import Loaded, Sources, UntrustedBackend, load
from inhouse.config.paths import Paths
from inhouse.domain.errors import InhouseError
from inhouse.domain.secret import Secret
from inhouse.inference.keys.editor import Wanted
from inhouse.lsp import configuration, messages, secret, trust
from inhouse.lsp.client import Client
from inhouse.lsp.features import register
from inhouse.lsp.findings import Findings
from inhouse.lsp.jobs import Jobs
from inhouse.lsp.logs import configure_logging
from inhouse.lsp.selected_model import SelectedModel
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving
from inhouse.lsp.sessions import Sessions
from inhouse.lsp.transport import serve_stdio

_log = logging.getLogger(__name__)

QUIET = 0.1
"""Seconds after the start before anything is made ready ahead of time: the first requests come first."""


def serve(*, config_file: Path | None, log_level: str, log: TextIO | None) -> int:
    """Speak LSP on stdin and stdout until the client ends it; the exit code."""
    configure_logging(log_level.upper(), log)
    service = Service(config_file)
    limits = load(Sources(Paths.current(), os.environ, config_file)).config.limits
    return serve_stdio(service.server, service.stop, max_message_bytes=limits.message_bytes)


class Service:
    """The server, its sessions, and what happens between them."""

    def __init__(self, config_file: Path | None) -> None:
        self.server = InhouseServer("inhouse", __version__)
        self._sessions = Sessions(
            config_file,
            changed=self._models_changed,
            report=self._report,
            ask=lambda backend: self._spawn(self._ask(backend)),
            secret=self._secret,
        )
        self._starting: asyncio.Task[None] | None = None
        self._pulling: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._told_status: Status | None = None
        self._jobs = Jobs()
        self._register(self.server)

    async def stop(self) -> None:
        """End what was started: tasks, connections, the engine."""
        tasks = [*self._tasks, *filter(None, (self._starting, self._pulling))]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, self._jobs.aclose(), return_exceptions=True)
        await self._sessions.aclose()

    def _register(self, server: InhouseServer) -> None:
        @server.feature(types.INITIALIZED)
        async def initialized(ls: InhouseServer, params: types.InitializedParams) -> None:  # noqa: ARG001 - a handler is given both
            self._pulling = asyncio.create_task(self._pull(ls.client))
            await self._ready()
            self._spawn(configuration.watch(ls.client))

        @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
        async def did_change_configuration(ls: InhouseServer, params: types.DidChangeConfigurationParams) -> None:
            settings = configuration.pushed(params.settings) or await configuration.pull(ls.client)
            if settings is not None:
                await self._sessions.configure(settings)

        @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
        async def did_change_folders(
            ls: InhouseServer,
            params: types.DidChangeWorkspaceFoldersParams,  # noqa: ARG001 - the protocol class keeps the folders
        ) -> None:
            await self._sessions.open_folders(ls.folders)

        findings = Findings(server.client, server.documents)
        server.documents.on_change = findings.touched
        register(server, Serving(self._sessions, self._jobs, Jobs(), SelectedModel(), findings, self._ready))

    async def _ready(self) -> None:
        """There is a session, and the settings that the client was asked for are in it."""
        await self._started()
        if self._pulling is not None:
            await asyncio.shield(self._pulling)

    async def _started(self) -> None:
        """The first session, from whichever comes first: `initialized`, or a request that did not wait for it."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._first_session())
        await asyncio.shield(self._starting)

    async def _pull(self, client: Client) -> None:
        await self._started()
        settings = await configuration.pull(client)
        if settings is not None:
            await self._sessions.configure(settings)

    async def _first_session(self) -> None:
        server = self.server
        await self._sessions.start(configuration.from_initialize(server.initialization_options), server.folders)
        self._spawn(self._get_ready())
        self._spawn(Watch(self._sessions.current).run())

    async def _get_ready(self) -> None:
        await asyncio.sleep(QUIET)
        await asyncio.to_thread(_load_requests)
        await asyncio.to_thread(self.server.protocol.warm_up)
        session = await self._sessions.current()
        for backend in session.backends.values():
            try:
                await backend.warm_up()
            except InhouseError as exc:
                _log.warning("%s is not ready: %s", backend.name, exc.message)

    async def _ask(self, backend: UntrustedBackend) -> None:
        if await trust.agreed(self.server.client, backend):
            await self._sessions.trust(backend)

    async def _secret(self, wanted: Wanted) -> Secret | None:
        if not secret.offered(self.server.initialization_options):
            return None
        return await secret.ask(self.server.client, wanted)

    def _models_changed(self) -> None:
        self.server.client.notify("inhouse/modelsChanged")
        self._spawn(self._tell_status())

    async def _tell_status(self) -> None:
        """`inhouse/statusChanged`, unless what it says was said already."""
        found = await find_status(await self._sessions.current())
        if found.without_latency() != self._told_status:
            self._told_status = found.without_latency()
            self.server.client.notify("inhouse/statusChanged", status_value(found))

    def _report(self, loaded: Loaded) -> None:
        """One message for all that is wrong with the settings; the rest is in the log."""
        first, *rest = loaded.problems
        more = f" (and {len(rest)} more: see `inhouse config show`)" if rest else ""
        say = messages.error if loaded.errors else messages.warning
        say(self.server.client, f"{first}{more}")

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _load_requests() -> None:
    """What only requests need: pydantic and its validators are a seventh of a start, the patterns of secrets are for
    every prompt, and an editor's first menu of code actions would take a quarter of a second."""
    from inhouse.governance.redaction.find import find
    from inhouse.lsp.chat import params
    from inhouse.lsp.code_action import warm_up

    params.warm_up()
    warm_up()
    find("")
