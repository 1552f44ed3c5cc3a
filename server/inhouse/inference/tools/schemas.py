"""Arguments checked against the schema of the tool they are for, with bounded work.

Both are foreign: schemas come from a client's extensions, arguments from a model. Nothing is fetched for a `$ref`.
Regular expressions are not run, because Python's cannot be stopped: what they would forbid is left to the tool itself.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from typing import Protocol, cast

import orjson

from inhouse.domain.conversation import Tool
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.tolerant import as_list, as_object, parse

MOST_WORK = 200_000
"""Keywords looked at, each with the size of what it looks at: about half a second."""

SCHEMA_BYTES = 500_000

_UNIQUE_ITEMS = 1000
"""More are not compared with each other: that takes the square of their number."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_REFERENCE_WORK = 10

_UNFIT = (RecursionError, TypeError, ValueError, KeyError, AttributeError, ArithmeticError)
"""What the library raises for schemas that are none, beside its own errors."""

_work: ContextVar[list[int]] = ContextVar("work")


class _TooMuchError(Exception):
    pass


class _Fault(Protocol):
    """As `jsonschema.ValidationError`."""

    @property
    def json_path(self) -> str: ...

    @property
    def validator(self) -> object: ...


class _Validator(Protocol):
    def iter_errors(self, instance: object) -> Iterator[_Fault]: ...


_Keyword = Callable[[object, object, object, Mapping[str, object]], "Iterable[object] | None"]


def check_schemas(tools: Iterable[Tool]) -> None:
    """Raises `invalid_request` for a schema that is none. The first time costs 70 ms, and 2 ms for each new schema."""
    for tool in tools:
        _validator_of(tool)


def fault(tool: Tool, arguments: object) -> str | None:
    """What is wrong with a call's arguments in a few words, without repeating them; None if nothing is.

    Raises `invalid_request` if the schema cannot be applied.
    """
    validator = _validator_of(tool)
    try:
        found = _first_fault(validator, arguments)
    except _errors() as exc:
        raise _unusable(tool) from exc
    return None if found is None else f"{found.json_path} breaks the rule {found.validator!r}"[:200]


def _validator_of(tool: Tool) -> _Validator:
    try:
        schema = _written(tool.input_schema)
        if len(schema) > SCHEMA_BYTES:
            raise _TooMuchError
        return _validator(schema)
    except _errors() as exc:
        raise _unusable(tool) from exc


def _written(schema: Mapping[str, object]) -> bytes:
    try:
        return orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # as for the body: a lone surrogate, or an integer of more than 64 bits
        return json.dumps(schema, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _unusable(tool: Tool) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message=f"The input schema of the tool {tool.name[:100]!r} is not a JSON Schema that can be checked.",
        hint="Correct the tool's schema, or leave the tool out.",
    )


def _first_fault(validator: _Validator, instance: object) -> _Fault | None:
    _work.set([0])
    return next(iter(validator.iter_errors(instance)), None)


@cache
def _errors() -> tuple[type[Exception], ...]:
    from referencing.exceptions import Unresolvable

    return (*_UNFIT, _TooMuchError, Unresolvable)


@lru_cache(maxsize=512)
def _validator(schema: bytes) -> _Validator:
    from jsonschema.validators import Draft202012Validator, validator_for
    from jsonschema_specifications import REGISTRY  # pyright: ignore[reportMissingTypeStubs] - it has none
    from referencing import Registry

    nothing_else: Registry[object] = Registry()
    value = as_object(parse(schema))
    dialect = cast(type[Draft202012Validator], validator_for(value, default=Draft202012Validator))
    grammar = dialect.META_SCHEMA
    checker = cast(_Validator, _bounded(dialect)(grammar, registry=REGISTRY))
    if _first_fault(checker, value) is not None:
        raise ValueError
    return cast(_Validator, _bounded(dialect)(value, registry=nothing_else))


@cache
def _bounded(dialect: "type") -> Callable[..., object]:
    """The validator class of a dialect, with our own idea of what is affordable."""
    from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType] - it has no types

    originals = cast(Mapping[str, _Keyword], dialect.VALIDATORS)  # pyright: ignore[reportAttributeAccessIssue] - of every dialect
    keywords = {
        name: _counted(_affordable(name, keyword), _REFERENCE_WORK if name in _REFERENCES else 1)
        for name, keyword in originals.items()
    }
    return cast(Callable[..., object], extend(dialect, keywords))


def _affordable(name: str, keyword: _Keyword) -> _Keyword:
    if name in ("pattern", "patternProperties", "unevaluatedProperties", "unevaluatedItems"):
        return _nothing
    if name == "additionalProperties":
        return lambda validator, value, instance, schema: (
            None if "patternProperties" in schema else keyword(validator, value, instance, schema)
        )
    if name == "uniqueItems":
        return lambda validator, value, instance, schema: (
            None if len(as_list(instance)) > _UNIQUE_ITEMS else keyword(validator, value, instance, schema)
        )
    return keyword


def _nothing(*_: object) -> None:
    return None


def _counted(keyword: _Keyword, least: int) -> _Keyword:
    def counted(validator: object, value: object, instance: object, schema: Mapping[str, object]) -> Iterable[object]:
        work = _work.get()
        work[0] += least + _size(value) + _size(instance)
        if work[0] > MOST_WORK:
            raise _TooMuchError
        return keyword(validator, value, instance, schema) or ()

    return counted


def _size(value: object) -> int:
    return len(as_object(value)) + len(as_list(value))
