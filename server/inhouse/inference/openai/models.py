"""`GET /v1/models`, whatever extra fields the server software adds to it."""

from dataclasses import dataclass

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.tolerant import Json, as_list, as_object, integer, parse, text

LIST_BYTES = 8_000_000
MOST_MODELS = 5_000
_LARGEST_CONTEXT = 100_000_000


@dataclass(frozen=True, slots=True)
class ListedModel:
    """`context_length` in tokens where the server says it, and as it is loaded."""

    name: str
    context_length: int | None


def read_models(body: bytes, *, backend: str) -> tuple[ListedModel, ...]:
    """The models of a list, without the entries that cannot be read; raises `bad_response` if nothing of it can."""
    try:
        answer = as_object(parse(body))
    except ValueError:
        answer = as_object(None)
    empty = text(answer, "object") == "list" and answer.get("data") is None  # Ollama without a model
    if not empty and not isinstance(answer.get("data"), list):
        raise InhouseError(
            kind=ErrorKind.BAD_RESPONSE,
            message=f"{backend} did not answer /v1/models with a list of models.",
            hint="Check that the URL names an OpenAI-compatible server.",
            backend=backend,
        )
    found: dict[str, ListedModel] = {}
    for entry in map(as_object, as_list(answer.get("data"))[:MOST_MODELS]):
        name = text(entry, "id")
        if name and name.isprintable() and name not in found:
            found[name] = ListedModel(name, _context_length(entry))
    return tuple(found.values())


def _context_length(entry: Json) -> int | None:
    """vLLM, SGLang and others: `max_model_len`; llama.cpp: `meta.n_ctx`, per slot; some gateways: `context_length`."""
    for length in (
        integer(entry, "max_model_len"),
        integer(as_object(entry.get("meta")), "n_ctx"),
        integer(entry, "context_length"),
    ):
        if length is not None and 0 < length <= _LARGEST_CONTEXT:
            return length
    return None
