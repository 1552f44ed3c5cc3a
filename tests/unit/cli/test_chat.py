"""`inhouse chat` as a shell user meets it: pipes, files, JSON, Ctrl-C."""

import json
import signal
from typing import Any

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import endless, html_page, json_reply, redirect, unfinished
from tests.fakes.server import CHAT, MODELS, FakeBackend, refusing_url
from tests.fakes.wire import Behaviour
from tests.unit.cli.conftest import Cli

TEXT = "Hello from the fake backend."
ENDLESS = endless(piece=answers.chat_events(["word "], finish_reason=None)[-1])


def asked(backend: FakeBackend) -> list[dict[str, Any]]:
    """The messages of the one chat request that the backend got."""
    (exchange,) = backend.exchanges(CHAT)
    return exchange.request.json["messages"]


def question(backend: FakeBackend) -> str:
    content = asked(backend)[-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def test_stdout_is_the_answer_and_nothing_else(cli: Cli, backend: FakeBackend) -> None:
    done = cli.run("chat", "Who are you?")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{TEXT}\n", "")
    assert question(backend) == "Who are you?"


@pytest.mark.usefixtures("backend")
def test_the_answer_comes_whole_where_that_is_wanted(cli: Cli) -> None:
    assert cli.run("chat", "--no-stream", "hi").stdout == f"{TEXT}\n"


@pytest.mark.usefixtures("backend")
def test_json_lines_are_the_partial_values_and_then_the_result(cli: Cli) -> None:
    *partials, result = map(json.loads, cli.run("chat", "--json", "hi").stdout.splitlines())
    assert [value["kind"] for value in partials] == ["text"] * len(answers.TEXTS)
    assert "".join(value["text"] for value in partials) == TEXT
    assert result["content"] == []
    assert result["model"] == "lab|acme/smol"
    assert result["finishReason"] == "stop"
    assert result["usage"]["outputTokens"] == len(answers.TEXTS)
    assert set(result["timing"]) == {"firstTokenMs", "totalMs"}


@pytest.mark.usefixtures("backend")
def test_json_without_streaming_is_one_document_with_the_content(cli: Cli) -> None:
    result = json.loads(cli.run("chat", "--json", "--no-stream", "hi").stdout)
    assert result["content"] == [{"kind": "text", "text": TEXT}]


def test_options_reach_the_backend(cli: Cli, backend: FakeBackend) -> None:
    cli.run("chat", "-m", "acme/smol", "--system", "Be brief.", "--max-tokens", "2", "hi")
    (exchange,) = backend.exchanges(CHAT)
    body = exchange.request.json
    assert 2 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    assert [message["role"] for message in body["messages"]] == ["system", "user"]


@pytest.mark.parametrize("args", [["-"], []])
def test_a_piped_question_is_asked(cli: Cli, backend: FakeBackend, args: list[str]) -> None:
    cli.run("chat", *args, stdin="What is é?\n")
    assert question(backend).strip() == "What is é?"


def test_piped_text_goes_under_the_prompt(cli: Cli, backend: FakeBackend) -> None:
    cli.run("chat", "Explain this.", stdin="a ```\nfence\n")
    assert question(backend) == "Explain this.\n\n````\na ```\nfence\n````"


def test_an_attached_file_is_named_and_quoted(cli: Cli, backend: FakeBackend) -> None:
    (cli.folder / "src").mkdir()
    (cli.folder / "src" / "a.py").write_text("x = 1\n")
    cli.run("chat", "-f", "src/a.py", "Explain.")
    assert question(backend) == "Explain.\n\nsrc/a.py\n```\nx = 1\n```"


@pytest.mark.parametrize(("name", "code"), [(".env", 4), ("deploy.KEY", 4), ("missing.py", 2), ("binary.dat", 2)])
def test_what_must_not_or_cannot_be_attached_is_not_sent(cli: Cli, backend: FakeBackend, name: str, code: int) -> None:
    if name != "missing.py":
        (cli.folder / name).write_bytes(b"\xff\x00secret")
    done = cli.run("chat", "-f", name, "Explain.")
    assert (done.returncode, done.stdout) == (code, "")
    assert name in done.stderr
    assert backend.exchanges() == []


def test_the_users_own_exclusions_count(cli: Cli, backend: FakeBackend) -> None:
    (cli.folder / "plan.md").write_text("x")
    done = cli.run("chat", "-f", "plan.md", "hi", INHOUSE_PRIVACY__EXCLUDE='["*.md"]')
    assert done.returncode == 4
    assert backend.exchanges() == []


@pytest.mark.parametrize("stdin", [None, "", " \n"])
def test_no_question_is_wrong_usage(cli: Cli, stdin: str | None) -> None:
    done = cli.run("chat", stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("inhouse: There is no question")


@pytest.mark.parametrize(
    ("route", "behaviour", "code"),
    [
        (CHAT, json_reply({"error": {"message": "no"}}, status=401), 3),
        (CHAT, json_reply({"error": {"message": "no"}}, status=500), 3),
        (CHAT, answers.unknown_model("acme/smol"), 2),
        (CHAT, html_page(), 3),
        (CHAT, redirect("http://elsewhere.invalid/"), 3),
        (CHAT, unfinished(answers.chat()), 3),
        (MODELS, html_page(), 3),
    ],
)
def test_a_backends_failure_is_one_sentence_and_an_exit_code(
    cli: Cli, backend: FakeBackend, route: str, behaviour: Behaviour, code: int
) -> None:
    backend.answer(route, behaviour)
    done = cli.run("chat", "hi")
    assert done.returncode == code
    assert done.stderr.startswith("inhouse: ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_a_refused_connection_is_a_backends_failure(cli: Cli) -> None:
    with refusing_url() as url:
        done = cli.run("chat", "hi", INHOUSE_BACKENDS__LAB__URL=url, INHOUSE_ROUTING__FALLBACK="false")
    assert done.returncode == 3
    assert url in done.stderr


def test_no_model_at_all_names_the_command_that_fetches_one(cli: Cli) -> None:
    done = cli.run("chat", "hi")
    assert done.returncode == 3
    assert "`inhouse model pull`" in done.stderr


@pytest.mark.usefixtures("backend")
def test_an_unknown_model_is_told_with_those_there_are(cli: Cli) -> None:
    done = cli.run("chat", "-m", "nope", "hi")
    assert done.returncode == 2
    assert "lab|acme/smol" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_generation_at_the_backend(cli: Cli, backend: FakeBackend, how: signal.Signals) -> None:
    backend.answer(CHAT, ENDLESS)
    with cli.start("chat", "hi") as process:
        assert process.stdout is not None
        process.stdout.read(20)
        process.send_signal(how)
        process.stdout.read()
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert backend.wait_for(CHAT).closed_by_client()


def test_a_reader_that_has_enough_ends_it_quietly(cli: Cli, backend: FakeBackend) -> None:
    backend.answer(CHAT, ENDLESS)
    with cli.start("chat", "hi") as process:
        assert process.stdout is not None
        process.stdout.read(20)
        process.stdout.close()
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert backend.wait_for(CHAT).closed_by_client()


def test_a_person_sees_what_it_took_and_no_escape_sequences_of_the_model(cli: Cli, backend: FakeBackend) -> None:
    backend.answer(CHAT, answers.chat(("safe", "\x1b[2J\x07", " text")))
    code, received = cli.on_terminal("chat", "hi", NO_COLOR="1")
    assert code == 0
    assert "safe text\r\n" in received
    assert "\x1b[2J" not in received
    assert "lab|acme/smol · 3 tokens" in received
