"""Running a use case on a session of its own."""

import asyncio
import os
from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import TypeVar

from inhouse.assist.session import Session
from inhouse.bootstrap import opened
from inhouse.cli import settings
from inhouse.config.load import Loaded
from inhouse.config.paths import Paths

T = TypeVar("T")


def with_session(args: Namespace, use: Callable[[Session], Awaitable[T]]) -> T:
    """The result of `use`. Ctrl-C cancels it, so that it can tell the backend, and then raises KeyboardInterrupt."""
    paths = Paths.current()
    return run_on(settings.require(args, paths), paths, use)


def run_on(loaded: Loaded, paths: Paths, use: Callable[[Session], Awaitable[T]]) -> T:
    async def main() -> T:
        async with opened(loaded, paths, os.environ) as session:
            return await use(session)

    return asyncio.run(main())
