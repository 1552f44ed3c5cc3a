"""The prompt of an action, fitted to the context length of the model that would answer."""

from dataclasses import dataclass, replace
from typing import Self

from inhouse.assist.actions.request import ActionRequest
from inhouse.assist.actions.room import Room, room
from inhouse.assist.session import Session
from inhouse.context.prompts.around import around
from inhouse.context.prompts.instruction import Instruction, instruction_in, without
from inhouse.context.prompts.message import Request, messages
from inhouse.context.prompts.piece import text_of
from inhouse.context.prompts.tasks import SYSTEM, task
from inhouse.context.syntax.blocks import lines_of
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Position, SourceFile, Span
from inhouse.domain.conversation import ChatRequest, SamplingOptions
from inhouse.domain.errors import ErrorKind, InhouseError

TEMPERATURE = 0.2
LEAST_CODE = 64
"""Tokens of code around the piece; with less it is left out."""

EXPLAINING = frozenset({ActionKind.EXPLAIN, ActionKind.EXPLAIN_DIAGNOSTIC})


@dataclass(frozen=True, slots=True)
class Prompting:
    """`file` and `span` are what the model is shown: without the comment that holds the instruction. `limit` is in
    tokens of code around the piece."""

    request: ActionRequest
    file: SourceFile
    span: Span
    instruction: str
    room: Room
    limit: int

    @classmethod
    async def of(cls, session: Session, request: ActionRequest) -> Self:
        """Raises `invalid_request` for a rewrite without an instruction, `context_overflow` for too large a piece."""
        file, span, instruction = _shown(request)
        found = await room(session, request.model)
        prompting = cls(request, file, span, instruction, found, 0)
        piece = text_of(file.lines, span)
        left = found.for_code(piece, SYSTEM[request.kind] + prompting._task())
        if not left:
            raise _too_long(request)
        return replace(prompting, limit=left)

    @property
    def can_shrink(self) -> bool:
        return self.limit > 0

    def smaller(self) -> Self:
        half = self.limit // 2
        return replace(self, limit=half if half >= LEAST_CODE else 0)

    def chat(self) -> ChatRequest:
        context = around(self.file.lines, self.span, self.limit, self.room.tokens)
        shown = f"File {self.file.name}:\n{context}" if context else f"From the file {self.file.name}."
        return ChatRequest(
            id=self.request.id,
            messages=messages(
                SYSTEM[self.request.kind],
                Request(around=shown, piece=text_of(self.file.lines, self.span), task=self._task()),
            ),
            model=self.request.model,
            options=SamplingOptions(temperature=TEMPERATURE),
            embedded_stands_in=self.request.embedded_stands_in or self.request.kind in EXPLAINING,
        )

    def _task(self) -> str:
        found = self.request.diagnostic
        lines = self.request.file.lines
        line = lines[found.span.start.line] if found is not None and found.span.start.line < len(lines) else ""
        return task(self.request.kind, self.file.language, self.instruction, found, line)


def _shown(request: ActionRequest) -> tuple[SourceFile, Span, str]:
    """An instruction that stands in the code as a comment is taken out of it."""
    found = None if request.instruction else instruction_in(request.file.lines, lines_of(request.span))
    if request.kind is not ActionKind.REWRITE or found is None:
        if request.kind is ActionKind.REWRITE and not request.instruction:
            raise _no_instruction()
        return request.file, request.span, request.instruction
    lines = without(request.file.lines, found)
    return replace(request.file, lines=lines), _without(request.span, found, lines), found.text


def _without(span: Span, found: Instruction, lines: list[str]) -> Span:
    """The span in terms of the lines that are left."""
    first, last = found.lines

    def moved(place: Position) -> Position:
        if found.code:
            line, character = place.line, place.character
        elif place.line > last:
            line, character = place.line - (last - first + 1), place.character
        else:
            line, character = (place.line, place.character) if place.line < first else (first, 0)
        line = min(line, len(lines) - 1)
        return Position(line, min(character, len(lines[line])))

    return Span(moved(span.start), moved(span.end))


def _no_instruction() -> InhouseError:
    return InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message="Nothing says how to rewrite the code.",
        hint="Write it in a comment there that begins with “inhouse:”, such as “# inhouse: handle empty lists”.",
    )


def _too_long(request: ActionRequest) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.CONTEXT_OVERFLOW,
        message="The code to work on is too long for the model's context.",
        hint="Select less of it, or pick a model with a longer context.",
        model=request.model,
    )
