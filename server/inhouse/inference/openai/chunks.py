"""The payloads of a streamed chat completion, read tolerantly: any server's dialect, no trust in types."""

from dataclasses import dataclass
from typing import NamedTuple

from inhouse.domain.events import FinishReason
from inhouse.inference.tolerant import Json, as_list, as_object, integer, text
from inhouse.inference.tools.assembly import CallPiece

_FINISH_REASONS = {
    "stop": FinishReason.STOP,
    "eos_token": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,  # TGI lets it through
    "length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
}


@dataclass(frozen=True, slots=True)
class TokenUsage:
    input: int
    output: int


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """llama.cpp's prefill progress, in tokens."""

    processed: int
    total: int


class Chunk(NamedTuple):
    """What one payload says. `error` is set when the server reports a failure inside the stream, `done` when it says
    that nothing more comes.

    One is made for every token: a tuple takes a third of a frozen dataclass's time.
    """

    text: str = ""
    thinking: str = ""
    calls: tuple[CallPiece, ...] = ()
    finish_reason: FinishReason | None = None
    usage: TokenUsage | None = None
    prompt_progress: PromptProgress | None = None
    error: Json | str | None = None
    done: bool = False


def read_chunk(payload: object) -> Chunk:
    """Wrong types read as absent; only the choice with index 0 counts. A raw completion has its text in the choice."""
    chunk = as_object(payload)
    error = chunk.get("error")
    if error:
        return Chunk(error=error if isinstance(error, str) else as_object(error))
    choice = _first_choice(chunk)
    delta = as_object(choice.get("delta"))
    calls = delta.get("tool_calls")
    return Chunk(
        text=_content(delta) or text(choice, "text"),
        thinking=text(delta, "reasoning_content") or text(delta, "reasoning") or text(delta, "thinking"),
        calls=_calls(calls) if calls else (),
        finish_reason=_finish_reason(choice),
        usage=_usage(as_object(chunk.get("usage"))),
        prompt_progress=_progress(as_object(chunk.get("prompt_progress"))),
    )


def _first_choice(chunk: Json) -> Json:
    for value in as_list(chunk.get("choices")):
        choice = as_object(value)
        if choice and integer(choice, "index") in (None, 0):
            return choice
    return {}


def _content(delta: Json) -> str:
    """A string, or a list of text parts as some gateways send."""
    content = delta.get("content")
    if isinstance(content, str):
        return content
    return "".join(text(as_object(part), "text") for part in as_list(content))


def _calls(calls: object) -> tuple[CallPiece, ...]:
    """A list, or the only one by itself as TGI 2 sends it."""
    given = as_list(calls) or (calls,)
    return tuple(_call(call) for each in given if (call := as_object(each)))


def _call(call: Json) -> CallPiece:
    function = as_object(call.get("function"))
    return CallPiece(integer(call, "index"), text(call, "id"), text(function, "name"), function.get("arguments"))


def _finish_reason(choice: Json) -> FinishReason | None:
    reason = choice.get("finish_reason")
    if not isinstance(reason, str) or not reason:
        return None
    return _FINISH_REASONS.get(reason, FinishReason.STOP)


def _usage(usage: Json) -> TokenUsage | None:
    if not usage:
        return None
    prompt, completion = integer(usage, "prompt_tokens"), integer(usage, "completion_tokens")
    if prompt is None or completion is None or prompt < 0 or completion < 0:
        return None
    return TokenUsage(prompt, completion)


def _progress(progress: Json) -> PromptProgress | None:
    if not progress:
        return None
    processed, total = integer(progress, "processed"), integer(progress, "total")
    return None if processed is None or total is None else PromptProgress(processed, total)
