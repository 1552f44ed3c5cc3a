"""Three ways to print an answer: text for people, JSON lines as it comes, one JSON document at its end."""

from typing import TYPE_CHECKING, Protocol

from inhouse.assist import shapes
from inhouse.cli import output
from inhouse.domain.events import (
    Content,
    Event,
    Finished,
    FinishReason,
    Notice,
    Progress,
    TextDelta,
    ThinkingDelta,
    ToolCall,
)

if TYPE_CHECKING:
    from inhouse.cli.status_line import StatusLine

CUT = {
    FinishReason.LENGTH: "The answer was cut off at its length limit (--max-tokens, or the model's context).",
    FinishReason.CONTENT_FILTER: "The backend's content filter cut the answer off.",
}


class View(Protocol):
    def show(self, event: Event) -> None: ...

    def end(self, finished: Finished, timing: shapes.Timing) -> None:
        """The answer is whole."""
        ...

    def close(self) -> None:
        """There will be nothing more, whether the answer is whole or not."""
        ...


class TextView:
    """The text alone on stdout; to a person, on stderr, what is being waited for and what it took."""

    def __init__(self, *, stream: bool) -> None:
        self._stream = stream
        self._held: list[str] = []
        self._open_line = False
        self._status = _status_line()

    def show(self, event: Event) -> None:
        match event:
            case TextDelta(text) if self._stream:
                self._write(text)
            case TextDelta(text):
                self._held.append(text)
            case Progress() if self._status:
                self._status.show(event)
            case Notice(message):
                self._clear_status()
                output.note(message)
            case _:
                pass

    def end(self, finished: Finished, timing: shapes.Timing) -> None:
        self._write("".join(self._held))
        self.close()
        if finished.finish_reason in CUT:
            output.note(CUT[finished.finish_reason])
        output.note(summary(finished, timing))

    def close(self) -> None:
        self._clear_status()
        if self._open_line:
            self._open_line = False
            output.write("\n")

    def _write(self, text: str) -> None:
        if text:
            self._clear_status()
            output.write(text)
            self._open_line = not text.endswith("\n")

    def _clear_status(self) -> None:
        if self._status:
            self._status.clear()
            self._status = None


class JsonLines:
    """Each partial value as it comes, and at last the result, whose content is empty."""

    def show(self, event: Event) -> None:
        value = shapes.event_value(event)
        if value is not None:
            output.write_json(value, indent=None)

    def end(self, finished: Finished, timing: shapes.Timing) -> None:
        output.write_json(shapes.chat_result(finished, (), timing), indent=None)

    def close(self) -> None:
        pass


class JsonDocument:
    """The result with its content."""

    def __init__(self) -> None:
        self._content: list[Content] = []

    def show(self, event: Event) -> None:
        if isinstance(event, TextDelta | ThinkingDelta | ToolCall):
            self._content.append(event)
        elif isinstance(event, Notice):
            output.note(event.message)

    def end(self, finished: Finished, timing: shapes.Timing) -> None:
        output.write_json(shapes.chat_result(finished, self._content, timing))

    def close(self) -> None:
        pass


def summary(finished: Finished, timing: shapes.Timing) -> str:
    """What answered and how fast, in one line."""
    tokens = finished.usage.output_tokens
    parts = [finished.model, f"{'' if finished.usage.exact else 'about '}{tokens} tokens"]
    if timing.first_token is not None:
        writing = timing.total - timing.first_token
        if tokens > 1 and writing > 0:
            parts.append(f"{(tokens - 1) / writing:.0f} tokens/s")
        parts.append(f"first token after {timing.first_token:.1f} s")
    return " · ".join(parts)


def _status_line() -> "StatusLine | None":
    if not output.for_person():
        return None
    from inhouse.cli.status_line import StatusLine  # rich costs 50 ms, which only a person is worth

    return StatusLine()
