"""A server as a test sees it, fake or real: where it is, what it serves, and what is to be found out about it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerUnderTest:
    """`source` says where the context length comes from (`server`, `config` or `assumed`); `exact` that it can count.

    `overflow` and `unknown_model` are the statuses of its refusals, None where it does not refuse. `streamed_overflow`
    is False where a streamed request meets an overflow within a 200. `restart` stops it and starts it on the same port.
    """

    kind: str
    version: str
    url: str
    model: str
    context_length: int
    source: str
    exact: bool
    tools: bool
    thinking: bool
    fim: bool
    chat: bool
    overflow: int | None
    unknown_model: int | None
    streamed_overflow: bool
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """How a suite starts one server: `name` for the test's id, `open` for the server while the test runs."""

    name: str
    open: Callable[[], AbstractContextManager[ServerUnderTest]]
