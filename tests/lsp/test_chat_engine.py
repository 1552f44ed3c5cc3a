"""The embedded engine as a process: it dies, is unloaded, cannot start, and nobody else gets at it."""

import dataclasses
import os
import shutil
import signal
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.asking import LONG_STORY, answer_text, ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.engine import comes_true, engines, the_engine
from tests.lsp.plain_json import ResponseError

SHORT = ask(maxTokens=3)


async def test_engine_killed_in_mid_answer_is_one_clear_error_and_the_next_request_works(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(ask(LONG_STORY))
        await chat.partial(3)
        engine = the_engine(client.pid)
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(ResponseError) as caught:
            await chat.result(10)
        assert (caught.value.code, caught.value.kind) == (types.LSPErrorCodes.RequestFailed, "incomplete")
        assert "engine ended" in caught.value.message
        assert caught.value.data["hint"]
        assert not client.notified(types.WINDOW_SHOW_MESSAGE)
        assert (await client.chat(SHORT)).text
        assert the_engine(client.pid).pid != engine.pid
    assert await comes_true(lambda: not engine.folder.exists())


async def test_engine_killed_while_idle_is_not_noticed_by_the_next_request(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        await client.chat(SHORT)
        os.kill(the_engine(client.pid).pid, signal.SIGKILL)
        assert (await client.chat(SHORT)).text


async def test_engine_without_requests_is_unloaded_and_the_next_request_loads_it_again(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model, settings={"inhouse": {"embedded": {"idleUnload": 1}}}) as client:
        await client.chat(SHORT)
        engine = the_engine(client.pid)
        assert await engine.ends(4.0)
        assert await comes_true(lambda: not engine.folder.exists())
        assert (await client.chat(SHORT)).text
        assert the_engine(client.pid).pid != engine.pid


async def shut_down(client: EditorClient) -> None:
    await client.leave()


async def close_stdin(client: EditorClient) -> None:
    assert await client.close_stdin() == 1


async def kill_server(client: EditorClient) -> None:
    os.kill(client.pid, signal.SIGKILL)
    await client.exit_code()


@pytest.mark.parametrize("end", [shut_down, close_stdin, kill_server])
async def test_engine_ends_with_the_server(
    start_client: StartClient,
    home_with_model: dict[str, str],
    end: Callable[[EditorClient], Awaitable[None]],
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(ask(LONG_STORY))
        await chat.partial(1)
        engine = the_engine(client.pid)
        await end(client)
        assert await engine.ends()
        assert end is kill_server or not engine.folder.exists()
        assert chat.answer.done()
        chat.answer.exception()


async def test_engine_that_new_settings_replace_ends_after_its_last_answer(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(ask(LONG_STORY, maxTokens=20))
        await chat.partial(1)
        engine = the_engine(client.pid)
        replace_engine(client)
        assert (await chat.result())["finishReason"] == "length"
        assert await engine.ends()
        assert await comes_true(lambda: not engine.folder.exists())
        assert (await client.chat(SHORT)).text


async def test_replaced_engine_that_still_answers_ends_with_the_server(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(ask(LONG_STORY))
        await chat.partial(1)
        engine = the_engine(client.pid)
        replace_engine(client)
        await client.request("inhouse/status")
        assert engine.runs
        await client.leave()
        assert await engine.ends()
        assert not engine.folder.exists()
        chat.answer.exception()


def replace_engine(client: EditorClient) -> None:
    settings = {"inhouse": {"embedded": {"idleUnload": 77}}}
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))


async def test_request_cancelled_while_the_model_loads_spoils_no_later_one(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(SHORT)
        assert await comes_true(lambda: bool(engines(client.pid)))
        chat.cancel()
        with pytest.raises(ResponseError, match="cancelled"):
            await chat.result(5)
        assert (await client.chat(SHORT)).text


async def test_server_that_ends_while_the_model_loads_leaves_nothing(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        chat = client.start_chat(SHORT)
        assert await comes_true(lambda: bool(engines(client.pid)))
        engine = the_engine(client.pid)
        await client.close_stdin()
        assert await engine.ends()
        assert not engine.folder.exists()
        chat.answer.exception()


async def test_engine_is_out_of_reach_for_other_users(
    start_client: StartClient, home_with_model: dict[str, str]
) -> None:
    async with start_client(env=home_with_model) as client:
        await client.chat(SHORT)
        engine = the_engine(client.pid)
        assert stat.S_IMODE(engine.folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in engine.folder.iterdir() if path.is_file()} == {0o600}
        assert len(engine.key) >= 32
        assert engine.key.encode() not in engine.command_line
        assert not engine.listens_on_tcp
        with pytest.raises(Exception, match="401"):
            await dataclasses.replace(engine, key="wrong").ask("/slots")


async def test_model_that_was_never_pulled_is_said_with_the_command_that_pulls_it(
    start_client: StartClient, home: dict[str, str]
) -> None:
    async with start_client(env=home) as client:
        with pytest.raises(ResponseError) as caught:
            await client.chat(SHORT)
        assert (caught.value.code, caught.value.kind) == (types.LSPErrorCodes.RequestFailed, "no_backend")
        assert "inhouse model pull" in caught.value.data["hint"]
        listed = await client.request("inhouse/models")
        assert (listed["models"], listed["default"]) == ([], None)
        assert [problem["kind"] for problem in listed["problems"]] == ["no_backend"]


GARBAGE = {
    "not a GGUF file": (b"\x7fELF" + b"\0" * 4096, "no_backend"),
    "cut off": (b"GGUF" + b"\x03\0\0\0" + b"\xff" * 4096, "server_error"),
}


@pytest.mark.parametrize(("content", "kind"), GARBAGE.values(), ids=GARBAGE)
async def test_damaged_model_file_is_a_clear_error(
    start_client: StartClient, home: dict[str, str], tmp_path: Path, content: bytes, kind: str
) -> None:
    file = tmp_path / "broken.gguf"
    file.write_bytes(content)
    async with start_client(env=home | {"INHOUSE_EMBEDDED__MODEL": str(file)}) as client:
        with pytest.raises(ResponseError) as caught:
            await client.chat(SHORT, 20)
        assert (caught.value.code, caught.value.kind) == (types.LSPErrorCodes.RequestFailed, kind)
        assert "broken" in caught.value.message
        assert caught.value.data["hint"]
        assert not engines(client.pid)
    assert not list(Path(home["XDG_RUNTIME_DIR"]).iterdir())


async def test_pulled_model_is_found_by_its_name(
    start_client: StartClient, home: dict[str, str], embedded_model: Path
) -> None:
    models = Path(home["XDG_DATA_HOME"], "inhouse", "models")
    models.mkdir(parents=True)
    (models / embedded_model.name).symlink_to(embedded_model)
    shutil.copy(embedded_model, models / "mine.gguf")
    async with start_client(env=home) as client:
        assert (await client.request("inhouse/models"))["default"] == f"embedded|{embedded_model.stem}"
    async with start_client(env=home | {"INHOUSE_EMBEDDED__MODEL": "mine", "INHOUSE_EMBEDDED__THREADS": "1"}) as client:
        result = await client.request("inhouse/chat", SHORT)
        assert answer_text(result)
        assert result["model"] == "embedded|mine"
