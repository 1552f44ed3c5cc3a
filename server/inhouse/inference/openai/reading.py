"""What one stream has said so far, as domain events; complete or not (interface §4.2)."""

from collections.abc import Iterable

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import (
    Event,
    Finished,
    FinishReason,
    Notice,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)
from inhouse.inference.openai.chunks import Chunk, TokenUsage
from inhouse.inference.openai.inline_thinking import InlineThinking
from inhouse.inference.openai.rules import Rules
from inhouse.inference.text_filter import Piece, TextFilter, closed, through
from inhouse.inference.tools.assembly import Assembly, CallPiece

_CUT = (FinishReason.LENGTH, FinishReason.CONTENT_FILTER)


class Reading:
    """`silence`: seconds waited since something came that counts. `done`: the server said that there is no more.
    `left`: we have had enough, whatever the server still has to say."""

    def __init__(self, rules: Rules, filters: Iterable[TextFilter]) -> None:
        self._rules = rules
        self._filters = list(filters)
        self._calls = Assembly(rules.tools, rules.tool_arguments_bytes, rules.model)
        self._called = False
        self._size = 0
        self._finish: FinishReason | None = None
        self._ended = False
        self._failure: InhouseError | None = None
        self._usage: TokenUsage | None = None
        self._stage: Stage | None = None
        self.done = False
        self.left = False
        self.started = False
        self.silence = 0.0

    @property
    def complete(self) -> bool:
        return self._finish is not None or (self.done and self.started)

    def take(self, chunk: Chunk) -> list[Event]:
        found: list[Event] = []
        if chunk.usage is not None:
            self._usage = chunk.usage
        if self._finish is None:
            self._content(chunk, found)
        if chunk.done or self._finish is not None:
            self._close(chunk, found)
        return found

    def _close(self, chunk: Chunk, found: list[Event]) -> None:
        if chunk.done:
            self.done = True
            self.silence = 0.0
        if not self._ended and self.complete:
            self._end(found)

    def _content(self, chunk: Chunk, found: list[Event]) -> None:
        if chunk.prompt_progress is not None and not self.started:
            self.silence = 0.0
            progress = chunk.prompt_progress
            found.append(Progress(Stage.PROMPT, str(self._rules.model), progress.processed, progress.total))
        if chunk.thinking:
            if self._filters:
                self._thinking_is_apart(found)
            self._carry(chunk.thinking, Stage.THINKING, found)
            found.append(ThinkingDelta(chunk.thinking))
        if chunk.text:
            if self._filters:
                self._filtered(chunk.text, found)
            else:
                self._carry(chunk.text, Stage.WRITING, found)
                found.append(TextDelta(chunk.text))
        for call in chunk.calls:
            self._call(call, found)
        if chunk.finish_reason is not None:
            self._finish = chunk.finish_reason
            self.silence = 0.0

    def _carry(self, text: str, stage: Stage | None, found: list[Event]) -> None:
        self.started = True
        self.silence = 0.0
        self._size += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self._size > self._rules.answer_bytes:
            raise self._too_large()
        if self._stage is not stage and stage is not None:
            self._enter(stage, found)

    def _call(self, piece: CallPiece, found: list[Event]) -> None:
        self._size += self._calls.add(piece)
        self._carry("", Stage.WRITING, found)

    def _too_large(self) -> InhouseError:
        return self._error(
            ErrorKind.TOO_LARGE,
            f"The answer of {self._rules.model.backend} is larger than limits.answer_bytes allows",
            "Ask for a shorter answer, or raise limits.answer_bytes.",
        )

    def _enter(self, stage: Stage, found: list[Event]) -> None:
        if self._stage is not stage:
            self._stage = stage
            found.append(Progress(stage, str(self._rules.model)))

    def _tell(self, pieces: list[Piece], found: list[Event]) -> None:
        for piece in pieces:
            self._enter(Stage.THINKING if isinstance(piece, ThinkingDelta) else Stage.WRITING, found)
            self._called = self._called or isinstance(piece, ToolCall)
            found.append(piece)

    def _filtered(self, text: str, found: list[Event]) -> None:
        self._carry(text, None, found)
        self._tell(through(self._filters, [TextDelta(text)]), found)
        if any(each.ended for each in self._filters):
            self._finish = FinishReason.STOP
            self.left = any(each.leaves for each in self._filters if each.ended)
        self._filters = [each for each in self._filters if not each.passive]

    def _thinking_is_apart(self, found: list[Event]) -> None:
        """The server keeps thinking apart itself, so that a tag in the text is text."""
        first = self._filters[0]
        if isinstance(first, InlineThinking):
            del self._filters[0]
            self._tell(through(self._filters, first.close(cut=False)), found)

    def held(self) -> list[Event]:
        """The text that filters hold back, when the answer ends here."""
        found: list[Event] = []
        filters, self._filters = self._filters, []
        self._tell(closed(filters, cut=self._finish in _CUT or not self.complete), found)
        return found

    def _end(self, found: list[Event]) -> None:
        self._ended = True
        notices = self._filters
        found += self.held()
        found += [Notice(each.notice, once=True) for each in notices if each.notice]
        try:
            calls, lost = self._calls.finish(cut=self._finish in _CUT)
        except InhouseError as exc:
            self._failure = exc
            return
        found += calls
        if lost is not None:
            found.append(Notice(f"The answer was cut off in the middle of a call to {lost}, which is left out."))
        self._called = self._called or bool(calls)
        if self._called and self._finish in (None, FinishReason.STOP):
            self._finish = FinishReason.TOOL_CALLS
        elif not self._called and self._finish is FinishReason.TOOL_CALLS:
            self._finish = FinishReason.STOP

    def finish(self) -> Finished:
        """The end of the answer; raises if it was not complete, or called a tool wrongly."""
        if self._failure is not None:
            raise self._failure
        if not self.complete:
            if self.started:
                raise self.incomplete("The stream ended")
            raise self.bad("The answer is empty")
        counted = self._usage
        usage = Usage(counted.input, counted.output, exact=True) if counted else Usage(0, 0, exact=False)
        model = self._rules.model
        return Finished(self._finish or FinishReason.STOP, usage, str(model), model.backend)

    def timeout(self, limit: float) -> InhouseError:
        what = "sent nothing more" if self.started else "sent no first token"
        hint = "Raise idle_timeout" if self.started else "Raise first_token_timeout"
        return self._error(
            ErrorKind.TIMEOUT,
            f"{self._rules.model.backend} {what} for {limit:g} s",
            f"{hint} of this backend if it needs that long.",
        )

    def incomplete(self, what: str) -> InhouseError:
        return self._error(
            ErrorKind.INCOMPLETE,
            f"{what} before the answer of {self._rules.model.backend} was complete",
            "What has arrived so far may be cut off; ask again.",
        )

    def bad(self, what: str) -> InhouseError:
        return self._error(
            ErrorKind.BAD_RESPONSE,
            f"{what}, from {self._rules.model.backend}",
            "Check that the URL names an OpenAI-compatible server.",
        )

    def _error(self, kind: ErrorKind, sentence: str, hint: str) -> InhouseError:
        model = self._rules.model
        return InhouseError(kind=kind, message=f"{sentence}.", hint=hint, backend=model.backend, model=str(model))
