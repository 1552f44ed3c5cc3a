"""One engine for all of a user's editors and commands: whoever comes first starts it, the last one ends it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.lsp.asking import LONG_STORY, ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.engine import Engine, comes_true, engines, engines_in, the_engine
from tests.lsp.plain_json import ResponseError

SHORT = ask(maxTokens=3)
SEA = ask("Write three sentences about the sea.", temperature=0, maxTokens=30)
COMPILER = ask("Explain what a compiler does.", temperature=0, maxTokens=30)


@asynccontextmanager
async def editors(
    start_client: StartClient, number: int, *environments: dict[str, str]
) -> AsyncGenerator[list[EditorClient]]:
    """So many editors of one user; the environments in turn."""
    async with AsyncExitStack() as stack:
        wanted = [environments[n % len(environments)] for n in range(number)]
        yield await asyncio.gather(*(stack.enter_async_context(start_client(env=env)) for env in wanted))


async def kill(client: EditorClient) -> None:
    os.kill(client.pid, signal.SIGKILL)
    await client.exit_code()


def is_child(engine: Engine, client: EditorClient) -> bool:
    return f"PPid:\t{client.pid}\n" in Path(f"/proc/{engine.pid}/status").read_text("utf-8")


async def test_five_editors_that_ask_at_once_have_one_engine(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with editors(start_client, 5, home_with_model) as clients:
        chats = await asyncio.gather(*(client.chat(SHORT) for client in clients))
        assert all(chat.text for chat in chats)
        engine = the_engine(clients[0].pid)
        for client in clients[:-1]:
            await client.leave()
            assert engine.runs
        await clients[-1].leave()
        assert not engine.runs
    assert not list(Path(home_with_model["XDG_RUNTIME_DIR"]).iterdir())


async def test_killing_the_editor_that_started_it_does_not_disturb_another_answer(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with editors(start_client, 2, home_with_model) as (starter, other):
        await starter.chat(SHORT)
        engine = the_engine(starter.pid)
        assert is_child(engine, starter)
        chat = other.start_chat(ask(LONG_STORY, maxTokens=60))
        await chat.partial(3)
        await kill(starter)
        assert (await chat.result())["finishReason"] == "length"
        assert (await other.chat(SHORT)).text
        assert the_engine(other.pid).pid == engine.pid
        await other.leave()
        assert not engine.runs


async def test_killing_the_editor_that_is_starting_it_only_delays_another_answer(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with editors(start_client, 2, home_with_model) as clients:
        chats = [client.start_chat(SHORT) for client in clients]
        assert await comes_true(lambda: bool(engines(clients[0].pid)))
        engine = the_engine(clients[0].pid)
        starter = 0 if is_child(engine, clients[0]) else 1
        await kill(clients[starter])
        assert (await chats[1 - starter].chat()).text
        chats[starter].answer.exception()


async def test_engine_ends_when_all_its_users_were_killed(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with editors(start_client, 3, home_with_model) as clients:
        await asyncio.gather(*(client.chat(SHORT) for client in clients))
        engine = the_engine(clients[0].pid)
        for client in clients:
            assert engine.runs
            await kill(client)
        assert await engine.ends(2.0)
        assert await comes_true(lambda: not engine.folder.exists(), 2.0)


async def test_engine_that_dies_is_one_clear_error_each_and_starts_once_for_all(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with editors(start_client, 2, home_with_model) as clients:
        await asyncio.gather(*(client.chat(SHORT) for client in clients))
        chats = [client.start_chat(ask(LONG_STORY)) for client in clients]
        await chats[0].pulse.until(lambda: any(chat.partials for chat in chats))
        await asyncio.gather(*(chat.pulse.until(lambda chat=chat: len(chat.progress) >= 3) for chat in chats))
        engine = the_engine(clients[0].pid)
        os.kill(engine.pid, signal.SIGKILL)
        for chat in chats:
            with pytest.raises(ResponseError, match="engine ended unexpectedly") as caught:
                await chat.result(10)
            assert caught.value.kind in ("incomplete", "unreachable")
        assert all(chat.text for chat in await asyncio.gather(*(client.chat(SHORT) for client in clients)))
        assert the_engine(clients[0].pid).pid != engine.pid


async def test_two_editors_at_once_do_not_mix(start_client: StartClient, home_with_model: dict[str, str]) -> None:
    async with editors(start_client, 2, home_with_model) as clients:
        alone = [(await clients[0].chat(question)).text for question in (SEA, COMPILER)]
        together = await asyncio.gather(
            *(client.chat(question) for client, question in zip(clients, (SEA, COMPILER), strict=True))
        )
    assert [chat.text for chat in together] == alone
    assert alone[0] != alone[1]


async def test_waiting_for_another_editor_is_told_and_can_be_cancelled(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with editors(start_client, 3, home_with_model) as (busy, cancels, waits):
        await busy.chat(SHORT)
        running = busy.start_chat(ask(LONG_STORY))
        await running.partial(3)
        cancelled, waiting = cancels.start_chat(SHORT), waits.start_chat(SHORT)
        for chat in (cancelled, waiting):
            await chat.pulse.until(lambda chat=chat: "queued" in str(chat.progress))
        cancelled.cancel()
        with pytest.raises(ResponseError, match="cancelled"):
            await cancelled.result(2)
        assert not waiting.answer.done()
        running.cancel()
        assert (await waiting.chat(10)).text
        with pytest.raises(ResponseError, match="cancelled"):
            await running.result(2)


async def test_other_threads_have_another_engine_and_each_ends_with_its_own_users(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with editors(
        start_client, 2, home_with_model, home_with_model | {"INHOUSE_EMBEDDED__THREADS": "2"}
    ) as clients:
        await clients[0].chat(SHORT)
        first = the_engine(clients[0].pid)
        await clients[1].chat(SHORT)
        (second,) = (engine for engine in engines(clients[1].pid) if engine.pid != first.pid)
        await clients[0].leave()
        assert (first.runs, second.runs) == (False, True)


async def test_a_command_uses_the_editors_engine_and_leaves_it_running(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        await client.chat(SHORT)
        engine = the_engine(client.pid)
        await command(home_with_model)
        assert the_engine(client.pid).pid == engine.pid
        assert (await client.chat(SHORT)).text


async def test_a_command_alone_leaves_nothing(home_with_model: dict[str, str]) -> None:
    await command(home_with_model)
    runtime = Path(home_with_model["XDG_RUNTIME_DIR"])
    assert not engines_in(runtime)
    assert not list(runtime.iterdir())


async def command(environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "inhouse", "chat", "--max-tokens", "3", "Say hello."),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert output.strip()
