"""Hugging Face's router as its documentation says: several providers a model, picked by `id:provider` or a policy.

A model's context length and abilities are those of a provider. The list is open to all, a chat needs a token.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.fakes.behaviours import json_reply
from tests.fakes.kinds import openai_shape as openai
from tests.fakes.kinds.knobs import FakeModel, Knobs
from tests.fakes.kinds.reply import reply
from tests.fakes.kinds.server import FakeServer, Refused, bearer, with_headers
from tests.fakes.kinds.tokens import asked_tools, count_chat
from tests.fakes.wire import Behaviour, Request, Step

CREATED = 1700000400
POLICIES = frozenset({"fastest", "cheapest", "preferred"})
FAILURE = openai.error("The provider failed.", "server_error")
REFUSALS: Mapping[int, Behaviour] = {
    401: json_reply({"error": "Invalid username or password."}, status=401),
    402: json_reply(
        {
            "error": "You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get"
            " 20x more monthly included credits."
        },
        status=402,
    ),
    403: json_reply(
        {
            "error": "This authentication method does not have sufficient permissions to call Inference Providers on"
            " behalf of user acme"
        },
        status=403,
    ),
    429: json_reply({"error": "Too Many Requests"}, status=429, headers=(("Retry-After", "1"),)),
}


@dataclass(frozen=True, slots=True)
class Provider:
    """`context_length` None is a provider that says nothing of itself but its name."""

    name: str
    context_length: int | None = 4096
    tools: bool = True
    live: bool = True


PROVIDERS = (Provider("alpha"), Provider("beta", context_length=2048, tools=False), Provider("gamma", live=False))


def fake_huggingface(
    knobs: Knobs | None = None, *, providers: tuple[Provider, ...] = PROVIDERS, refusal: int | None = None
) -> "HuggingFace":
    """`refusal` is 401, 402, 403 or 429 for every chat. Each model is served by all the `providers`."""
    return HuggingFace(knobs or Knobs(key="hf_fake"), providers, refusal)


class HuggingFace(FakeServer):
    def __init__(self, knobs: Knobs, providers: tuple[Provider, ...], refusal: int | None) -> None:
        super().__init__(knobs, not_found=json_reply({"error": "Not Found"}, status=404), headers=())
        self.providers = providers
        self.refusal = refusal
        self.serve({"GET /v1/models": self._models, "POST /v1/chat/completions": self._chat})

    def _models(self, request: Request) -> Iterable[Step]:
        return json_reply({"object": "list", "data": [self._listed(model) for model in self.knobs.models]})(request)

    def _listed(self, model: FakeModel) -> dict[str, object]:
        inputs = ["text", "image"] if model.images else ["text"]
        return {
            "id": model.name,
            "object": "model",
            "created": CREATED,
            "owned_by": model.name.partition("/")[0],
            "architecture": {"input_modalities": inputs, "output_modalities": ["text"]},
            "providers": [_described(provider) for provider in self.providers],
        }

    def _chat(self, request: Request) -> Iterable[Step]:
        asked = request.json
        refusal = self.refusal or (429 if self.knobs.busy else None)
        if self.knobs.key and bearer(request) != self.knobs.key:
            refusal = 401
        if refusal:
            raise Refused(REFUSALS[refusal])
        model, provider = self._routed(str(asked["model"]))
        prompt = count_chat(asked["messages"], asked_tools(asked))
        limit: int | None = asked.get("max_tokens")
        _check_lengths(provider.context_length or model.context_length, prompt, limit)
        if asked_tools(asked) and not provider.tools:
            raise _refused(f"Tools are not supported by provider {provider.name}.")
        given = reply(self.knobs, model, asked, prompt_tokens=prompt, limit=limit)
        head = {"id": "chatcmpl-hf1", "created": CREATED, "model": model.name}
        if asked.get("stream"):
            chunks = openai.chunks(given, head, include_usage=openai.wants_usage(asked))
            return self._from(provider, openai.streamed(chunks, given, FAILURE))(request)
        whole = json_reply(openai.body(given, head)) if given.finish else json_reply(FAILURE, status=500)
        return self._from(provider, whole)(request)

    def _from(self, provider: Provider, behaviour: Behaviour) -> Behaviour:
        return with_headers(self.generating(behaviour), (("X-Inference-Provider", provider.name),))

    def _routed(self, name: str) -> tuple[FakeModel, Provider]:
        base, _, suffix = name.partition(":")
        model = self.model(base)
        if model is None:
            text = f"The requested model '{base}' does not exist"
            raise _refused(text, param="model", code="model_not_found")
        live = [provider for provider in self.providers if provider.live]
        chosen = live if suffix in {"", *POLICIES} else [provider for provider in live if provider.name == suffix]
        if not chosen:
            text = f"The requested model '{name}' is not supported by any provider you have enabled."
            raise _refused(text, param="model", code="model_not_supported")
        return model, chosen[0]


def _described(provider: Provider) -> dict[str, object]:
    start: dict[str, object] = {"provider": provider.name, "status": "live" if provider.live else "staging"}
    if provider.context_length is None or not provider.live:
        return start
    return start | {
        "context_length": provider.context_length,
        "pricing": {"input": 0.5, "output": 1.0},
        "supports_tools": provider.tools,
        "supports_structured_output": False,
        "first_token_latency_ms": 600,
        "throughput": 40.0,
        "is_model_author": False,
    }


def _check_lengths(most: int, prompt: int, limit: int | None) -> None:
    if prompt + (limit or 0) > most:
        given = f"({prompt} in the messages, {limit or 0} in the completion)"
        text = f"However, you requested {prompt + (limit or 0)} tokens {given}."
        raise _refused(f"This model's maximum context length is {most} tokens. {text}", code="context_length_exceeded")


def _refused(message: str, *, param: str | None = None, code: str | None = None) -> Refused:
    return Refused(json_reply(openai.error(message, param=param, code=code), status=400))
