"""One dim line on stderr that says what is being waited for, gone when there is something to read."""

import os
import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from inhouse.domain.events import Progress, Stage

REFRESHES_PER_SECOND = 4


class StatusLine:
    """Only made where a person reads stderr."""

    def __init__(self) -> None:
        self._text = "starting"
        self._since = time.monotonic()
        self._style = "" if os.environ.get("NO_COLOR") else "dim"
        self._live = Live(
            console=Console(stderr=True),
            get_renderable=self._line,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def show(self, progress: Progress) -> None:
        """The seconds count on from the request's start: that is how long the person has been waiting."""
        text = f"{_WORDS[progress.stage]} {progress.model}"
        if progress.total:
            text += f", {progress.done or 0} of {progress.total} tokens"
        self._text = text

    def clear(self) -> None:
        self._live.stop()

    def _line(self) -> Text:
        seconds = int(time.monotonic() - self._since)
        return Text(f"{self._text} ({seconds} s)" if seconds else self._text, style=self._style, overflow="ellipsis")


_WORDS = {
    Stage.QUEUED: "queued at",
    Stage.LOADING: "loading",
    Stage.WAITING: "waiting for",
    Stage.PROMPT: "reading the prompt:",
    Stage.THINKING: "thinking:",
    Stage.WRITING: "writing:",
}
