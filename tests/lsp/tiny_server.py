"""The LSP machinery with a few features to provoke it; run as a process by the tests beside it."""

import asyncio
import logging
import os
import sys
import time

from lsprotocol import types

from inhouse.domain.errors import ErrorKind, InhouseError, TokenCount
from inhouse.lsp.client import RefusedByClient
from inhouse.lsp.jsonrpc import members
from inhouse.lsp.logs import configure_logging
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.transport import serve_stdio

log = logging.getLogger("tiny")
server = InhouseServer("tiny", "1")
running: set[object] = set()
"""Keys of the requests whose handlers have not ended."""


@server.feature("inhouse/echo")
async def echo(ls: InhouseServer, params: object) -> object:
    return params


@server.feature("inhouse/sleep")
async def sleep(ls: InhouseServer, params: object) -> object:
    """Until cancelled; says so by progress when it has started."""
    return await _sleep(ls, members(params).get("key"))


async def _sleep(ls: InhouseServer, key: object) -> object:
    running.add(key)
    ls.client.progress("started", key)
    try:
        await asyncio.sleep(3600)
    finally:
        running.discard(key)


@server.feature("inhouse/running")
async def list_running(ls: InhouseServer, params: object) -> object:
    return sorted(running, key=str)


@server.feature("inhouse/stubborn")
async def stubborn(ls: InhouseServer, params: object) -> object:
    ls.client.progress("started", None)
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return "all the same"


@server.feature("inhouse/deaf")
async def deaf(ls: InhouseServer, params: object) -> object:
    """Cannot be cancelled at all."""
    ls.client.progress("started", None)
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue


@server.feature("inhouse/crash")
async def crash(ls: InhouseServer, params: object) -> object:
    raise RuntimeError("secret sk-123 in /home/somebody/file.py")


@server.feature("inhouse/refuse")
async def refuse(ls: InhouseServer, params: object) -> object:
    raise InhouseError(
        kind=ErrorKind.CONTEXT_OVERFLOW,
        message="The prompt is too long.",
        hint="Shorten it.",
        backend="lab",
        tokens=TokenCount(9000, 8192),
    )


@server.feature("inhouse/nan")
async def nan(ls: InhouseServer, params: object) -> object:
    return {"value": float("nan"), "lone": "a\ud800b"}


@server.feature("inhouse/unsendable")
async def unsendable(ls: InhouseServer, params: object) -> object:
    return {"value": object()}


@server.feature("inhouse/print")
async def print_something(ls: InhouseServer, params: object) -> object:
    print("this must not reach the stream")
    os.write(1, b"nor this\n")
    return sys.stdin.read()


@server.feature("inhouse/document")
async def document(ls: InhouseServer, params: object) -> object:
    found = ls.documents.get(str(members(params).get("uri")))
    return found and {"text": found.text, "version": found.version, "language": found.language_id}


@server.feature("inhouse/folders")
async def folders(ls: InhouseServer, params: object) -> object:
    return [str(path) for path in ls.folders]


@server.feature("inhouse/work")
async def work(ls: InhouseServer, params: object) -> object:
    """Reports `reports` times, then waits for its cancellation if `wait` is given."""
    values = members(params)
    async with ls.work_done(values.get("workDoneToken"), "Working") as progress:
        reports = values.get("reports")
        for number in range(reports if isinstance(reports, int) else 0):
            progress.report(f"report {number}")
            await asyncio.sleep(0)
        if values.get("wait"):
            await asyncio.sleep(3600)
    return {"tokens": len(ls.protocol.tokens)}


@server.feature("inhouse/ask")
async def ask(ls: InhouseServer, params: object) -> object:
    """Asks the client something, with a time-out of `timeout` seconds."""
    timeout = members(params).get("timeout", 10)
    assert isinstance(timeout, int | float)
    try:
        return {"result": await ls.client.request("window/showDocument", {"uri": "x:"}, timeout=timeout)}
    except RefusedByClient as refused:
        return {"refused": str(refused)}


@server.feature("inhouse/flood")
async def flood(ls: InhouseServer, params: object) -> object:
    """Streams until cancelled, paused by a client that does not read."""
    sent = 0
    while True:
        ls.client.progress("flood", {"kind": "text", "text": "x" * 1000})
        sent += 1
        await ls.client.drained()
        await asyncio.sleep(0)


@server.feature("inhouse/overflow")
async def overflow(ls: InhouseServer, params: object) -> object:
    """Streams without any regard for the client."""
    while True:
        ls.client.progress("flood", {"kind": "text", "text": "x" * 1_000_000})
        await asyncio.sleep(0)


@server.feature("tiny/mark")
async def mark(ls: InhouseServer, params: object) -> None:
    """Makes a file, for a test that does not read stdout; after the client has begun to lag."""
    while await _is_drained(ls):  # noqa: ASYNC110 - nothing tells when a client begins to lag
        await asyncio.sleep(0.01)
    touch(str(members(params).get("path")))


async def _is_drained(ls: InhouseServer) -> bool:
    try:
        async with asyncio.timeout(0.1):
            await ls.client.drained()
    except TimeoutError:
        return False
    return True


def touch(path: str) -> None:
    os.close(os.open(path, os.O_CREAT))


@server.feature("inhouse/log")
async def log_a_lot(ls: InhouseServer, params: object) -> object:
    for number in range(3000):
        log.error("line %s %s", number, "x" * 100)


@server.feature("inhouse/block-thread")
async def block_thread(ls: InhouseServer, params: object) -> object:
    """Starts a thread that asyncio.run would wait for, for ever."""
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 3600)


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION)
async def code_action(ls: InhouseServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    line = params.range.start.line
    return [types.CodeAction(title=f"line {line}", kind="quickfix.inhouse")]


@server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
async def did_change_configuration(ls: InhouseServer, params: types.DidChangeConfigurationParams) -> None:
    ls.client.notify("tiny/settings", params.settings)


@server.command("tiny.sleep")
async def sleep_command(ls: InhouseServer, params: types.ExecuteCommandParams) -> object:
    return await _sleep(ls, (params.arguments or [None])[0])


@server.command("tiny.echo")
async def echo_command(ls: InhouseServer, params: types.ExecuteCommandParams) -> object:
    return {"arguments": params.arguments, "token": params.work_done_token}


async def on_stop() -> None:
    """Leaves a mark where the test asks for one."""
    if len(sys.argv) > 1:
        touch(sys.argv[1])


if __name__ == "__main__":
    configure_logging("INFO")
    sys.exit(serve_stdio(server, on_stop, max_message_bytes=30_000_000))
