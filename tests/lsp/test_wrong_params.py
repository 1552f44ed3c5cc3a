"""Params of the wrong shape: every request is answered, at once, and says whose mistake it is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.acting import REWRITE, Play
from tests.lsp.plain_json import JsonObject, ResponseError

PLACE = {"line": 0, "character": 0}
AREA = {"start": PLACE, "end": PLACE}
EMPTY: JsonObject = {}
WRONG: tuple[object, ...] = (None, True, 1.5, "x", list[object](), [EMPTY], {"a": 1}, -1, 10**30, "x" * 100_000)
"""In place of each member; what does no harm may be taken."""

REQUESTS: tuple[tuple[str, JsonObject], ...] = (
    (
        "textDocument/codeAction",
        {
            "range": AREA,
            "context": {"diagnostics": [{"range": AREA, "message": "m"}], "only": ["quickfix"], "triggerKind": 1},
        },
    ),
    (
        "inhouse/inlineCompletion",
        {"position": PLACE, "context": {"triggerKind": 2, "selectedCompletionInfo": {"range": AREA, "text": "x"}}},
    ),
    ("textDocument/codeLens", {}),
    ("textDocument/foldingRange", {}),
)
COMMANDS: tuple[tuple[str, JsonObject], ...] = (
    ("inhouse.action", {"kind": REWRITE, "range": AREA, "diagnostic": {"range": AREA, "message": "m"}}),
    ("inhouse.chat", {"position": PLACE, "partialResultToken": "p"}),
    ("inhouse.review", {}),
    ("inhouse.stop", {}),
    ("inhouse.selectModel", {"model": "no|such"}),
)


def calls(uri: str) -> Iterator[tuple[str, JsonObject]]:
    for method, params in REQUESTS:
        yield method, params | {"textDocument": {"uri": uri}}
    for command, argument in COMMANDS:
        yield "workspace/executeCommand", {"command": command, "arguments": [argument | {"uri": uri}]}


def spoilt(value: object) -> Iterator[object]:
    """The same with one part of it wrong, each part in turn."""
    yield from WRONG
    if isinstance(value, dict):
        for name, member in value.items():  # pyright: ignore[reportUnknownVariableType]  # JSON
            yield from (value | {name: wrong} for wrong in spoilt(member))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list) and value:
        yield from ([wrong] for wrong in spoilt(value[0]))  # pyright: ignore[reportUnknownArgumentType]


async def test_wrong_params_are_the_client_s_mistake(play: Play) -> None:
    async with play("hello") as scene:
        client = scene.editor.client
        uri = scene.open()
        for method, params in calls(uri):
            for wrong in spoilt(params):
                if isinstance(wrong, str | float | None):
                    continue  # no JSON-RPC
                _, answer = client.protocol.send_plain(method, wrong)
                try:
                    await answer
                except ResponseError as exc:
                    told = f"{method} {json.dumps(wrong)[:300]}: {exc}"
                    assert exc.code in (types.ErrorCodes.InvalidParams, types.LSPErrorCodes.RequestFailed), told
                    assert len(str(exc)) < 4000, told
        assert scene.messages == []


async def test_a_stop_of_nothing_that_can_be_named_stops_nothing(play: Play) -> None:
    async with play() as scene:
        stop = {"command": "inhouse.stop", "arguments": [{"uri": 5}]}
        with pytest.raises(ResponseError) as caught:
            await scene.editor.client.request("workspace/executeCommand", stop)
        assert caught.value.code == types.ErrorCodes.InvalidParams


async def test_a_long_list_of_wrong_things_is_refused_at_once(play: Play, workspace: Path) -> None:
    where = {"textDocument": {"uri": (workspace / "a.py").as_uri()}, "range": AREA}
    async with play() as scene:
        with pytest.raises(ResponseError) as caught:
            context = {"diagnostics": "x" * 300_000}
            await scene.editor.client.request("textDocument/codeAction", where | {"context": context}, 5.0)
        assert caught.value.code == types.ErrorCodes.InvalidParams
