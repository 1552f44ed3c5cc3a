"""LM Studio as its documentation and reports about it say: three lists of models, and a 200 for every unknown path.

`/v1/models` lists what is downloaded, with no word on what is loaded; a request loads its model. With one model loaded
any name is taken for it (lmstudio-bug-tracker#619), with more an unknown name is a 404 (gitbutler#8706).
"""

from collections.abc import Iterable
from typing import Any

from tests.fakes.answers import event
from tests.fakes.behaviours import json_reply, stream
from tests.fakes.kinds import openai_shape as openai
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import Reply, reply
from tests.fakes.kinds.server import FakeServer, Refused
from tests.fakes.kinds.tokens import asked_tools, count_chat, count_text
from tests.fakes.wire import Behaviour, Request, Step

CREATED = 1745605592
FAILURE = {"error": {"message": "The model has crashed without additional information."}}
QUANTIZATION = "Q4_K_M"


def fake_lmstudio(knobs: Knobs | None = None) -> "LmStudio":
    return LmStudio(knobs or Knobs())


class LmStudio(FakeServer):
    """`loaded` are the names of the models in memory."""

    def __init__(self, knobs: Knobs) -> None:
        super().__init__(knobs, not_found=_unexpected, headers=(("X-Powered-By", "Express"),))
        self.loaded = {model.name for model in knobs.models if model.loaded}
        self.serve(
            {
                "GET /api/v1/models": self._native_models,
                "GET /api/v0/models": self._older_models,
                "GET /v1/models": self._models,
                "POST /v1/chat/completions": self._chat,
                "POST /v1/completions": self._completions,
            }
        )

    def _native_models(self, request: Request) -> Iterable[Step]:
        return json_reply({"models": [self._described(model) for model in self.knobs.models]})(request)

    def _described(self, model: FakeModel) -> dict[str, object]:
        config = {"context_length": model.context_length, "parallel": 4}
        instances = [{"id": model.name, "config": config}] if model.name in self.loaded else []
        reasoning = {"reasoning": {"allowed_options": ["off", "on"], "default": "on"}} if model.thinking else {}
        return {
            "type": "llm",
            "publisher": model.name.partition("/")[0],
            "key": model.name,
            "display_name": model.name,
            "architecture": "qwen2",
            "quantization": {"name": QUANTIZATION, "bits_per_weight": 4},
            "size_bytes": 4_700_000_000,
            "params_string": "7B",
            "loaded_instances": instances,
            "max_context_length": model.max_context_length,
            "format": "gguf",
            "capabilities": {"vision": model.images, "trained_for_tool_use": model.tools, **reasoning},
        }

    def _older_models(self, request: Request) -> Iterable[Step]:
        listed = [
            {
                "id": model.name,
                "object": "model",
                "type": "vlm" if model.images else "llm",
                "publisher": model.name.partition("/")[0],
                "arch": "qwen2",
                "compatibility_type": "gguf",
                "quantization": QUANTIZATION,
                "state": "loaded" if model.name in self.loaded else "not-loaded",
                "max_context_length": model.max_context_length,
                **({"loaded_context_length": model.context_length} if model.name in self.loaded else {}),
            }
            for model in self.knobs.models
        ]
        return json_reply({"object": "list", "data": listed})(request)

    def _models(self, request: Request) -> Iterable[Step]:
        owner = "organization_owner"
        listed = [{"id": model.name, "object": "model", "owned_by": owner} for model in self.knobs.models]
        return json_reply({"object": "list", "data": listed})(request)

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        model = self._taken(asked.get("model"))
        prompt = count_chat(asked["messages"], asked_tools(asked))
        return self._answer(model, asked, prompt, "chat.completion")(request)

    def _completions(self, request: Request) -> Iterable[Step]:
        asked = request.json
        model = self._taken(asked.get("model"))
        return self._answer(model, {**asked, "tools": None}, count_text(asked["prompt"]), "text_completion")(request)

    def _answer(self, model: FakeModel, asked: dict[str, Any], prompt: int, kind: str) -> Behaviour:
        if prompt > model.context_length:
            return _overflow(model, prompt, asked)
        self.loaded.add(model.name)
        limit: int | None = asked.get("max_tokens")
        most = None if limit is None or limit < 0 else limit
        given = reply(self.knobs, model, asked, prompt_tokens=prompt, limit=most)
        head: dict[str, object] = {"id": "chatcmpl-t8tsxqx7kwi9ekj70xwwl", "created": CREATED, "model": model.name}
        if kind == "text_completion":
            return self.generating(_text(given, head, asked))
        if asked.get("stream"):
            chunks = openai.chunks(given, head, include_usage=openai.wants_usage(asked))
            return self.generating(openai.streamed(chunks, given, FAILURE) if given.finish else _broken(chunks))
        whole = json_reply(openai.body(given, head)) if given.finish else json_reply(FAILURE, status=400)
        return self.generating(whole)

    def _taken(self, name: str | None) -> FakeModel:
        known = self.model(name)
        if known is not None:
            return known
        loaded = [model for model in self.knobs.models if model.name in self.loaded]
        if len(loaded) == 1:
            return loaded[0]
        names = "\n".join(model.name for model in self.knobs.models)
        text = f'Model "{name}" not found. Please specify a valid model.\n\nYour models:\n\n{names}'
        raise Refused(json_reply(openai.error(text, param="model", code="model_not_found"), status=404))


def _unexpected(request: Request) -> Iterable[Step]:
    return json_reply({"error": f"Unexpected endpoint or method. ({request.method} {request.path})"})(request)


def _overflow(model: FakeModel, prompt: int, asked: dict[str, Any]) -> Behaviour:
    """Where a stream is asked for it is an event in a 200."""
    text = (
        f"Trying to keep the first {prompt} tokens when context the overflows. However, the model is loaded with"
        f" context length of only {model.context_length} tokens, which is not enough. Try to load the model with a"
        " larger context length, or provide a shorter input"
    )
    if not asked.get("stream"):
        return json_reply({"error": text}, status=400)
    return stream(b"event: error\n" + event({"error": {"message": text}}), content_type="text/event-stream")


def _broken(chunks: list[dict[str, Any]]) -> Behaviour:
    return stream(*map(event, chunks), b"event: error\n" + event(FAILURE), content_type="text/event-stream")


def _text(given: Reply, head: dict[str, object], asked: dict[str, Any]) -> Behaviour:
    start = {"object": "text_completion", **head}
    if not asked.get("stream"):
        choice = {"index": 0, "text": given.text, "logprobs": None, "finish_reason": given.finish}
        return json_reply(start | {"choices": [choice], "usage": openai.usage(given)})
    pieces = [(text, None) for text in given.texts] + [("", given.finish)]
    choices = [{"index": 0, "text": text, "logprobs": None, "finish_reason": reason} for text, reason in pieces]
    return openai.streamed([start | {"choices": [choice]} for choice in choices], given, FAILURE)
