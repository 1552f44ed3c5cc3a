"""Tool calls that a model prints as text, because its server does not know how they look.

Recovered are Hermes' `<tool_call>{…}</tool_call>` (Qwen 2.5 and many others), Mistral's `[TOOL_CALLS]…`, Llama 3's JSON
object as the whole answer, and Qwen3-Coder's `<function=…>`; only for offered tools, only where the arguments fit
their schema, and never out of code or quotations. All else stays text, as it was and where it was.
"""

from inhouse.domain.conversation import Tool
from inhouse.domain.errors import InhouseError
from inhouse.domain.events import TextDelta, ToolCall
from inhouse.inference.text_filter import Piece, TextFilter
from inhouse.inference.tolerant import Json
from inhouse.inference.tools.arguments import fitted, made_id, typed
from inhouse.inference.tools.candidates import Candidate, Found, JsonCall, MistralCall, Verdict, WrappedCall, XmlCall
from inhouse.inference.tools.place import Place

_HERMES, _HERMES_END = "<tool_call>", "</tool_call>"
_XML, _MISTRAL, _LLAMA = "<function=", "[TOOL_CALLS]", "<|python_tag|>"
_MARKS = (_HERMES, _XML, _MISTRAL, _LLAMA)
_BEGINNINGS = frozenset(mark[:length] for mark in _MARKS for length in range(1, len(mark) + 1))
_MOST_SPACE = 64
_MOST_FAILURES = 32
"""Of things that begin like a call: after that all is text, so that no answer costs the square of its length."""

_WRAPPING = 1000
"""Characters of a call beside its arguments."""


class CallsInText(TextFilter):
    """With `advice` nothing is recovered or held back: a call is noticed, and the advice given with the answer."""

    def __init__(self, tools: tuple[Tool, ...], limit: int, advice: str | None) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._limit = limit + _WRAPPING
        self._advice = advice
        self._place = Place()
        self._failures = 0
        self._at_start = True
        self._text: list[str] = []
        self._found: list[Piece] = []
        self._held = ""
        self._quoted = False
        self._mark = ""
        self._candidate: Candidate | None = None
        self._raw: list[str] = []
        self._closing = False
        self._whole: list[ToolCall] = []

    def feed(self, text: str) -> list[Piece]:
        if self._advice is None:
            self._scan(text)
            return self._taken()
        if self.notice is None:
            self._scan(text)
            self._text.clear()
            self._found.clear()
        return [TextDelta(text)] if text else []

    def close(self, *, cut: bool) -> list[Piece]:
        del cut
        if self._whole:
            self._tell(self._whole)
        while self._candidate is not None:
            self._scan(self._give_up())
        self._flush(self._held)
        return self._taken() if self._advice is None else []

    def _taken(self) -> list[Piece]:
        self._join()
        found, self._found = self._found, []
        return found

    def _join(self) -> None:
        if self._text:
            self._found.append(TextDelta("".join(self._text)))
            self._text = []

    def _flush(self, text: str) -> None:
        """It is text, and only that."""
        if not text:
            return
        for char in text:
            self._place.step(char)
        self._at_start = self._at_start and text.isspace()
        self._text.append(text)

    def _tell(self, calls: list[ToolCall]) -> None:
        self._join()
        self._found += calls
        self.notice = self._advice

    def _scan(self, text: str) -> None:
        while text:
            text = self._scan_once(text)

    def _scan_once(self, text: str) -> str:
        """Up to the first thing that only looked like a call; what it held back is to be scanned again."""
        for position, char in enumerate(text):
            again = self._step(char)
            if again is not None:
                return again + text[position + 1 :]
        return ""

    def _step(self, char: str) -> str | None:
        if self._candidate is not None:
            return self._in_candidate(self._candidate, char)
        if self._whole:
            self._raw.append(char)
            return None if char.isspace() and len(self._raw) < self._limit else self._give_up()
        if self._closing:
            self._in_closing(char)
        else:
            self._in_text(char)
        return None

    def _in_text(self, char: str) -> None:
        held = self._held + char
        if held in _BEGINNINGS:
            if not self._held:
                self._quoted = self._place.quoted or self._failures >= _MOST_FAILURES
            self._held = held
            if held in _MARKS:
                self._held = ""
                self._begin(held)
            return
        if self._held:
            self._flush(self._held)
            self._held = ""
            self._in_text(char)
        elif char == "{" and self._at_start:
            self._quoted = self._place.quoted
            self._begin("")
            if self._candidate is not None:
                self._in_candidate(self._candidate, char)
            else:
                self._flush(char)
        else:
            self._flush(char)

    def _begin(self, mark: str) -> None:
        if self._quoted:
            self._flush(mark)
            return
        self._mark, self._raw = mark, [mark]
        self._candidate = self._candidate_after(mark)

    def _candidate_after(self, mark: str) -> Candidate:
        if mark == _XML:
            return XmlCall(self._typed)
        if mark == _HERMES:
            return WrappedCall(self._typed)
        return MistralCall() if mark == _MISTRAL else JsonCall("{")

    def _typed(self, name: str, texts: dict[str, str]) -> Json | None:
        tool = self._tools.get(name)
        return None if tool is None else typed(tool, texts)

    def _in_candidate(self, candidate: Candidate, char: str) -> str | None:
        self._raw.append(char)
        verdict = candidate.feed(char)
        if verdict is Verdict.MORE and len(self._raw) <= self._limit:
            return None
        calls = self._checked(candidate.calls) if verdict is Verdict.CALLS else []
        if not calls:
            return self._give_up()
        self._candidate = None
        if self._mark:
            self._raw = []
            self._closing = self._mark in (_HERMES, _XML)
            self._tell(calls)
        else:
            self._whole = calls
        return None

    def _give_up(self) -> str:
        """It was text after all: its beginning is told, the rest may hold a call of its own."""
        raw = "".join(self._raw)
        head = self._mark or raw[:1]
        self._candidate, self._whole, self._raw = None, [], []
        self._failures += 1
        self._flush(head)
        return raw[len(head) :]

    def _in_closing(self, char: str) -> None:
        """The end tag is dropped with the white space before it; without one that white space is text."""
        held = self._held + char
        tag = held.lstrip()
        if len(held) <= _MOST_SPACE and _HERMES_END.startswith(tag):
            self._held = "" if tag == _HERMES_END else held
            self._closing = tag != _HERMES_END
            return
        self._held, self._closing = "", False
        for each in held:
            self._in_text(each)

    def _checked(self, calls: list[Found]) -> list[ToolCall]:
        """All of them, or none if one is for no offered tool or does not fit it."""
        found: list[ToolCall] = []
        for name, arguments in calls:
            tool = self._tools.get(name)
            if tool is None:
                return []
            arguments, wrong = self._fitted(tool, arguments)
            if wrong:
                return []
            found.append(ToolCall(made_id(), name, arguments))
        return found

    def _fitted(self, tool: Tool, arguments: Json) -> tuple[Json, str | None]:
        """A call that is only noticed need not fit."""
        if self._advice is not None:
            return arguments, None
        try:
            return fitted(tool, arguments)
        except InhouseError as exc:
            return arguments, exc.message
