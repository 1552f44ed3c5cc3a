"""A refusal is told as what it is, whatever the server software, and never with the key or a web page in it."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from inhouse.domain.errors import InhouseError
from inhouse.domain.models import ModelId
from inhouse.domain.secret import Secret
from inhouse.inference.openai.refusals import in_stream, refusal
from tests.fakes.recorded import FOLDER, recorded

MODEL = ModelId("lab", "acme/smol")
KEY = "sk-3f9a"
RECORDED = {
    "llamacpp/loading_503.json": "loading",
    "llamacpp/chat_overflow_400.json": "context_overflow",
    "llamacpp/unauthorised_401.json": "unauthorized",
    "vllm/404.json": "bad_response",
    "vllm/chat_wrong_model_404.json": "model_not_found",
    "vllm/chat_overflow_400.json": "context_overflow",
    "vllm/chat_max_tokens_too_big_400.json": "invalid_request",
    "vllm/unauthorised_401.json": "unauthorized",
    "tgi/overflow_422.json": "context_overflow",
    "tgi/overloaded_429.json": "overloaded",
    "tgi/unauthorised_401.txt": "unauthorized",
    "ollama/v1_model_not_found_404.json": "model_not_found",
    "sglang/overflow_400.json": "context_overflow",
}


def refused(status: int, body: bytes | object = b"", **headers: str) -> InhouseError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return refusal(status, names, data, model=MODEL, backend="lab", secret=Secret(KEY))


def check(error: InhouseError, kind: str) -> None:
    """The kind, and what holds for every error that a person is shown."""
    assert error.kind.value == kind
    assert (error.backend, error.model) == ("lab", "lab|acme/smol")
    assert error.hint
    assert error.message.isprintable()
    assert len(error.message) < 400
    shown = f"{error.message} {error.hint}"
    assert not any(bad in shown for bad in (KEY, "<html", "<center", "Traceback", "Authorization"))


@pytest.mark.parametrize(
    "name",
    [name for path in sorted(FOLDER.glob("*/*")) if recorded(name := str(path.relative_to(FOLDER))).status != 200],
)
def test_what_real_servers_answer(name: str) -> None:
    answer = recorded(name)
    error = refused(answer.status, answer.body)
    check(error, RECORDED[name])
    assert error.status == answer.status


def openai(message: str, kind: str = "BadRequestError") -> object:
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        # overflow, backends.md §5
        (400, openai("maximum context length is 1024 tokens. However, your prompt contains 1025"), "context_overflow"),
        (400, {"error": {"code": 400, "message": "x", "type": "exceed_context_size_error"}}, "context_overflow"),
        (422, {"error": "Input validation error: `inputs` must have less than 4096 tokens."}, "context_overflow"),
        (400, openai("litellm.ContextWindowExceededError: boom"), "context_overflow"),
        (400, {"object": "error", "message": "exceeds the model's maximum context length"}, "context_overflow"),
        (500, openai("the request exceeds the context window"), "context_overflow"),
        (413, openai("prompt exceeds the context size"), "context_overflow"),
        # wrong model
        (404, {"error": 'model "x" not found, try pulling it first'}, "model_not_found"),
        (404, {"object": "error", "message": "no", "code": "model_not_found", "type": "model"}, "model_not_found"),
        (404, {"detail": "Not Found"}, "bad_response"),
        (404, b"<html>no such model</html>", "bad_response"),
        # keys
        (401, b"", "unauthorized"),
        (401, {"error": "unauthorized", "signin_url": "https://x"}, "unauthorized"),
        (401, openai(f"Incorrect API key provided: {KEY}"), "unauthorized"),
        (403, openai("no"), "forbidden"),
        # load
        (429, b"", "overloaded"),
        (429, {"error": "No deployments available for selected model"}, "overloaded"),
        (503, {"error": "server busy, please try again.  maximum pending requests exceeded"}, "overloaded"),
        (503, openai("The request queue is full."), "overloaded"),
        (503, {"detail": {"msg": "Server is busy; try again later.", "type": "service_unavailable"}}, "overloaded"),
        (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, "loading"),
        (503, {"error": "unhealthy", "error_type": "healthcheck"}, "server_error"),
        # bugs of the server and of the proxy before it
        (500, b"", "server_error"),
        (500, b"Traceback (most recent call last): Authorization: Bearer " + KEY.encode(), "server_error"),
        (500, openai("image input is not supported"), "server_error"),
        (501, openai("This server does not support embeddings"), "server_error"),
        (502, b"<html><center>502 Bad Gateway</center></html>", "server_error"),
        (504, b"<html>", "server_error"),
        (424, {"error": "generation failed: CUDA out of memory", "error_type": "generation"}, "server_error"),
        (413, b"<html>413 Request Entity Too Large</html>", "too_large"),
        # the request itself
        (400, b"plain text", "invalid_request"),
        (400, openai("max_tokens must be at least 1, got 0."), "invalid_request"),
        (422, {"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "and this"}, 7]}, "invalid_request"),
        (400, {"detail": "no"}, "invalid_request"),
        # not such a server
        (204, b"", "bad_response"),
        (405, {"detail": "Method Not Allowed"}, "bad_response"),
        (418, b"", "bad_response"),
        # hostile
        (400, b'{"error":' * 1000 + b"1" + b"}" * 1000, "invalid_request"),
        (400, b"[" * 100_000, "invalid_request"),
        (400, b"\xff\xfe", "invalid_request"),
        (400, {"error": [1, {"message": "x"}]}, "invalid_request"),
        (400, {"error": {"message": {"message": 1}, "type": []}}, "invalid_request"),
        (400, [], "invalid_request"),
        (500, openai("x" * 100_000), "server_error"),
    ],
)  # fmt: skip
def test_kinds(status: int, body: bytes | object, kind: str) -> None:
    check(refused(status, body), kind)


@pytest.mark.parametrize("status", range(201, 600))
def test_every_status_has_a_kind_and_a_hint(status: int) -> None:
    for body in (b"", b"<html>", b'{"error": "boom"}'):
        error = refused(status, body)
        check(error, error.kind.value)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("n must be 1.", "lab refused the request: n must be 1."),
        (f"bad header Bearer {KEY}", "lab refused the request: bad header Bearer ***."),
        ("two\n\tlines\x1b[31m\u202e", "lab refused the request: two lines [31m."),
    ],
)
def test_what_the_server_says_of_the_request_is_passed_on_in_one_clean_line(said: str, shown: str) -> None:
    assert refused(400, openai(said)).message == shown


def test_a_long_text_is_cut() -> None:
    error = refused(400, openai("word " * 10_000))
    check(error, "invalid_request")
    assert "…" in error.message


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("2", 2),
        (" 3600 ", 3600),
        ("2.5", None),
        ("-1", None),
        ("", None),
        ("soon", None),
        ("9" * 5000, None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
        ("Mon, 01 Jan 2001 00:00:00", 0),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("x" * 10_000, None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    error = refused(429, retry_after=value)
    check(error, "overloaded")
    assert error.retry_after == seconds


def test_retry_after_a_date() -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    error = refused(503, retry_after=when)
    assert error.retry_after == pytest.approx(3600, abs=5)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("boom", "server_error"),
        ({"message": f"boom {KEY}", "http_status_code": 422}, "server_error"),
        ({"message": "Model is overloaded"}, "overloaded"),
        ({"message": "this model's maximum context length is 4096 tokens"}, "context_overflow"),
        ({}, "server_error"),
    ],
)
def test_in_a_stream(error: dict[str, object] | str, kind: str) -> None:
    check(in_stream(error, model=MODEL, secret=Secret(KEY)), kind)
