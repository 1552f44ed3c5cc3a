"""The language server that features register themselves on."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from cattrs import Converter
from pygls.lsp.server import LanguageServer

from inhouse.lsp.client import Client
from inhouse.lsp.documents import Documents
from inhouse.lsp.progress import WorkDone
from inhouse.lsp.protocol import InhouseProtocol, request_id

F = TypeVar("F", bound=Callable[..., object])


class InhouseServer(LanguageServer):
    """`@server.feature("inhouse/chat") async def chat(ls: InhouseServer, params: object) -> object`.

    A method that lsprotocol knows gets params of its type, any other gets the plain JSON. A handler returns plain
    JSON or lsprotocol's types. `@server.command(name)` takes `(ls, params: ExecuteCommandParams)`.
    """

    protocol: InhouseProtocol  # pyright: ignore[reportIncompatibleVariableOverride] - set once, by pygls

    def __init__(self, name: str, version: str) -> None:
        # An empty converter: the one for lsprotocol's types is made by the registry, once it is needed.
        super().__init__(name, version, protocol_cls=InhouseProtocol, converter_factory=Converter)  # pyright: ignore[reportUnknownMemberType] - pygls's own type is open

    @property
    def client(self) -> Client:
        return self.protocol.client

    @property
    def documents(self) -> Documents:
        return self.protocol.documents

    @property
    def folders(self) -> tuple[Path, ...]:
        """The workspace's folders that are files, in the client's order."""
        return self.protocol.folders

    @property
    def initialization_options(self) -> object:
        """As the client sent them; None before `initialize`."""
        return self.protocol.info.options if self.protocol.info else None

    @property
    def request_id(self) -> str:
        """Of the request being handled; goes into the log, errors and the backend's X-Request-Id."""
        return request_id.get()

    def work_done(self, token: object, title: str) -> WorkDone:
        """Progress on the request's `workDoneToken`, or on one of ours."""
        return WorkDone(self.client, self.protocol.tokens, token, title)

    def standard_params(self, method: str, params: object) -> object:
        """Plain JSON as lsprotocol's params of a standard method; raises `invalid_request` where it does not fit."""
        return self.protocol.standard_params(method, params)

    def feature(self, feature_name: str, options: object = None) -> Callable[[F], F]:
        return cast("Callable[[F], F]", super().feature(feature_name, options))

    def command(self, command_name: str) -> Callable[[F], F]:
        return cast("Callable[[F], F]", super().command(command_name))
