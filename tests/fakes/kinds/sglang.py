"""SGLang 0.5.23 as its source says: errors are flat objects, absent fields explicit nulls, any model's name is taken.

Without a tool-call parser the calls stay in the text. Its key guards all but `/health` and `/ready`.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tests.fakes.answers import DONE, event
from tests.fakes.behaviours import json_reply, replay, stream
from tests.fakes.behaviours import reply as answer
from tests.fakes.kinds import openai_shape as openai
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import Reply, reply
from tests.fakes.kinds.server import FakeServer, Refused, bearer
from tests.fakes.kinds.tokens import asked_tools, count_chat, count_text
from tests.fakes.wire import Behaviour, Request, Step

VERSION = "0.5.23"
CREATED = 1700000300
OPEN = frozenset({"/health", "/ready"})
QUEUE_FULL: dict[str, object] = {
    "object": "error",
    "message": "The request queue is full.",
    "type": "SERVICE_UNAVAILABLE",
    "param": None,
    "code": 503,
}
FAILURE = QUEUE_FULL | {"message": "Scheduler hit an exception.", "type": "INTERNAL_SERVER_ERROR", "code": 500}
NO_TEMPLATE = (
    "Cannot use chat template functions because tokenizer.chat_template is not set and no template argument was passed!"
    " For information about writing templates and setting the tokenizer.chat_template attribute, please see the"
    " documentation at https://huggingface.co/docs/transformers/main/en/chat_templating"
)


def fake_sglang(knobs: Knobs | None = None) -> "Sglang":
    return Sglang(knobs or Knobs())


class Sglang(FakeServer):
    def __init__(self, knobs: Knobs) -> None:
        wrong_method = json_reply({"detail": "Method Not Allowed"}, status=405)
        super().__init__(knobs, not_found=json_reply({"detail": "Not Found"}, status=404), wrong_method=wrong_method)
        self.serve(
            {
                "GET /health": self._health,
                "GET /ready": self._health,
                "GET /v1/models": self._models,
                "GET /model_info": self._model_info,
                "GET /get_model_info": self._model_info,
                "GET /server_info": self._server_info,
                "GET /get_server_info": self._server_info,
                "POST /tokenize": self._tokenize,
                "POST /v1/tokenize": self._tokenize,
                "POST /v1/chat/completions": self._chat,
                "POST /v1/completions": self._completions,
            }
        )

    @property
    def served(self) -> FakeModel:
        return self.knobs.models[0]

    def gate(self, request: Request) -> None:
        path = request.route.partition(" ")[2]
        if self.knobs.key and path not in OPEN and bearer(request) != self.knobs.key:
            raise Refused(replay("sglang/unauthorised_401.json"))

    def _health(self, request: Request) -> Iterable[Step]:
        return answer(503 if self.knobs.loading else 200)(request)

    def _models(self, request: Request) -> Iterable[Step]:
        model = self.served
        listed = {"id": model.name, "object": "model", "created": CREATED, "owned_by": "sglang", "root": model.name}
        lengths = {"parent": None, "max_model_len": model.context_length}
        return json_reply({"object": "list", "data": [listed | lengths]})(request)

    def _model_info(self, request: Request) -> Iterable[Step]:
        model = self.served
        return json_reply(
            {
                "model_path": model.name,
                "served_model_name": model.name,
                "tokenizer_path": model.name,
                "is_generation": True,
                "preferred_sampling_params": None,
                "weight_version": "default",
                "load_format": "auto",
                "reasoning_parser": "qwen3" if model.thinking else None,
                "tool_call_parser": "qwen" if model.tools else None,
                "has_image_understanding": model.images,
                "has_audio_understanding": False,
                "model_type": "qwen2",
                "architectures": ["Qwen2ForCausalLM"],
            }
        )(request)

    def _server_info(self, request: Request) -> Iterable[Step]:
        name = self.served.name
        named = {"model_path": name, "served_model_name": name, "version": VERSION}
        return json_reply(named | {"context_length": None, "max_total_num_tokens": 200_000})(request)

    def _tokenize(self, request: Request) -> Iterable[Step]:
        asked = request.json
        if "messages" in asked:
            self._require_template()
            count = count_chat(asked["messages"], asked.get("tools"))
        else:
            count = count_text(asked["prompt"])
        body = {"tokens": list(range(count)), "count": count, "max_model_len": self.served.context_length}
        return json_reply(body)(request)

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        self._require_template()
        prompt = count_chat(asked["messages"], asked_tools(asked))
        limit = asked.get("max_completion_tokens") or asked.get("max_tokens")
        self._check_lengths(prompt, limit)
        given = reply(self.knobs, self._named(asked), asked, prompt_tokens=prompt, limit=limit)
        return self._answer(given if self.served.tools else _as_text(given), asked, "chat.completion")(request)

    def _completions(self, request: Request) -> Iterable[Step]:
        asked = request.json
        prompt = count_text(asked["prompt"])
        limit: int = asked.get("max_tokens") or 16
        self._check_lengths(prompt, limit)
        given = reply(self.knobs, self._named(asked), {}, prompt_tokens=prompt, limit=limit)
        return self._answer(given, asked, "text_completion")(request)

    def _answer(self, given: Reply, asked: dict[str, Any], kind: str) -> Behaviour:
        if asked.get("stream"):
            busy = stream(event({"error": QUEUE_FULL}), DONE, content_type="text/event-stream")
            return busy if self.knobs.busy else self.generating(_streamed(given, asked, kind))
        if self.knobs.busy:
            return json_reply(QUEUE_FULL, status=503)
        return self.generating(_whole(given, kind) if given.finish else json_reply(FAILURE, status=500))

    def _named(self, asked: dict[str, Any]) -> FakeModel:
        """The model, under the name it was asked by."""
        return replace(self.served, name=asked.get("model") or self.served.name)

    def _require_template(self) -> None:
        if not self.served.chat:
            raise _refused(NO_TEMPLATE)

    def _check_lengths(self, prompt: int, limit: int | None) -> None:
        most = self.served.context_length
        if prompt >= most:
            text = f"The input ({prompt} tokens) is longer than the model's context length ({most} tokens)."
            raise _refused(text)
        if limit is not None and prompt + limit > most:
            raise _refused(
                f"Requested token count exceeds the model's maximum context length of {most} tokens. You requested a"
                f" total of {prompt + limit} tokens: {prompt} tokens from the input messages and {limit} tokens for the"
                " completion. Please reduce the number of tokens in the input messages or the completion to fit within"
                " the limit."
            )


def _refused(message: str) -> Refused:
    body = {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}
    return Refused(json_reply(body, status=400))


def _as_text(given: Reply) -> Reply:
    """The answer of a server that does not parse calls out of the text."""
    calls = [json.dumps({"name": call.name, "arguments": dict(call.arguments)}) for call in given.calls]
    texts = tuple(f"<tool_call>\n{call}\n</tool_call>" for call in calls)
    return replace(given, calls=(), texts=(*given.texts, *texts), finish="stop") if calls else given


def _head(given: Reply, kind: str) -> dict[str, Any]:
    return {"id": "r1", "object": kind, "created": CREATED, "model": given.model.name}


def _usage(given: Reply) -> dict[str, Any]:
    return openai.usage(given) | {"prompt_tokens_details": None, "reasoning_tokens": len(given.thinking)}


def _choice(content: dict[str, Any], reason: str | None) -> dict[str, Any]:
    return {"index": 0, **content, "logprobs": None, "finish_reason": reason, "matched_stop": None}


def _streamed(given: Reply, asked: dict[str, Any], kind: str) -> Behaviour:
    is_chat = kind == "chat.completion"
    head = _head(given, f"{kind}.chunk" if is_chat else kind)
    contents = _deltas(given) if is_chat else [{"text": text} for text in given.texts]
    chunks = [head | {"choices": [_choice(content, None)], "usage": None} for content in contents]
    if given.finish:
        last = {"delta": _delta({})} if is_chat else {"text": ""}
        chunks.append(head | {"choices": [_choice(last, given.finish)], "usage": None})
        if openai.wants_usage(asked) and given.usage:
            no_choices: list[object] = []
            chunks.append(head | {"choices": no_choices, "usage": _usage(given)})
    ending = [] if given.finish else [event({"error": FAILURE})]
    return stream(*map(event, chunks), *ending, DONE, content_type="text/event-stream")


def _deltas(given: Reply) -> list[dict[str, Any]]:
    return [{"delta": _delta(delta)} for delta in openai.deltas(given)]


def _delta(delta: dict[str, Any]) -> dict[str, Any]:
    return {"role": None, "content": None, "reasoning_content": None, "tool_calls": None} | delta


def _whole(given: Reply, kind: str) -> Behaviour:
    if kind == "text_completion":
        content: dict[str, Any] = {"text": given.text}
    else:
        thinking = "".join(given.thinking) or None
        calls = openai.tool_calls(given) or None
        message = {"role": "assistant", "content": given.text or None, "reasoning_content": thinking}
        content = {"message": message | {"tool_calls": calls}}
    counted = {"usage": _usage(given)} if given.usage else {}
    return json_reply(_head(given, kind) | {"choices": [_choice(content, given.finish)], **counted})
