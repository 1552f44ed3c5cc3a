"""Suggestions while somebody types: what is asked of the backend, and what is not."""

import asyncio

import pytest

from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.lsp.completing import Buffer, Typist, coder, fill, fills
from tests.lsp.plain_json import JsonObject, ResponseError

TEXT = "def add(a, b):\n    return █\n"
SLOW = coder(*"a + b + c + d + e + f + g + h", event_seconds=0.2)


def texts(answer: JsonObject) -> list[str]:
    return [item["insertText"] for item in answer["items"]]


async def stopped(buffer: Buffer, uri: str) -> int:
    stop = {"command": "inhouse.stop", "arguments": [{"uri": uri}]}
    answer: JsonObject = await buffer.client.request("workspace/executeCommand", stop)
    count: int = answer["stopped"]
    return count


async def test_typing_along_and_going_back_asks_nobody(typist: Typist) -> None:
    with fake_llamacpp(coder("add", "(b, a)")) as fake:
        async with typist.at(TEXT, fake) as buffer:
            seen = [await buffer.suggestion()]
            for letter in "add":
                buffer.type(letter)
                seen.append(await buffer.suggestion())
            for _ in "add":
                buffer.erase()
                seen.append(await buffer.suggestion())
        assert len(fills(fake)) == 1
    rests = ["add(b, a)", "dd(b, a)", "d(b, a)", "(b, a)"]
    assert seen == rests + rests[-2::-1]


async def test_bracket_that_the_editor_closes_is_no_other_place(typist: Typist) -> None:
    with fake_llamacpp(coder("add", "(b, a)")) as fake:
        async with typist.at(TEXT, fake) as buffer:
            await buffer.suggestion()
            buffer.type("add(", closes=")")
            (item,) = await buffer.items()
        assert len(fills(fake)) == 1
    start, end = item["range"]["start"], item["range"]["end"]
    assert (item["insertText"], end["character"] - start["character"]) == ("b, a)", 1)


async def test_that_there_is_nothing_is_remembered_until_somebody_asks(typist: Typist) -> None:
    with fake_llamacpp(coder("  ", "\n")) as fake:
        async with typist.at(TEXT, fake) as buffer:
            assert [await buffer.suggestion() for _ in range(3)] == [None] * 3
            assert len(fills(fake)) == 1
            assert await buffer.suggestion(invoked=True) is None
        assert len(fills(fake)) == 2


async def test_quick_typing_is_one_request(typist: Typist) -> None:
    """Nothing is asked between two keys; the last one is the user's own."""
    with fake_llamacpp(coder("5 * rate")) as fake:
        async with typist.at(TEXT, fake, debounce_ms=10_000) as buffer:
            requests = [buffer.ask()]
            for typed in "total":
                await buffer.client.request("inhouse/status")  # the server has come to wait for quiet
                buffer.type(typed)
                requests.append(buffer.ask(invoked=typed == "l"))
            answers = [await request.result() for request in requests]
        assert len(fills(fake)) == 1
    assert fills(fake)[0].request.json["input_prefix"].endswith("return total")
    assert [texts(answer) for answer in answers] == [[]] * 5 + [["5 * rate"]]


async def test_who_asks_does_not_wait_for_quiet(typist: Typist) -> None:
    with fake_llamacpp(coder("a + b")) as fake:
        async with typist.at(TEXT, fake, debounce_ms=10_000) as buffer:
            assert await asyncio.wait_for(buffer.suggestion(invoked=True), 8) == "a + b"


async def test_newer_request_stops_the_older_at_the_backend(typist: Typist) -> None:
    with fake_llamacpp(SLOW) as fake:
        async with typist.at(TEXT, fake) as buffer:
            older = buffer.ask()
            exchange = await fill(fake)
            fake.knobs = coder("0")
            buffer.type("x")
            newer = buffer.ask()
            assert texts(await older.result()) == []
            assert await exchange.closed_by_client_async(2)
            assert texts(await newer.result()) == ["0"]


async def test_cancelled_request_stops_at_the_backend(typist: Typist) -> None:
    with fake_llamacpp(SLOW) as fake:
        async with typist.at(TEXT, fake) as buffer:
            running = buffer.ask()
            exchange = await fill(fake)
            running.cancel()
            with pytest.raises(ResponseError) as refused:
                await running.result()
            assert await exchange.closed_by_client_async(2)
    assert refused.value.code == -32800


async def test_stopping_ends_it_at_the_backend(typist: Typist) -> None:
    """By the command that every editor can send."""
    with fake_llamacpp(SLOW) as fake:
        async with typist.at(TEXT, fake) as buffer:
            running = buffer.ask()
            exchange = await fill(fake)
            assert await stopped(buffer, buffer.uri.replace("a.py", "other.py")) == 0
            assert await stopped(buffer, buffer.uri) == 1
            with pytest.raises(ResponseError) as refused:
                await running.result()
            assert await exchange.closed_by_client_async(2)
            assert await stopped(buffer, buffer.uri) == 0
    assert refused.value.code == -32800


async def test_same_request_again_joins_the_one_under_way(typist: Typist) -> None:
    with fake_llamacpp(coder(*"a + b", event_seconds=0.1)) as fake:
        async with typist.at(TEXT, fake) as buffer:
            older = buffer.ask()
            await fill(fake)
            newer = buffer.ask()
            assert texts(await older.result()) == []
            assert texts(await newer.result()) == ["a + b"]
        assert len(fills(fake)) == 1


async def test_typing_what_is_being_written_does_not_begin_anew(typist: Typist) -> None:
    with fake_llamacpp(coder("first", *" + second", event_seconds=0.2)) as fake:
        async with typist.at(TEXT, fake) as buffer:
            older = buffer.ask()
            await fill(fake)
            buffer.type("fi")
            newer = buffer.ask()
            assert texts(await older.result()) == []
            assert texts(await newer.result()) == ["rst + second"]
        assert len(fills(fake)) == 1


async def test_model_is_stopped_as_soon_as_the_suggestion_is_whole(typist: Typist) -> None:
    body = ("\n    return", " a + b\n", "\n", "\ndef other():\n", *["    pass\n"] * 100)
    with fake_llamacpp(coder(*body, event_seconds=0.05)) as fake:
        async with typist.at("def add(a, b):█\n", fake) as buffer:
            assert await buffer.suggestion() == "\n    return a + b"
            assert await fills(fake)[0].closed_by_client_async(2)
    assert fills(fake)[0].sent < 15


async def test_slow_model_is_not_waited_for_to_its_last_line(typist: Typist) -> None:
    """After a second of writing its whole lines are shown."""
    body = [f"\n    line_{number} = {number}" for number in range(100)]
    with fake_llamacpp(coder(*body, event_seconds=0.3)) as fake:
        async with typist.at("def add(a, b):█\n", fake) as buffer:
            found = await asyncio.wait_for(buffer.suggestion(), 8)
            assert await fills(fake)[0].closed_by_client_async(2)
    assert found is not None
    assert found == "".join(body[: found.count("\n")])
