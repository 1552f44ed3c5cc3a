"""The peer for start-up: the smallest server that pygls makes, with one request of its own."""

from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1")


@server.feature("bench/ping")
def ping(ls: LanguageServer, params: object) -> dict[str, object]:  # noqa: ARG001 - pygls's signature
    return {}


server.start_io()
