"""Any OpenAI-compatible server: the list of models, and LiteLLM's own word on each where that is what answers.

LiteLLM's proxy says of each model that it was created at one and the same time, and marks answers with `x-litellm-*`
headers (recorded, 1.106); `GET /model/info` holds what its administrator set, null where nothing was.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from types import MappingProxyType

from inhouse.domain.events import Event
from inhouse.domain.models import Kind
from inhouse.governance.admission import Admitted, AdmittedFill
from inhouse.inference.egress.channel import Channel
from inhouse.inference.fim.prompt import filling
from inhouse.inference.listing import MOST_MODELS, ListedModel, Listing, is_name, plausible
from inhouse.inference.openai import client
from inhouse.inference.openai.answer import Rules
from inhouse.inference.openai.client import Headers
from inhouse.inference.openai.dialect import OPENAI, Dialect
from inhouse.inference.openai.fill import fill as fill_by_completion
from inhouse.inference.prober import Prober, Reply, not_a_list
from inhouse.inference.servers.server import Chat, FillIn, Server
from inhouse.inference.tolerant import Json, as_list, as_object, flag, integer, text

LIST = "/v1/models"
_LITELLM_DATE = 1_677_610_602

_LENGTHS = ("max_model_len", "context_length", "context_window", "max_context_length", "max_input_tokens")
"""vLLM and SGLang; gateways such as OpenRouter's; Groq; Mistral's cloud and LM Studio's older list; LiteLLM's."""


async def entries(prober: Prober) -> tuple[Json, ...]:
    """The entries of the server's list; raises InhouseError."""
    return read_entries(await prober.required(LIST), backend=prober.backend)


def read_entries(reply: Reply, *, backend: str) -> tuple[Json, ...]:
    """A list's readable entries, each name once; raises `bad_response` if it is no list."""
    answer = reply.fields
    empty = text(answer, "object") == "list" and answer.get("data") is None  # Ollama without a model
    if not empty and not isinstance(answer.get("data"), list):
        raise not_a_list(backend, LIST)
    found: dict[str, Json] = {}
    for entry in map(as_object, as_list(answer.get("data"))[:MOST_MODELS]):
        name = text(entry, "id")
        if is_name(name):
            found.setdefault(name, entry)
    return tuple(found.values())


def listed(entry: Json) -> ListedModel:
    lengths = [integer(entry, key) for key in _LENGTHS]
    lengths.insert(1, integer(as_object(entry.get("meta")), "n_ctx"))  # llama.cpp, per slot
    lengths.append(integer(as_object(entry.get("metadata")), "max_request_context_length"))  # Ray Serve LLM
    known = next((length for length in map(plausible, lengths) if length is not None), None)
    return ListedModel(text(entry, "id"), context_length=known)


async def list_models(prober: Prober) -> Listing:
    models = [listed(entry) for entry in await entries(prober)]
    reply = await prober.required(LIST)
    if not is_litellm(reply):
        return Listing(tuple(models))
    told = _by_name(await prober.found("/model/info"))
    known = (_completed(model, told.get(model.name, {})) for model in models)
    chat = tuple(model for model in known if model is not None)
    return Listing(chat, " ".join(("LiteLLM", reply.headers.get("x-litellm-version", ""))).strip())


def is_litellm(reply: Reply) -> bool:
    """By its headers, or by the one date that all its models have."""
    if any(name.startswith("x-litellm-") for name in reply.headers):
        return True
    models = [as_object(entry) for entry in as_list(reply.fields.get("data"))]
    return any(integer(model, "created") == _LITELLM_DATE for model in models)


def _by_name(answer: Json) -> dict[str, Json]:
    """One entry a name: the first deployment's stands for all of its group."""
    found: dict[str, Json] = {}
    for entry in map(as_object, as_list(answer.get("data"))):
        found.setdefault(text(entry, "model_name"), as_object(entry.get("model_info")))
    return found


def _completed(model: ListedModel, info: Json) -> ListedModel | None:
    """None for a model that cannot chat at all."""
    if text(info, "mode") not in ("", "chat", "completion", "responses"):
        return None
    return ListedModel(
        model.name,
        context_length=model.context_length or plausible(integer(info, "max_input_tokens")),
        chat=None if text(info, "mode") != "completion" else False,
        tools=flag(info, "supports_function_calling"),
        images=flag(info, "supports_vision"),
        thinking=flag(info, "supports_reasoning"),
    )


def chat(extras: Mapping[str, object] = MappingProxyType({}), dialect: Dialect = OPENAI) -> Chat:
    """Chat completions, with further fields that this software understands."""

    def answer(
        channel: Channel, admitted: Admitted, headers: Headers, rules: Rules, stack: AsyncExitStack
    ) -> AsyncIterator[Event]:
        return client.chat(channel, admitted, extras, rules, stack, dialect=dialect, headers=headers)

    return answer


def complete(dialect: Dialect = OPENAI) -> Chat:
    """Completions of a transcript."""

    def answer(
        channel: Channel, admitted: Admitted, headers: Headers, rules: Rules, stack: AsyncExitStack
    ) -> AsyncIterator[Event]:
        return client.complete(channel, admitted, {}, rules, stack, dialect=dialect, headers=headers)

    return answer


def fill(extras: Mapping[str, object] = MappingProxyType({}), dialect: Dialect = OPENAI) -> FillIn:
    """Completions of a prompt with the family's markers, else of what stands before the place."""

    def answer(channel: Channel, admitted: AdmittedFill, rules: Rules, stack: AsyncExitStack) -> AsyncIterator[Event]:
        return fill_by_completion(channel, admitted, extras, rules, stack, dialect)

    return answer


SERVER = Server(Kind.OPENAI, list_models, chat(), complete(), fill(), filling)
