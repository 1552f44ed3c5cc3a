"""A file in parts that fit the model, and the prompt for each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from inhouse.assist.review.request import ReviewedFile
from inhouse.assist.room import Room, room
from inhouse.assist.session import Session
from inhouse.context.code.build import code_context
from inhouse.context.project_text import project_text
from inhouse.context.prompts.message import messages
from inhouse.context.review.part import Part
from inhouse.context.review.parts import cut_in_parts
from inhouse.context.review.prompt import SYSTEM, code, numbered, task
from inhouse.context.syntax.blocks import Lines, Outline
from inhouse.context.syntax.outline import outline
from inhouse.context.weight import Tokens
from inhouse.domain.code import Position, SourceFile, Span
from inhouse.domain.conversation import Message
from inhouse.governance.redaction.lines import redact_lines
from inhouse.governance.redaction.redactor import told

MOST_CODE = 8000
"""Tokens of code in a prompt: of more, models overlook the middle."""
LEAST_ANSWER, MOST_ANSWER = 256, 8192
"""Tokens of an answer, which gets a quarter of the context between these."""

_WHOLE, _PART = 0.9, 0.6
"""What a whole file may take of the room for code, and what a part may, around which something is shown."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`shown` is the file as the model is shown it, with its secrets replaced line by line. `limit` is in tokens of
    code, `sizes` the tokens of each numbered line; `notices` are what the user is to be told."""

    reviewed: ReviewedFile
    shown: SourceFile
    outline: Outline
    sizes: Sequence[int]
    room: Room
    limit: int
    project: str | None
    notices: tuple[str, ...]

    @classmethod
    async def of(cls, session: Session, reviewed: ReviewedFile, model: str) -> Self:
        found = await room(session, model)
        project, notice = project_text(reviewed.project, found.context, found.tokens)
        limit = found.beside(SYSTEM + task(reviewed.rules) + (project or ""), answer_tokens(found))
        redacted = await asyncio.to_thread(redact_lines, session.redactor, reviewed.file.lines)
        shown = replace(reviewed.file, lines=redacted.lines)
        secrets = told(redacted.counts) if redacted.counts else None
        return cls(
            reviewed,
            shown,
            await asyncio.to_thread(outline, shown),
            await asyncio.to_thread(_sizes, shown.lines, found.tokens),
            found,
            min(limit, MOST_CODE),
            project,
            tuple(each for each in (secrets, notice) if each is not None),
        )

    def smaller(self) -> Self:
        return replace(self, limit=self.limit // 2)

    def parts(self, start: int = 0) -> tuple[Part, ...]:
        """From this line on; without those that are blank."""
        lines = self.reviewed.file.lines
        fits = sum(self.sizes[start:]) <= _WHOLE * self.limit
        cut = ((start, len(lines) - 1),) if fits else self._cut(start)
        written = (each for each in cut if any(line.strip() for line in lines[each[0] : each[1] + 1]))
        return tuple(Part(self.reviewed.file, each) for each in written)

    def fits(self, part: Part) -> bool:
        """Not so for a line that is too long by itself."""
        return sum(self.sizes[part.lines[0] : part.lines[1] + 1]) <= self.limit

    def messages(self, part: Part) -> tuple[Message, ...]:
        """Takes tens of milliseconds for a large file: call it in a thread."""
        file, tokens = self.shown, self.room.tokens
        first, last = part.lines
        shown = [line.removeprefix("\ufeff") for line in file.lines[first : last + 1]]
        text = numbered(shown, first)
        more = tokens(text) - tokens("".join(shown))
        around = code_context(file, _span(file.lines, part.lines), self.outline, self.limit - more, tokens)
        return messages(SYSTEM, self.project, code(around, text), task(self.reviewed.rules))

    def _cut(self, start: int) -> tuple[Lines, ...]:
        return cut_in_parts(self.outline, self.sizes, int(_PART * self.limit), start)


def answer_tokens(found: Room) -> int:
    return max(LEAST_ANSWER, min(found.context // 4, MOST_ANSWER))


def _sizes(lines: Sequence[str], tokens: Tokens) -> tuple[int, ...]:
    return tuple(tokens(numbered([line], at)) for at, line in enumerate(lines))


def _span(lines: Sequence[str], part: Lines) -> Span:
    first, last = part
    return Span(Position(first, 0), Position(last, len(lines[last])))
