"""A server's refusal, in whatever shape and status, as one error of ours."""

import re
from dataclasses import dataclass, field
from http import HTTPStatus

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import ModelId
from inhouse.domain.secret import Secret
from inhouse.inference.openai.overflow import overflow
from inhouse.inference.openai.unable import refused_by
from inhouse.inference.tolerant import Json, as_list, as_object, parse, text

# Overflow texts of llama.cpp, vLLM, TGI, SGLang, LM Studio and LiteLLM; only llama.cpp has a type for it.
_OVERFLOW = re.compile(
    r"exceed_context|context (length|size|window)|contextwindow|max_total|must have less than \d+ tokens|"
    r"longer than the model|inputs. tokens \+ .max_new_tokens. must be|cannot be greater than max_model_len",
    re.IGNORECASE,
)
_BUSY = re.compile(r"overloaded|queue is full|server (is )?busy|too many requests|rate.?limit", re.IGNORECASE)
_LOADING = re.compile(r"loading", re.IGNORECASE)
_UNKNOWN_MODEL = re.compile(r"model", re.IGNORECASE)
_SURELY_UNKNOWN_MODEL = re.compile(  # with 400: LiteLLM, and Hugging Face's router
    r"invalid model name|model_not_(found|supported)|requested model '[^']*' (does not exist|is not supported by any)",
    re.IGNORECASE,
)
_UNKNOWN_KEY = "no_db_connection"
"""LiteLLM without a database: 400 for every key but the master key (recorded, 1.106)."""
_INVALID = re.compile(r"input validation error", re.IGNORECASE)  # TGI: inside a stream
_QUOTABLE = 300
_OF_THE_REQUEST = (400, 404, 422, 500, 501)
"""Statuses of what a server cannot do: llama.cpp says 500 of images."""

_HINTS = {
    ErrorKind.UNAUTHORIZED: "Set a key that the server accepts for this backend.",
    ErrorKind.FORBIDDEN: "The key is known but may not do this; ask whoever runs the server.",
    ErrorKind.MODEL_NOT_FOUND: "`inhouse models` lists what the server offers.",
    ErrorKind.CONTEXT_OVERFLOW: "Shorten the conversation, or pick a model with a longer context.",
    ErrorKind.OVERLOADED: "Try again a little later.",
    ErrorKind.LOADING: "Try again in a moment.",
    ErrorKind.SERVER_ERROR: "The server's own log has the details.",
    ErrorKind.BAD_RESPONSE: "Check that the URL names an OpenAI-compatible server.",
    ErrorKind.TOO_LARGE: "Send less, or raise the size limit of the proxy before the server.",
    ErrorKind.INVALID_REQUEST: "The server does not accept a part of this request.",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """The server's own words: a sentence, and a type that is for programs only; `fields` are all of them."""

    message: str = ""
    type: str = ""
    fields: Json = field(default_factory=dict[str, object])

    def matches(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(self.message) or pattern.search(self.type))


def refusal(
    status: int, headers: "dict[str, str]", body: bytes, *, model: ModelId | None, backend: str, secret: Secret | None
) -> InhouseError:
    """The error for an answer whose status is not 200."""
    said = _said(body)
    refused = refused_by(said.message, said.type)
    kind = ErrorKind.UNSUPPORTED if refused and status in _OF_THE_REQUEST else _kind(status, said)
    return _error(kind, status, said, model=model, backend=backend, secret=secret, after=_retry_after(headers))


def in_stream(error: Json | str, *, model: ModelId, secret: Secret | None) -> InhouseError:
    """The error for a failure that a server reports inside a 200 answer."""
    said = _Said(error) if isinstance(error, str) else _read(error)
    kind = ErrorKind.SERVER_ERROR
    if refused_by(said.message, said.type):
        kind = ErrorKind.UNSUPPORTED
    elif said.matches(_OVERFLOW):
        kind = ErrorKind.CONTEXT_OVERFLOW
    elif said.matches(_BUSY):
        kind = ErrorKind.OVERLOADED
    elif said.matches(_INVALID):
        kind = ErrorKind.INVALID_REQUEST
    return _error(kind, None, said, model=model, backend=model.backend, secret=secret, after=None)


def _kind(status: int, said: _Said) -> ErrorKind:
    """By status first; the text decides only where one status means several things."""
    fixed = {401: ErrorKind.UNAUTHORIZED, 403: ErrorKind.FORBIDDEN, 429: ErrorKind.OVERLOADED}
    if status in fixed:
        return fixed[status]
    if status in (400, 413, 422, 500) and said.matches(_OVERFLOW):
        return ErrorKind.CONTEXT_OVERFLOW
    if status == HTTPStatus.BAD_REQUEST and (kind := _told_by_text(said)) is not None:
        return kind
    if status == HTTPStatus.NOT_FOUND:
        return ErrorKind.MODEL_NOT_FOUND if said.matches(_UNKNOWN_MODEL) else ErrorKind.BAD_RESPONSE
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return _unavailable(said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.FAILED_DEPENDENCY:
        return ErrorKind.SERVER_ERROR
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return ErrorKind.TOO_LARGE
    return ErrorKind.INVALID_REQUEST if status in (400, 422) else ErrorKind.BAD_RESPONSE


def _told_by_text(said: _Said) -> ErrorKind | None:
    if said.type == _UNKNOWN_KEY:
        return ErrorKind.UNAUTHORIZED
    return ErrorKind.MODEL_NOT_FOUND if said.matches(_SURELY_UNKNOWN_MODEL) else None


def _unavailable(said: _Said) -> ErrorKind:
    if said.matches(_LOADING):
        return ErrorKind.LOADING
    return ErrorKind.OVERLOADED if said.matches(_BUSY) else ErrorKind.SERVER_ERROR


def _error(
    kind: ErrorKind,
    status: int | None,
    said: _Said,
    *,
    model: ModelId | None,
    backend: str,
    secret: Secret | None,
    after: float | None,
) -> InhouseError:
    name = model.name if model else None
    sentences = {
        ErrorKind.UNAUTHORIZED: f"{backend} wants a valid key.",
        ErrorKind.FORBIDDEN: f"{backend} forbids this request.",
        ErrorKind.MODEL_NOT_FOUND: f"{backend} has no model named {name}.",
        ErrorKind.CONTEXT_OVERFLOW: f"The conversation does not fit the context of {name or backend}.",
        ErrorKind.OVERLOADED: f"{backend} has too much to do at the moment.",
        ErrorKind.LOADING: f"{backend} is still loading its model.",
        ErrorKind.TOO_LARGE: f"The request is too large for {backend} or the proxy before it.",
    }
    sentence = sentences.get(kind)
    if sentence is None:
        answered = f"with status {status}" if status is not None else "with an error"
        sentence = f"{backend} answered {answered}."
        quoted = _quotable(said.message, secret)
        if kind is ErrorKind.INVALID_REQUEST and quoted:
            sentence = f"{backend} refused the request: {quoted.rstrip('.')}."
    refused = refused_by(said.message, said.type) if kind is ErrorKind.UNSUPPORTED else None
    return InhouseError(
        kind=kind,
        message=refused.sentence(name or backend) if refused else sentence,
        hint=refused.hint if refused else _HINTS.get(kind, ""),
        backend=backend,
        model=str(model) if model else None,
        status=status,
        retry_after=after,
        tokens=overflow(said.message, said.fields) if kind is ErrorKind.CONTEXT_OVERFLOW else None,
        refused=refused.what if refused else None,
    )


def _said(body: bytes) -> _Said:
    """From any of the shapes in use; nothing from HTML or plain text."""
    try:
        return _read(as_object(parse(body)))
    except ValueError:
        return _Said()


def _read(answer: Json) -> _Said:
    error, detail = answer.get("error"), answer.get("detail")
    if isinstance(error, str):
        return _Said(error, text(answer, "error_type"))
    if isinstance(detail, str):
        return _Said(detail)
    if as_list(detail):
        return _Said("; ".join(text(as_object(item), "msg") for item in as_list(detail)))
    fields = as_object(error) or as_object(detail) or answer
    message = text(fields, "message") or text(fields, "msg") or text(fields, "error")
    return _Said(message, text(fields, "type") or text(fields, "code"), fields)


def _quotable(said: str, secret: Secret | None) -> str:
    """One printable line of bounded length, with the key taken out should the server echo it."""
    if secret is not None:
        said = secret.taken_out_of(said)
    line = "".join(char if char.isprintable() else " " for char in said)
    line = " ".join(line.split())
    return line if len(line) <= _QUOTABLE else line[: _QUOTABLE - 1] + "…"


def _retry_after(headers: "dict[str, str]") -> float | None:
    """Seconds, from either form of the header (RFC 9110 §10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal() and len(value) < 10:
        return float(value)
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
