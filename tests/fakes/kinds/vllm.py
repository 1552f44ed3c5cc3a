"""vLLM 0.32 as it was recorded (`tests/data/backends/vllm`), or as its source says where a small model shows nothing.

A vLLM that loads has no open port; here it resets every connection. Its key guards only what is below `/v1`.
"""

from collections.abc import Iterable
from typing import Any

from tests.fakes import answers
from tests.fakes.behaviours import json_reply, replay, steps, stream
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import Reply, fragments, reply
from tests.fakes.kinds.server import FakeServer, Refused, bearer
from tests.fakes.kinds.tokens import asked_tools, count_chat, count_text, has_images
from tests.fakes.wire import Behaviour, Request, Rst, Step

VERSION = "0.32.0"
NO_TOOL_PARSER = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
ENGINE_FAILURE = "EngineCore encountered an issue. See stack trace (above) for the root cause."


def fake_vllm(knobs: Knobs | None = None) -> "Vllm":
    return Vllm(knobs or Knobs())


class Vllm(FakeServer):
    def __init__(self, knobs: Knobs) -> None:
        wrong_method = json_reply({"detail": "Method Not Allowed"}, status=405)
        super().__init__(knobs, not_found=replay("vllm/404.json"), wrong_method=wrong_method)
        self.serve(
            {
                "GET /v1/models": self._models,
                "GET /version": json_reply({"version": VERSION}),
                "GET /health": json_reply(None),
                "POST /tokenize": self._tokenize,
                "POST /v1/chat/completions": self._chat,
                "POST /v1/completions": self._completions,
            }
        )

    def gate(self, request: Request) -> None:
        if self.knobs.loading:
            raise Refused(steps(Rst()))
        if self.knobs.key and request.path.startswith("/v1") and bearer(request) != self.knobs.key:
            raise Refused(replay("vllm/unauthorised_401.json"))

    def _models(self, request: Request) -> Iterable[Step]:
        listed = [answers.listed_model(model.name, model.context_length) for model in self.knobs.models]
        return json_reply({"object": "list", "data": listed})(request)

    def _tokenize(self, request: Request) -> Iterable[Step]:
        asked = request.json
        model = self._known(asked)
        if "messages" in asked:
            _require_template(model)
            count = count_chat(asked["messages"], asked.get("tools"))
        else:
            count = count_text(asked["prompt"])
        strings = ["x"] * count if asked.get("return_token_strs") else None
        tokens = list(range(100, 100 + count))
        body = {"count": count, "max_model_len": model.context_length, "tokens": tokens, "token_strs": strings}
        return json_reply(body)(request)

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        _check_fields(asked)
        model = self._known(asked)
        if _offers_tools(asked) and not model.tools and asked.get("tool_choice", "auto") == "auto":
            raise _refused(NO_TOOL_PARSER)
        _require_template(model)
        if has_images(asked) and not model.images:
            raise _refused(f"{model.name} is not a multimodal model")
        limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
        prompt = count_chat(asked["messages"], asked_tools(asked))
        _check_lengths(model, prompt, limit)
        given = reply(self.knobs, model, asked, prompt_tokens=prompt, limit=limit)
        return self.generating(_chat_stream(given, asked) if asked.get("stream") else _chat_whole(given))(request)

    def _completions(self, request: Request) -> Iterable[Step]:
        asked = request.json
        model = self._known(asked)
        if asked.get("suffix"):
            raise _refused("suffix is only supported for models with FIM completion rendering", param="suffix")
        limit: int = asked.get("max_tokens") or 16
        prompt = count_text(asked["prompt"])
        _check_lengths(model, prompt, limit)
        given = reply(self.knobs, model, {}, prompt_tokens=prompt, limit=limit)
        whole = not asked.get("stream")
        return self.generating(_text_whole(given) if whole else _text_stream(given, asked))(request)

    def _known(self, asked: dict[str, Any]) -> FakeModel:
        model = self.model(asked.get("model"))
        if model is None:
            raise Refused(answers.unknown_model(asked["model"], *(one.name for one in self.knobs.models)))
        return model


def _refused(message: str, *, param: str | None = None, kind: str = "BadRequestError") -> Refused:
    error = {"message": message, "type": kind, "param": param, "code": 400}
    return Refused(json_reply({"error": error}, status=400))


def _check_fields(asked: dict[str, Any]) -> None:
    """What is checked while the request is parsed, before its model is looked up."""
    if "messages" not in asked:
        given = f"<dict of {len(asked)} items>"
        missing = {"type": "missing", "loc": "body.messages", "msg": "Field required", "input": given}
        raise _refused(f"1 validation error:\n  {missing}", param="body.messages", kind="Bad Request")
    if asked.get("stream_options") and not asked.get("stream"):
        message = "Stream options can only be defined when `stream=True`. (parameter=stream_options)"
        raise _refused(message, param="stream_options")


def _offers_tools(asked: dict[str, Any]) -> bool:
    return bool(asked.get("tools")) and asked.get("tool_choice") != "none"


def _require_template(model: FakeModel) -> None:
    if not model.chat:
        raise Refused(replay("vllm/chat_no_template_400.json"))


def _check_lengths(model: FakeModel, prompt: int, limit: int | None) -> None:
    """The counts in the texts are floors: tokenizing stops one token after the limit."""
    most = model.context_length
    if limit is not None and limit > most:
        text = f"max_tokens={limit} cannot be greater than max_model_len={most}. Please request fewer output tokens."
        raise _refused(f"{text} (parameter=max_tokens, value={limit})", param="max_tokens")
    room = most - (limit or 0)
    if prompt <= room:
        return
    start = f"This model's maximum context length is {most} tokens. However, "
    if limit is None:
        text = (
            f"your prompt contains at least {room + 1} input tokens, which exceeds this limit even without any output"
            " tokens. Please reduce the length of the input prompt."
        )
    else:
        text = (
            f"you requested {limit} output tokens and your prompt contains at least {room + 1} input tokens, for a"
            f" total of at least {most + 1} tokens. Please reduce the length of the input prompt or the number of"
            " requested output tokens."
        )
    raise _refused(f"{start}{text} (parameter=input_tokens, value={room + 1})", param="input_tokens")


def _usage(given: Reply) -> dict[str, Any]:
    return answers.token_usage(given.prompt_tokens, given.completion_tokens)


def _sent_usage(given: Reply, asked: dict[str, Any]) -> dict[str, Any] | None:
    options: dict[str, Any] = asked.get("stream_options") or {}
    return _usage(given) if given.usage and options.get("include_usage") else None


def _failure() -> bytes:
    error = {"message": ENGINE_FAILURE, "type": "InternalServerError", "param": None, "code": 500}
    return answers.event({"error": error})


def _chat_stream(given: Reply, asked: dict[str, Any]) -> Behaviour:
    """The finish reason is on the last delta."""
    name = given.model.name
    (head,) = answers.chat_events((), model=name, finish_reason=None)
    if given.finish is None:
        return stream(head, *_events(_chunk(given, delta) for delta in _deltas(given)), _failure(), answers.DONE)
    chunks = [_chunk(given, delta) for delta in _deltas(given) or [{"content": ""}]]
    chunks[-1]["choices"][0] |= {"finish_reason": given.finish, "stop_reason": None}
    usage = _sent_usage(given, asked)
    if usage is not None:
        no_choices: list[object] = []
        chunks.append(_chunk(given, {}) | {"choices": no_choices, "usage": usage})
    chunks[-1]["system_fingerprint"] = answers.FINGERPRINT
    return stream(head, *_events(chunks), answers.DONE)


def _deltas(given: Reply) -> list[dict[str, Any]]:
    deltas: list[dict[str, Any]] = [{"reasoning": text} for text in given.thinking]
    deltas += [{"content": text} for text in given.texts]
    for index, call in enumerate(given.calls):
        opened = {"id": f"chatcmpl-tool-b85fea2448b748c{index}", "type": "function", "index": index}
        deltas.append({"content": None, "tool_calls": [opened | {"function": {"name": call.name}}]})
        for part in fragments(call):
            deltas.append({"content": None, "tool_calls": [{"index": index, "function": {"arguments": part}}]})
    return deltas


def _chunk(given: Reply, delta: dict[str, Any]) -> dict[str, Any]:
    return answers.chunk(delta, model=given.model.name)


def _events(chunks: Iterable[dict[str, Any]]) -> list[bytes]:
    return [answers.event(chunk) for chunk in chunks]


def _chat_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_reply(_failure_body(), status=500)
    body = answers.completion_body(given.text, given.model.name, given.finish, _usage(given))
    message = body["choices"][0]["message"]
    message["reasoning"] = "".join(given.thinking) or None
    if given.calls:
        message["content"] = None
        message["tool_calls"] = [
            {
                "id": f"chatcmpl-tool-b85fea2448b748c{index}",
                "type": "function",
                "function": {"name": call.name, "arguments": "".join(fragments(call))},
            }
            for index, call in enumerate(given.calls)
        ]
    return json_reply(body if given.usage else body | {"usage": None})


def _failure_body() -> dict[str, object]:
    return {"error": {"message": ENGINE_FAILURE, "type": "InternalServerError", "param": None, "code": 500}}


def _text_head(given: Reply) -> dict[str, Any]:
    return {
        "id": "cmpl-9d7a99204be4c652",
        "object": "text_completion",
        "created": answers.CREATED,
        "model": given.model.name,
    }


def _text_stream(given: Reply, asked: dict[str, Any]) -> Behaviour:
    absent = dict.fromkeys(("logprobs", "finish_reason", "stop_reason", "prompt_token_ids", "token_ids"))
    chunks = [_text_head(given) | {"choices": [{"index": 0, "text": text} | absent]} for text in given.texts]
    if given.finish is None:
        return stream(*map(answers.event, chunks), _failure(), answers.DONE)
    if chunks:
        chunks[-1]["choices"][0]["finish_reason"] = given.finish
    usage = _sent_usage(given, asked)
    if usage is not None:
        no_choices: list[object] = []
        chunks.append(_text_head(given) | {"choices": no_choices, "usage": usage})
    chunks[-1]["system_fingerprint"] = answers.FINGERPRINT
    return stream(*map(answers.event, chunks), answers.DONE)


def _text_whole(given: Reply) -> Behaviour:
    if given.finish is None:
        return json_reply(_failure_body(), status=500)
    absent = dict.fromkeys(("logprobs", "stop_reason", "prompt_token_ids", "token_ids"))
    choice = {"index": 0, "text": given.text, "finish_reason": given.finish} | absent
    return json_reply(_text_head(given) | {"choices": [choice], "usage": _usage(given)})
