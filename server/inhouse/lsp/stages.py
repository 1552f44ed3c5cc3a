"""What a person sees of a request under way: which stage it is in, for how long, and how fast it writes."""

import asyncio
import time
from types import TracebackType
from typing import Self

from inhouse.domain.events import Progress, Stage, TextDelta, ThinkingDelta
from inhouse.lsp.progress import WorkDone

TICK = 1.0
"""Seconds between two looks at the clock while nothing else happens."""

_WAITS = {Stage.QUEUED: "queued for", Stage.LOADING: "loading", Stage.WAITING: "waiting for"}


class Stages:
    """Feed it `Progress` and every piece of the answer; it words the report. Without `progress` it does nothing."""

    def __init__(self, progress: WorkDone | None) -> None:
        self._progress = progress
        self._about = ""
        self._state: Progress | None = None
        self._since = time.monotonic()
        self._pieces = 0
        self._writing_since = 0.0
        self._ticker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._progress is not None:
            self._ticker = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.wait({self._ticker})

    def begin(self, about: str) -> None:
        """The next of several answers, each of which is reported with what it is about."""
        self._about = f"{about}: "
        self._state = None
        self._pieces = 0

    def enter(self, state: Progress) -> None:
        if self._state is None or self._state.stage is not state.stage:
            self._since = time.monotonic()
        self._state = state
        self._report()

    def say(self, words: str) -> None:
        """What happens once the answer is whole."""
        self._state = None
        if self._progress is not None:
            self._progress.report(words)

    def piece(self) -> None:
        """One more piece of the answer: a token, near enough."""
        if self._pieces == 0:
            self._writing_since = time.monotonic()
        self._pieces += 1
        self._report()

    def hear(self, event: object) -> None:
        """Of whatever is heard of the request, what concerns a person who waits."""
        match event:
            case Progress():
                self.enter(event)
            case TextDelta() | ThinkingDelta():
                self.piece()
            case _:
                pass

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self._report()

    def _report(self) -> None:
        if self._progress is not None and self._state is not None:
            self._progress.report(self._about + self._words(self._state), _percentage(self._state))

    def _words(self, state: Progress) -> str:
        seconds = int(time.monotonic() - self._since)
        wait = _WAITS.get(state.stage)
        if wait is not None:
            return f"{wait} {state.model} ({seconds} s)"
        if state.stage is Stage.PROMPT:
            return f"reading the prompt: {state.done} of {state.total} tokens"
        elapsed = time.monotonic() - self._writing_since
        speed = f", {self._pieces / elapsed:.0f}/s" if self._pieces > 1 and elapsed > 0 else ""
        return f"{state.stage.value}: {self._pieces} tokens{speed}"


def _percentage(state: Progress) -> int | None:
    if state.stage is not Stage.PROMPT or not state.total or state.done is None:
        return None
    return min(100, round(100 * state.done / state.total))
