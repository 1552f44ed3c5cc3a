"""LiteLLM's proxy 1.109 as its source says: names that the admin chose, with what the admin knows about each.

`/health/readiness` and `/health/liveliness` need no key. Every answer carries `x-litellm-*` headers.
"""

from collections.abc import Iterable
from typing import Any

from tests.fakes.behaviours import json_reply
from tests.fakes.kinds import openai_shape as openai
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import reply
from tests.fakes.kinds.server import FakeServer, Refused, bearer, with_headers
from tests.fakes.kinds.tokens import asked_tools, count_chat
from tests.fakes.wire import Behaviour, Request, Step

VERSION = "1.109.1"
CREATED = 1677610602
OPEN = frozenset({"/health/readiness", "/health/liveliness", "/health/liveness"})
FAILURE = {"error": {"message": "litellm.MidStreamFallbackError: no more deployments", "type": None, "code": "500"}}
BUSY = "No deployments available for selected model, Try again in 5 seconds. Passed model={}."


def fake_litellm(knobs: Knobs | None = None, *, told: bool = True) -> "LiteLlm":
    """`told` False is an admin who set no lengths and abilities: `/model/info` has nulls."""
    return LiteLlm(knobs or Knobs(), told)


class LiteLlm(FakeServer):
    def __init__(self, knobs: Knobs, told: bool) -> None:
        wrong_method = json_reply({"detail": "Method Not Allowed"}, status=405)
        super().__init__(knobs, not_found=json_reply({"detail": "Not Found"}, status=404), wrong_method=wrong_method)
        self.told = told
        self.serve(
            {
                "GET /health/readiness": self._readiness,
                "GET /health/liveliness": json_reply("I'm alive!"),
                "GET /v1/models": self._models,
                "GET /models": self._models,
                "GET /model/info": self._model_info,
                "GET /v1/model/info": self._model_info,
                "POST /v1/chat/completions": self._chat,
            }
        )

    def gate(self, request: Request) -> None:
        path = request.route.partition(" ")[2]
        if self.knobs.key and path not in OPEN and bearer(request) != self.knobs.key:
            text = "Authentication Error, Invalid proxy server token passed. Unable to find token in cache."
            raise _refused(text, 401, kind="token_not_found_in_db", param="key")

    def _readiness(self, request: Request) -> Iterable[Step]:
        ready = {"status": "healthy", "db": "Not connected", "cache": None, "litellm_version": VERSION}
        callbacks = ["sync_deployment_callback_on_success"]
        rest = {"success_callbacks": callbacks, "use_aiohttp_transport": True, "log_level": "WARNING"}
        return json_reply(ready | rest | {"is_detailed_debug": False})(request)

    def _models(self, request: Request) -> Iterable[Step]:
        listed = [
            {"id": model.name, "object": "model", "created": CREATED, "owned_by": "openai"}
            for model in self.knobs.models
        ]
        return json_reply({"data": listed, "object": "list"}, headers=_headers(None))(request)

    def _model_info(self, request: Request) -> Iterable[Step]:
        return json_reply({"data": [self._described(model) for model in self.knobs.models]})(request)

    def _described(self, model: FakeModel) -> dict[str, object]:
        known = {
            "max_input_tokens": model.context_length,
            "max_output_tokens": model.context_length // 4,
            "supports_function_calling": model.tools,
            "supports_vision": model.images,
            "supports_reasoning": model.thinking,
            "supports_response_schema": True,
        }
        info = known if self.told else dict.fromkeys(known)
        return {
            "model_name": model.name,
            "litellm_params": {"model": f"hosted_vllm/{model.name}", "api_base": "http://gpu1:8000/v1"},
            "model_info": {"id": "ab12", "mode": "chat", **info},
        }

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        name = asked.get("model")
        model = self.model(name)
        if model is None:
            raise _refused(
                f"/chat/completions: Invalid model name passed in model={name}. Call `/v1/models` to view available"
                " models for your key.",
                400,
            )
        if self.knobs.busy:
            raise _refused(BUSY.format(model.name), 429)
        prompt = count_chat(asked["messages"], asked_tools(asked))
        limit: int | None = asked.get("max_tokens")
        _check_lengths(model, prompt, limit)
        given = reply(self.knobs, model, asked, prompt_tokens=prompt, limit=limit)
        head = {"id": "chatcmpl-lite1", "created": CREATED, "model": model.name}
        if asked.get("stream"):
            chunks = openai.chunks(given, head, include_usage=openai.wants_usage(asked))
            return self._sent(openai.streamed(chunks, given, FAILURE), model)(request)
        whole = json_reply(openai.body(given, head)) if given.finish else json_reply(FAILURE, status=500)
        return self._sent(whole, model)(request)

    def _sent(self, behaviour: Behaviour, model: FakeModel) -> Behaviour:
        return with_headers(self.generating(behaviour), _headers(model))


def _headers(model: FakeModel | None) -> tuple[tuple[str, str], ...]:
    start = (("x-litellm-call-id", "5c1d4b7e-0000-4000-8000-000000000001"), ("x-litellm-version", VERSION))
    if model is None:
        return start
    return (
        *start,
        ("x-litellm-model-id", "ab12"),
        ("x-litellm-model-api-base", "http://gpu1:8000/v1"),
        ("x-litellm-model-group", model.name),
        ("x-litellm-attempted-retries", "0"),
        ("x-litellm-attempted-fallbacks", "0"),
    )


def _check_lengths(model: FakeModel, prompt: int, limit: int | None) -> None:
    """The text is the one of the server behind it, here vLLM."""
    room = model.context_length - (limit or 0)
    if prompt > room:
        raise _refused(
            "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError:"
            f" Hosted_vllmException - This model's maximum context length is {model.context_length} tokens. However,"
            f" you requested {limit or 0} output tokens and your prompt contains at least {room + 1} input tokens, for"
            f" a total of at least {model.context_length + 1} tokens. Received Model Group={model.name}",
            400,
            kind=None,
            param=None,
        )


def _refused(message: str, status: int, *, kind: str | None = "None", param: str | None = "None") -> Refused:
    error: dict[str, Any] = {"message": message, "type": kind, "param": param, "code": str(status)}
    return Refused(json_reply({"error": error}, status=status, headers=_headers(None)))
