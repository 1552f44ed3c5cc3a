"""Every handler takes what pygls gives it, which neither pygls nor a type checker checks."""

import inspect
from collections.abc import Callable
from typing import cast, get_type_hints

import pytest
from lsprotocol import types

from inhouse.lsp.main import Service
from inhouse.lsp.server import InhouseServer

Handler = Callable[..., object]
PARAMS = {
    method: params
    for method, (_, _, params, _) in cast(
        "dict[str, tuple[object, object, type | None, object]]", types.METHOD_TO_TYPES
    ).items()
}


def handlers() -> dict[str, Handler]:
    """As they were written: pygls keeps the function that it wraps as `func`."""
    manager = Service(None).server.protocol.fm
    features = cast("dict[str, Handler]", manager.features)
    commands = cast("dict[str, Handler]", manager.commands)
    found = {**features, **{f"command {name}": command for name, command in commands.items()}}
    return {name: cast(Handler, getattr(handler, "func", handler)) for name, handler in found.items()}


HANDLERS = handlers()


@pytest.mark.parametrize("method", HANDLERS)
def test_takes_the_server_as_ls(method: str) -> None:
    """pygls decides by this name whether to pass it."""
    names = list(inspect.signature(HANDLERS[method]).parameters)
    assert names[0] == "ls"
    assert len(names) == 2
    assert get_type_hints(HANDLERS[method])["ls"] is InhouseServer


@pytest.mark.parametrize("method", HANDLERS)
def test_takes_the_params_of_its_method(method: str) -> None:
    """The protocol's own types, and plain JSON for the methods that are ours."""
    hint = get_type_hints(HANDLERS[method])["params"]
    assert hint is (types.ExecuteCommandParams if method.startswith("command ") else PARAMS.get(method, object))


@pytest.mark.parametrize("method", HANDLERS)
def test_never_blocks_the_loop(method: str) -> None:
    """A synchronous handler delays the cancellation of everything behind it."""
    assert inspect.iscoroutinefunction(HANDLERS[method])


def test_the_methods_of_ours_are_there() -> None:
    ours = {"inhouse/chat", "inhouse/models", "inhouse/countTokens", "inhouse/status"}
    assert ours <= set(HANDLERS)
    assert all(name in PARAMS or name.startswith(("inhouse/", "command ")) for name in HANDLERS)
