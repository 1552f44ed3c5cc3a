"""Streams of bytes as a backend sends them, and what is read from them, told in short."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import assert_never

from inhouse.domain.conversation import Tool
from inhouse.domain.errors import InhouseError
from inhouse.domain.events import Event, Finished, Notice, Progress, TextDelta, ThinkingDelta, ToolCall
from inhouse.domain.models import Kind, ModelId
from inhouse.domain.secret import Secret
from inhouse.inference.openai.answer import events
from inhouse.inference.openai.rules import Rules

MODEL = ModelId("lab", "acme/smol")
KEY = "sk-3f9a"
DONE = b"data: [DONE]\n\n"


READ = Tool("read_file", "", {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]})
NOW = Tool("now", "", {})


def rules(
    *,
    first: float = 10,
    idle: float = 10,
    answer_bytes: int = 4_000_000,
    line_bytes: int = 1_000_000,
    tools: tuple[Tool, ...] = (),
    arguments: int = 500_000,
    in_text: bool = False,
    begins_thinking: bool = False,
    kind: Kind = Kind.AUTO,
) -> Rules:
    return Rules(
        MODEL, first, idle, answer_bytes, line_bytes, Secret(KEY), tools, arguments, in_text, begins_thinking, kind
    )


def event(value: object) -> bytes:
    return b"data: %s\n\n" % json.dumps(value).encode()


def choice(**fields: object) -> bytes:
    return event({"choices": [{"index": 0, **fields}]})


def delta(**fields: object) -> bytes:
    return choice(delta=fields)


def text(content: str) -> bytes:
    return delta(content=content)


def finish(reason: str = "stop") -> bytes:
    return choice(delta={}, finish_reason=reason)


def usage(prompt: object, completion: object) -> bytes:
    return event({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}})


Piece = bytes | Exception | asyncio.Event
"""Bytes that arrive, a failure, or something that must happen before more arrives."""


async def sent(pieces: Iterable[Piece]) -> AsyncIterator[bytes]:
    for piece in pieces:
        if isinstance(piece, Exception):
            raise piece
        if isinstance(piece, asyncio.Event):
            await piece.wait()
        else:
            yield piece


async def read(*pieces: Piece, by: Rules | None = None) -> list[Event | InhouseError]:
    """All events, and the error at the end if there is one."""
    found: list[Event | InhouseError] = []
    try:
        async for each in events(sent(pieces), by or rules()):
            found.append(each)  # noqa: PERF401 (what came before a failure counts)
    except InhouseError as error:
        found.append(error)
    return found


def told(found: Iterable[Event | InhouseError]) -> list[str]:
    """In short: adjacent texts joined, progress left out, the kind of an error."""
    short: list[str] = []
    for each in found:
        line = _line(each)
        kind = line.partition(" ")[0]
        if kind in ("text", "thinking") and short and short[-1].startswith(kind + " "):
            short[-1] += line.removeprefix(kind + " ")
        elif line:
            short.append(line)
    return short


def _line(each: Event | InhouseError) -> str:
    match each:
        case TextDelta(text):
            return f"text {text}"
        case ThinkingDelta(text):
            return f"thinking {text}"
        case Finished(reason, used):
            counted = f" {used.input_tokens}+{used.output_tokens}" if used.exact else ""
            return f"finished {reason.value}{counted}"
        case InhouseError():
            return f"error {each.kind.value}"
        case ToolCall(_, name, arguments):
            return f"call {name} {json.dumps(arguments)}"
        case Notice(message):
            return f"notice {message}"
        case Progress():
            return ""
        case _:
            assert_never(each)


def calls_of(found: Iterable[Event | InhouseError]) -> list[ToolCall]:
    return [each for each in found if isinstance(each, ToolCall)]
