"""pygls's registry of features and commands, and lsprotocol's types for their params and results.

The one place where their untyped sides are touched.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import cast

import attrs
from cattrs import Converter
from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.feature_manager import FeatureManager

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import initialize
from inhouse.lsp.documents import Encoding
from inhouse.lsp.jsonrpc import members

Handler = Callable[[object], object]
"""Takes params; returns a result or an awaitable of one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Method:
    """A method that lsprotocol knows."""

    is_request: bool
    params: type | None


_METHODS = {
    method: _Method(is_request=response is not None, params=params)
    for method, (_, response, params, _) in cast(
        "dict[str, tuple[object, object, type | None, object]]", types.METHOD_TO_TYPES
    ).items()
}


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of one of lsprotocol's types. `nullable`: it is sent as null too, where that means something."""

    name: str
    json_name: str
    nullable: bool


@cache
def _members(shape: type) -> tuple[_Member, ...]:
    """By lsprotocol's own rules, which its converter follows; but that takes 25 ms of a start to learn them."""
    return tuple(
        _Member(
            name=field.name,
            json_name=_camel(field.name),
            nullable=field.default is attrs.NOTHING or types.is_special_property(shape, field.name),
        )
        for field in attrs.fields(shape)
    )


def _camel(name: str) -> str:
    first, *rest = name.removesuffix("_").split("_")
    return first + "".join(word.title() for word in rest)


def _given(method: str, params: object) -> object:
    """Params as they should have been: an object where there are none, and settings that are null where a change
    of them tells nothing (the server then asks for them)."""
    if method == types.WORKSPACE_DID_CHANGE_CONFIGURATION:
        return {"settings": None, **members(params)}
    return {} if params is None else params


class Registry:
    def __init__(self, manager: FeatureManager) -> None:
        self._features = cast("dict[str, Handler]", manager.features)
        self._options = cast("dict[str, object]", manager.feature_options)
        self._commands = cast("dict[str, Handler]", manager.commands)

    @cached_property
    def _converter(self) -> Converter:
        """Made with the first params that are structured: resolving lsprotocol's types takes 20 ms of a start. It stops
        at the first fault: collecting them all takes seconds where a long list is wrong."""
        return get_converter(Converter(detailed_validation=False))

    def request(self, method: str) -> Handler | None:
        """What answers a request; a notification's method does not become one by carrying an id."""
        known = _METHODS.get(method)
        return None if known is not None and not known.is_request else self.feature(method)

    def notification(self, method: str) -> Handler | None:
        known = _METHODS.get(method)
        return None if known is not None and known.is_request else self.feature(method)

    def feature(self, method: str) -> Handler | None:
        """A registered feature: of a standard method with lsprotocol's params, of any other with plain JSON."""
        handler = self._features.get(method)
        if handler is None or method not in _METHODS:
            return handler
        return lambda params: handler(self.structure(method, params))

    def command(self, call: types.ExecuteCommandParams) -> object:
        handler = self._commands.get(call.command)
        if handler is None:
            raise InhouseError(
                kind=ErrorKind.INVALID_REQUEST,
                message="The server does not know this command.",
                hint=f"It knows {', '.join(sorted(self._commands)) or 'none'}.",
            )
        return handler(call)

    def structure(self, method: str, params: object) -> object:
        """Params of lsprotocol's type. Raises InhouseError where they do not fit it."""
        shape = _METHODS[method].params
        if shape is None:
            return None
        if not attrs.fields(shape):
            return shape()  # `initialized` comes at the start
        try:
            return cast(object, self._converter.structure(_given(method, params), shape))
        except Exception as error:  # noqa: BLE001 - lsprotocol's hooks raise whatever they come across
            log.info("the params of %s have the wrong shape (%s)", method, type(error).__name__)
            raise InhouseError(
                kind=ErrorKind.INVALID_REQUEST,
                message=f"The params of {method} do not have the shape that the protocol gives them.",
                hint="This is a mistake of the editor or its extension.",
            ) from None

    def unstructure(self, value: object) -> object:
        """The JSON form of lsprotocol's types, members as they are; of anything else that has none, TypeError."""
        if not attrs.has(type(value)):
            raise TypeError(f"{type(value).__name__} has no JSON form")
        found = ((member, getattr(value, member.name)) for member in _members(type(value)))
        return {member.json_name: each for member, each in found if each is not None or member.nullable}

    def capabilities(self, encoding: Encoding) -> types.ServerCapabilities:
        """From what is registered, as pygls does it; document sync is always there."""
        capabilities = ServerCapabilitiesBuilder(
            types.ClientCapabilities(),
            {*self._features, types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CLOSE},
            self._options,
            sorted(self._commands),
            types.TextDocumentSyncKind.Incremental,
            position_encoding=encoding,
        ).build()
        if not self._commands:
            capabilities.execute_command_provider = None
        capabilities.experimental = initialize.announcement(self._features)
        return capabilities
