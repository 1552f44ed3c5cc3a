"""The lines of an answer of Ollama's `/api/chat` or `/api/generate`, read tolerantly."""

from inhouse.domain.events import FinishReason
from inhouse.inference.ndjson import LineParser
from inhouse.inference.openai.chunks import Chunk, TokenUsage
from inhouse.inference.openai.refusals import in_stream
from inhouse.inference.openai.rules import Rules
from inhouse.inference.openai.wire import malformed
from inhouse.inference.tolerant import Json, as_list, as_object, integer, parse, text
from inhouse.inference.tools.assembly import CallPiece

_NO_ANSWER = ("load", "unload")
"""`done_reason` of a request that only loaded the model, or unloaded it."""


class OllamaWire:
    """One JSON object a line, `done` on the last one."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._calls = 0
        parser = LineParser(line_limit=rules.line_bytes)
        self.feed = parser.feed
        self.close = parser.close

    def chunk(self, line: bytes, /) -> Chunk:
        try:
            fields = as_object(parse(line))
        except ValueError:
            raise malformed(self._rules, "The stream holds a line that is not JSON") from None
        if not fields:
            raise malformed(self._rules, "The stream holds a line that is not an object")
        if error := fields.get("error"):
            said = error if isinstance(error, str) else as_object(error)
            raise in_stream(said, model=self._rules.model, secret=self._rules.secret)
        message = as_object(fields.get("message"))
        return Chunk(
            text=text(message, "content") or text(fields, "response"),
            thinking=text(message, "thinking"),
            calls=tuple(self._call(as_object(call)) for call in as_list(message.get("tool_calls"))),
            finish_reason=_finish_reason(fields),
            usage=_usage(fields),
            done=fields.get("done") is True,
        )

    def _call(self, call: Json) -> CallPiece:
        """Always whole, and so never a piece of another, whatever its index is."""
        self._calls += 1
        function = as_object(call.get("function"))
        return CallPiece(self._calls, text(call, "id"), text(function, "name"), function.get("arguments"))


def _finish_reason(fields: Json) -> FinishReason | None:
    reason = text(fields, "done_reason")
    if fields.get("done") is not True or reason in _NO_ANSWER:
        return None
    return FinishReason.LENGTH if reason == "length" else FinishReason.STOP


def _usage(fields: Json) -> TokenUsage | None:
    """Counts that are 0 are left out by Ollama."""
    written = integer(fields, "eval_count")
    read = integer(fields, "prompt_eval_count")
    if read is None or read < 0 or (written or 0) < 0:
        return None
    return TokenUsage(read, written or 0)
