"""An editor: pytest-lsp's client, with our own methods as plain JSON and all that the server says recorded."""

import asyncio
import contextlib
import sys
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.client import JsonRPCClient
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from tests.lsp.plain_json import JsonObject, PlainJsonProtocol
from tests.lsp.running import ANSWER_TIMEOUT, Chat, Pulse, RunningRequest

SERVER = (sys.executable, "-P", "-m", "inhouse", "serve")
"""`-P`: modules come from the environment, never from the workspace that the server is started in."""

START_TIMEOUT = 15.0
EXIT_TIMEOUT = 5.0

CAPABILITIES = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
    window=types.WindowClientCapabilities(
        work_done_progress=True, show_message=types.ShowMessageRequestClientCapabilities()
    ),
    workspace=types.WorkspaceClientCapabilities(
        apply_edit=True,
        configuration=True,
        workspace_folders=True,
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=False),
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
    ),
)


class EditorClient(LanguageClient):
    """Records what the server sends: `notifications` and `requests` as (method, params), and `stderr`.

    `configuration` answers `workspace/configuration` by section (later ones: `set_configuration`); `choose` answers
    `window/showMessageRequest` with one of the titles it is called with, or None; `secret` answers `inhouse/secret`.
    """

    protocol: PlainJsonProtocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, configuration: Mapping[str, object] | None = None) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            protocol_cls=PlainJsonProtocol,
            converter_factory=default_converter,
            configuration={"": dict(configuration or {})},
        )
        register_lsp_features(
            self, {name: handle for name, handle in DEFAULT_CLIENT_FEATURES.items() if name != types.PROGRESS}
        )

        def answer(params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
            title = self.choose(params.message, [action.title for action in params.actions or []])
            return None if title is None else types.MessageActionItem(title)

        self.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)(answer)
        self.feature(types.PROGRESS)(_nothing)  # `_record` has it already

        async def give(params: JsonObject) -> JsonObject:
            return {"value": await self.secret(params)}

        self.feature("inhouse/secret")(give)
        self.protocol.on_message = self._record
        self.choose: Callable[[str, list[str]], str | None] = lambda _message, _titles: None
        self.secret: Callable[[JsonObject], Awaitable[object]] = _no_secret
        self.notifications: list[tuple[str, JsonObject]] = []
        self.requests: list[tuple[str, JsonObject]] = []
        self.initialize_result: types.InitializeResult | None = None
        self._progress: defaultdict[str | int, list[JsonObject]] = defaultdict(list)
        self._stderr = bytearray()
        self._tokens = 0
        self._has_left = False
        self.pulse = Pulse()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stderr(self) -> str:
        return self._stderr.decode("utf-8", "replace")

    @property
    def _process(self) -> asyncio.subprocess.Process:
        assert self._server is not None, "the server was not started"
        return self._server

    def notified(self, method: str) -> list[JsonObject]:
        """The parameters of this method's notifications so far."""
        return [params for name, params in self.notifications if name == method]

    async def notification(self, method: str, number: int = 1, seconds: float = ANSWER_TIMEOUT) -> JsonObject:
        """The parameters of the n-th notification of this method since the start, once it is there."""
        await self.pulse.until(lambda: len(self.notified(method)) >= number, seconds)
        return self.notified(method)[number - 1]

    def start(self, method: str, params: Mapping[str, object]) -> RunningRequest:
        """Sends a request as it is; values for tokens that `params` names are collected."""
        request_id, answer = self.protocol.send_plain(method, dict(params))
        return RunningRequest(
            request_id,
            answer,
            self.protocol,
            self.pulse,
            self._progress[params.get("partialResultToken", f"{request_id}-partial")],  # pyright: ignore[reportArgumentType]
            self._progress[params.get("workDoneToken", f"{request_id}-work")],  # pyright: ignore[reportArgumentType]
        )

    def values(self, token: str) -> list[JsonObject]:
        """Those that came and will come for a token, e.g. one in a command's argument."""
        return self._progress[token]

    async def request(
        self, method: str, params: Mapping[str, object] | None = None, seconds: float = ANSWER_TIMEOUT
    ) -> JsonObject:
        """The result of a request of ours; raises ResponseError. For LSP's own, pytest-lsp has typed methods."""
        return await self.start(method, params or {}).result(seconds)

    def start_chat(self, params: Mapping[str, object]) -> RunningRequest:
        """Sends `inhouse/chat` with tokens for partial values and for progress."""
        self._tokens += 1
        tokens = {"partialResultToken": f"partial-{self._tokens}", "workDoneToken": f"work-{self._tokens}"}
        return self.start("inhouse/chat", tokens | dict(params))

    async def chat(self, params: Mapping[str, object], seconds: float = ANSWER_TIMEOUT) -> Chat:
        return await self.start_chat(params).chat(seconds)

    async def start_io(self, cmd: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # pygls' signature
        """Starts the server as pytest-lsp does, but keeps its stderr."""
        await JsonRPCClient.start_io(self, cmd, *args, **kwargs)  # pyright: ignore[reportUnknownMemberType]
        self._async_tasks.append(asyncio.create_task(self._keep_stderr()))

    async def server_exit(self, server: asyncio.subprocess.Process) -> None:
        await super().server_exit(server)
        self.pulse.beat()

    async def leave(self) -> int:
        """Orderly end: `shutdown`, `exit`, and the process's exit code."""
        assert self.error is None, f"the server spoke no JSON-RPC: {self.error}"
        async with asyncio.timeout(EXIT_TIMEOUT):
            await self.shutdown_session()
        return await self.exit_code()

    async def exit_code(self) -> int:
        """Waits for an end that the test itself brought about."""
        self._has_left = True
        return await asyncio.wait_for(self._process.wait(), EXIT_TIMEOUT)

    async def close_stdin(self) -> int:
        """Goes away without a word; the server's exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await self.exit_code()

    @property
    def has_left(self) -> bool:
        return self._has_left

    async def dispose(self) -> None:
        """Ends what is left of the server, however the test ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await asyncio.gather(*self._async_tasks, return_exceptions=True)

    def _record(self, message: JsonObject) -> None:
        match message:
            case {"method": types.PROGRESS, "params": {"token": token, "value": value}}:
                self._progress[token].append(value)
            case {"method": method, "id": _}:
                self.requests.append((method, message.get("params") or {}))
            case {"method": method}:
                self.notifications.append((method, message.get("params") or {}))
            case _:
                pass
        asyncio.get_running_loop().call_soon(self.pulse.beat)

    async def _keep_stderr(self) -> None:
        assert self._process.stderr is not None
        while data := await self._process.stderr.read(65536):
            self._stderr += data
            sys.stderr.write(data.decode("utf-8", "replace"))


def _nothing(_params: object) -> None:
    pass


async def _no_secret(_params: JsonObject) -> object:
    return None


@asynccontextmanager
async def start_client(
    env: Mapping[str, str],
    workspace: Path,
    *,
    settings: Mapping[str, object] | None = None,
    options: Mapping[str, object] | None = None,
    configuration: Mapping[str, object] | None = None,
    capabilities: types.ClientCapabilities = CAPABILITIES,
    command: tuple[str, ...] = SERVER,
) -> AsyncGenerator[EditorClient]:
    """A client of a server process that runs in `workspace`, initialized.

    `settings` holds the sections `inhouse` and `huggingface`, `options` is interface §4's `client`, `configuration` is
    pulled by section. At the end the server is shut down and must exit with 0, unless the test itself has ended it.
    """
    client = EditorClient(configuration)
    await client.start_io(*command, env=dict(env), cwd=workspace)
    try:
        params = types.InitializeParams(
            capabilities=capabilities,
            root_uri=workspace.as_uri(),
            workspace_folders=[types.WorkspaceFolder(workspace.as_uri(), workspace.name)],
            initialization_options={"settings": dict(settings or {}), "client": dict(options or {})},
        )
        client.initialize_result = await asyncio.wait_for(client.initialize_session(params), START_TIMEOUT)
        yield client
        if not client.has_left:
            code = await client.leave()
            assert code == 0, f"the server ended with {code}: {client.stderr}"
    finally:
        await client.dispose()
