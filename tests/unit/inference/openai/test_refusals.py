"""A refusal is told as what it is, whatever the server software, and never with the key or a web page in it."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from inhouse.domain.errors import InhouseError, Refusal, TokenCount
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
    "llamacpp/404.json": "bad_response",
    "llamacpp/chat_image_unsupported_500.json": "unsupported",
    "llamacpp/infill_overflow_400.json": "context_overflow",
    "llamacpp/infill_unsupported_501.json": "server_error",
    "llamacpp/tool_history_bad_arguments_500.json": "server_error",
    "vllm/404.json": "bad_response",
    "vllm/chat_image_unsupported_400.json": "unsupported",
    "vllm/chat_no_template_400.json": "unsupported",
    "vllm/completions_suffix_400.json": "invalid_request",
    "vllm/stream_options_without_stream_400.json": "invalid_request",
    "vllm/tokenize_wrong_model_404.json": "model_not_found",
    "vllm/tools_auto_not_enabled_400.json": "unsupported",
    "vllm/validation_400.json": "invalid_request",
    "vllm/chat_wrong_model_404.json": "model_not_found",
    "vllm/chat_overflow_400.json": "context_overflow",
    "vllm/chat_max_tokens_too_big_400.json": "context_overflow",
    "vllm/unauthorised_401.json": "unauthorized",
    "tgi/overflow_422.json": "context_overflow",
    "tgi/overloaded_429.json": "overloaded",
    "tgi/unauthorised_401.txt": "unauthorized",
    "tgi/generation_424.json": "server_error",
    "tgi/input_too_long_422.json": "context_overflow",
    "tgi/no_template_422.json": "unsupported",
    "tgi/suffix_422.json": "invalid_request",
    "tgi/unhealthy_503.json": "server_error",
    "ollama/model_not_found_404.json": "model_not_found",
    "ollama/no_insert_400.json": "invalid_request",
    "ollama/no_thinking_400.json": "invalid_request",
    "ollama/no_tools_400.json": "unsupported",
    "ollama/api_chat_404.json": "model_not_found",
    "ollama/api_chat_malformed_400.json": "invalid_request",
    "ollama/api_chat_no_thinking_400.json": "invalid_request",
    "ollama/api_chat_no_tools_400.json": "unsupported",
    "ollama/api_chat_overflow_400.json": "context_overflow",
    "ollama/v1_chat_404.json": "model_not_found",
    "ollama/v1_chat_no_tools_400.json": "unsupported",
    "ollama/404.txt": "bad_response",
    "ollama/queue_full_503.json": "overloaded",
    "litellm/context_overflow_400.json": "context_overflow",
    "litellm/wrong_model_400.json": "model_not_found",
    "litellm-1.106/chat_no_key_401.json": "unauthorized",
    "litellm-1.106/chat_wrong_key_400.json": "unauthorized",
    "litellm-1.106/chat_wrong_model_400.json": "model_not_found",
    "litellm-1.106/chat_overflow_400.json": "context_overflow",
    "litellm-1.106/chat_replicas_down_500.json": "server_error",
    "ollama/v1_model_not_found_404.json": "model_not_found",
    "sglang/overflow_400.json": "context_overflow",
    "sglang/queue_full_503.json": "overloaded",
    "sglang/unauthorised_401.json": "unauthorized",
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


@pytest.mark.parametrize("name", [name for name in RECORDED if (FOLDER / name).exists()])
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
        ({"message": "Input validation error: `inputs` must be non-empty", "http_status_code": 422}, "invalid_request"),
        ({"message": "Template error: template not found", "http_status_code": 422}, "unsupported"),
        ({}, "server_error"),
    ],
)
def test_in_a_stream(error: dict[str, object] | str, kind: str) -> None:
    check(in_stream(error, model=MODEL, secret=Secret(KEY)), kind)


NUMBERS: dict[str, tuple[object, TokenCount | None]] = {
    "llama.cpp": (recorded("llamacpp/chat_overflow_400.json").json, TokenCount(3031, 1024)),
    "vLLM": (recorded("vllm/chat_overflow_400.json").json, TokenCount(1025, 1024)),
    "vLLM, the answer": (recorded("vllm/chat_max_tokens_too_big_400.json").json, TokenCount(2000, 1024)),
    "vLLM, both": (
        openai("'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context length is "
               "1024 tokens and your request has 36 input tokens (2000 > 1024 - 36)."),
        TokenCount(2036, 1024),
    ),
    "older vLLM": (
        openai("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the "
               "messages, 1000 in the completion)."),
        TokenCount(5000, 4096),
    ),
    "TGI": (recorded("tgi/overflow_422.json").json, TokenCount(4200, 4096)),
    "TGI, the prompt": (recorded("tgi/input_too_long_422.json").json, TokenCount(9000, 4095)),
    "SGLang": (recorded("sglang/overflow_400.json").json, TokenCount(40000, 32768)),
    "SGLang, both": (
        openai("Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total "
               "of 9000 tokens: 8000 tokens from the input messages and 1000 tokens for the completion."),
        TokenCount(9000, 8192),
    ),
    "LiteLLM before vLLM": (
        openai("litellm.ContextWindowExceededError: litellm.BadRequestError: This model's maximum context length is "
               "4096 tokens. However, your messages resulted in 5000 tokens."),
        TokenCount(5000, 4096),
    ),
    "LiteLLM alone": (recorded("litellm/context_overflow_400.json").json, None),
    "LM Studio": (
        openai("Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with "
               "context length of only 4096 tokens"),
        TokenCount(4097, 4096),
    ),
    "Ollama": ({"error": "the input length exceeds the context length"}, None),
    "hostile": (openai("context length is " + "9" * 5000), None),
}  # fmt: skip


@pytest.mark.parametrize(("body", "tokens"), NUMBERS.values(), ids=NUMBERS)
def test_the_numbers_of_an_overflow(body: object, tokens: TokenCount | None) -> None:
    error = refused(400, body)
    check(error, "context_overflow")
    assert error.tokens == tokens


UNABLE: dict[str, tuple[int, object, Refusal, str]] = {
    "vLLM, tools": (400, recorded("vllm/tools_auto_not_enabled_400.json").json, Refusal.TOOLS,
                    "--enable-auto-tool-choice --tool-call-parser"),
    "llama.cpp, tools": (500, openai("tools param requires --jinja flag"), Refusal.TOOLS, "--jinja"),
    "Ollama, tools": (400, recorded("ollama/no_tools_400.json").json, Refusal.TOOLS, "capability tools"),
    "LiteLLM, tools": (400, openai("litellm.UnsupportedParamsError: x does not support parameters: ['tools'], for m"),
                       Refusal.TOOLS, "without"),
    "a router, tools": (404, openai("No endpoints found that support tool use."), Refusal.TOOLS, "without"),
    "vLLM, template": (400, recorded("vllm/chat_no_template_400.json").json, Refusal.CHAT_TEMPLATE, "--chat-template"),
    "TGI, template": (422, recorded("tgi/no_template_422.json").json, Refusal.CHAT_TEMPLATE,
                      "--tokenizer-config-path"),
    "Ollama, chat": (400, {"error": '"acme-base" does not support chat'}, Refusal.CHAT_TEMPLATE, "TEMPLATE"),
    "SGLang, template": (400, openai("Cannot use chat template functions because tokenizer.chat_template is not set"),
                         Refusal.CHAT_TEMPLATE, "chat template"),
    "llama.cpp, images": (500, recorded("llamacpp/chat_image_unsupported_500.json").json, Refusal.IMAGES, "--mmproj"),
    "vLLM, images": (400, recorded("vllm/chat_image_unsupported_400.json").json, Refusal.IMAGES, "images"),
    "Ollama, images": (400, {"error": '"acme-coder" does not support vision'}, Refusal.IMAGES, "images"),
}  # fmt: skip


@pytest.mark.parametrize(("status", "body", "what", "hint"), UNABLE.values(), ids=UNABLE)
def test_what_a_server_cannot_do_is_told_to_the_program_and_with_its_flag(
    status: int, body: object, what: Refusal, hint: str
) -> None:
    error = refused(status, body)
    check(error, "unsupported")
    assert error.refused is what
    assert hint in error.hint


def test_other_refusals_are_no_inability() -> None:
    for body in (
        {"error": "Template error: Conversation roles must alternate"},
        openai("Grammar and tools are mutually"),
    ):
        assert refused(422, body).refused is None
    assert refused(429, openai("model does not support tools")).kind.value == "overloaded"
