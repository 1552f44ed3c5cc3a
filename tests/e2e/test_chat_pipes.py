"""`inhouse chat` between pipes: what goes in, what comes out, and what ends with it."""

import json
import signal
from pathlib import Path

import pytest

from tests.e2e.running import inhouse, read_exactly, run_inhouse
from tests.fakes import answers
from tests.fakes.behaviours import cut_after, endless
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, FakeBackend, refusing_url
from tests.fakes.wire import Stall

LAB = f"lab|{answers.MODEL}"
PIECE = answers.event(answers.chunk({"content": "word "}))


def at(home: dict[str, str], backend: FakeBackend) -> dict[str, str]:
    return home | {"INHOUSE_BACKENDS__LAB__URL": backend.url}


def asked(backend: FakeBackend) -> str:
    """What the user said, as it arrived."""
    return backend.wait_for(CHAT).request.json["messages"][-1]["content"]


def test_piped_question_is_read_and_the_answer_alone_is_written(home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        run = run_inhouse(at(home, backend), "chat", "-", stdin="What is 漢字?\n")
        assert (run.returncode, run.stdout, run.stderr) == (0, f"{HELLO}\n", "")
        assert asked(backend).strip() == "What is 漢字?"


def test_piped_text_is_put_under_the_question(home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        run_inhouse(at(home, backend), "chat", "Explain this.", stdin="segfault at 0x0\n")
        assert asked(backend).startswith("Explain this.\n")
        assert "segfault at 0x0" in asked(backend)


def test_attached_file_is_sent_with_its_name(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    with FakeBackend() as backend:
        run = run_inhouse(at(home, backend), "chat", "Explain.", "-f", "main.c", cwd=tmp_path)
        assert run.returncode == 0
        assert "main.c" in asked(backend)
        assert "int main(void)" in asked(backend)


@pytest.mark.parametrize("stdin", [None, "", " \n"])
def test_no_question_is_wrong_usage(home: dict[str, str], stdin: str | None) -> None:
    run = run_inhouse(home, "chat", "-", stdin=stdin)
    assert run.returncode == 2
    assert "no question" in run.stderr


def test_json_lines_are_the_partial_values_and_at_last_the_result(home: dict[str, str]) -> None:
    with FakeBackend(chat=answers.chat(("42", "\u2028!"), thinking=("hm",))) as backend:
        run = run_inhouse(at(home, backend), "chat", "--json", "hello")
    *values, result = [json.loads(line) for line in run.stdout.splitlines()]
    assert values == [
        {"kind": "thinking", "text": "hm"},
        {"kind": "text", "text": "42"},
        {"kind": "text", "text": "\u2028!"},
    ]
    assert (result["content"], result["model"], result["finishReason"]) == ([], LAB, "stop")
    assert result["usage"]["exact"] is True
    assert set(result) == {"content", "model", "backend", "finishReason", "usage", "timing"}
    assert (run.returncode, run.stderr) == (0, "")


def test_json_without_streaming_is_one_document(home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        run = run_inhouse(at(home, backend), "chat", "--json", "--no-stream", "hello")
    assert json.loads(run.stdout)["content"] == [{"kind": "text", "text": HELLO}]


def test_fallback_is_told_in_json_too(home: dict[str, str]) -> None:
    with FakeBackend() as backend, refusing_url() as dead:
        env = at(home, backend) | {"INHOUSE_BACKENDS__DEAD__URL": dead, "INHOUSE_ROUTING__ORDER": '["dead", "lab"]'}
        run = run_inhouse(env, "chat", "--json", "hello")
    first, *_, result = [json.loads(line) for line in run.stdout.splitlines()]
    assert first["kind"] == "notice"
    assert LAB in first["message"]
    assert result["model"] == LAB


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_ends_with_130_and_the_backend_sees_the_close(home: dict[str, str], sent: signal.Signals) -> None:
    stalled = FakeBackend(chat=cut_after(answers.chat(), 3, Stall()))
    with stalled as backend, inhouse(at(home, backend), "chat", "hello") as process:
        assert read_exactly(process, 10) == b"Hello from"
        process.send_signal(sent)
        assert process.wait(5) == 130
        assert backend.wait_for(CHAT).closed_by_client(1.0)
        _, errors = process.communicate()
    assert errors == b""


def test_reader_that_has_had_enough_ends_it_quietly(home: dict[str, str]) -> None:
    with FakeBackend(chat=endless(piece=PIECE)) as backend:
        with inhouse(at(home, backend), "chat", "hello") as process:
            assert read_exactly(process, 5) == b"word "
            assert process.stdout is not None
            process.stdout.close()
            assert process.wait(5) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""
        assert backend.wait_for(CHAT).closed_by_client(1.0)


def test_bare_model_name_that_two_backends_have_is_wrong_usage_with_the_list(home: dict[str, str]) -> None:
    with FakeBackend() as one, FakeBackend() as two:
        env = home | {"INHOUSE_BACKENDS__ONE__URL": one.url, "INHOUSE_BACKENDS__TWO__URL": two.url}
        run = run_inhouse(env, "chat", "-m", answers.MODEL, "hello")
    assert run.returncode == 2
    assert all(f"{name}|{answers.MODEL}" in run.stderr for name in ("one", "two"))


def test_model_that_was_never_pulled_is_exit_3_with_the_command(home: dict[str, str]) -> None:
    run = run_inhouse(home, "chat", "hello")
    assert (run.returncode, run.stdout) == (3, "")
    assert "inhouse model pull" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_policy_is_exit_4(home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        run = run_inhouse(at(home, backend) | {"INHOUSE_POLICY": "/nowhere.toml"}, "chat", "hello")
        assert not backend.exchanges()
    assert run.returncode == 4
    assert "policy" in run.stderr


def test_embedded_model_answers(home_with_model: dict[str, str]) -> None:
    run = run_inhouse(
        home_with_model, "chat", "What is the capital of France? Answer in one word.", "--max-tokens", "8"
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip()
    assert not list(Path(home_with_model["XDG_RUNTIME_DIR"]).iterdir())


def test_colour_never_reaches_a_pipe(home: dict[str, str]) -> None:
    with FakeBackend() as backend:
        for args in (("models",), ("doctor",), ("config", "show"), ("chat", "hello")):
            run = run_inhouse(at(home, backend) | {"TERM": "xterm-256color", "FORCE_COLOR": "1"}, *args)
            assert "\x1b" not in run.stdout + run.stderr, args
