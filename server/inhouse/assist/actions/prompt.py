"""The prompt of an action, fitted to the context length of the model that would answer."""

import asyncio
from dataclasses import dataclass, replace
from typing import Self

from inhouse.assist.actions.request import ActionRequest
from inhouse.assist.room import room
from inhouse.assist.session import Session
from inhouse.context.code.build import code_context
from inhouse.context.project_text import project_text
from inhouse.context.prompts.instruction import Instruction, instruction_in, without
from inhouse.context.prompts.message import messages
from inhouse.context.prompts.piece import text_of
from inhouse.context.prompts.tasks import SYSTEM, task, tests_go
from inhouse.context.syntax.blocks import Outline
from inhouse.context.syntax.outline import outline
from inhouse.context.weight import Tokens
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Position, SourceFile, Span
from inhouse.domain.conversation import ChatRequest, Message, SamplingOptions
from inhouse.domain.errors import ErrorKind, InhouseError

TEMPERATURE = 0.2
"""Edits are to be right rather than surprising."""

EXPLAINING = frozenset({ActionKind.EXPLAIN, ActionKind.EXPLAIN_DIAGNOSTIC})


@dataclass(frozen=True, slots=True)
class Shown:
    """The code as the model is shown it: without the comment that holds the instruction."""

    file: SourceFile
    span: Span
    instruction: str
    outline: Outline


@dataclass(frozen=True, slots=True)
class Prompting:
    """`limit` is what has room, in tokens of code; `notice` is what the user is to be told."""

    request: ActionRequest
    shown: Shown
    project: str | None
    notice: str | None
    tokens: Tokens
    limit: int

    @classmethod
    async def of(cls, session: Session, request: ActionRequest) -> Self:
        """Raises `invalid_request` for a rewrite without an instruction."""
        shown = await asyncio.to_thread(_shown, request)
        found = await room(session, request.model)
        project, notice = project_text(request.project, found.context, found.tokens)
        rest = SYSTEM[request.kind] + _task(request, shown) + (project or "")
        limit = found.for_code(text_of(shown.file.lines, shown.span), rest)
        return cls(request, shown, project, notice, found.tokens, limit)

    async def chat(self, limit: int) -> ChatRequest:
        """With so many tokens of code. Raises `context_overflow` where the selected code alone has more."""
        request = self.request
        return ChatRequest(
            id=request.id,
            messages=await asyncio.to_thread(self._messages, limit),
            model=request.model,
            options=SamplingOptions(temperature=TEMPERATURE),
            initiator=request.kind.value,
            embedded_stands_in=request.embedded_stands_in or request.kind in EXPLAINING,
        )

    def _messages(self, limit: int) -> tuple[Message, ...]:
        request, shown = self.request, self.shown
        others = _others(request)
        code = code_context(shown.file, shown.span, shown.outline, limit, self.tokens, others)
        return messages(SYSTEM[request.kind], self.project, code.render(), _task(request, shown))


def _task(request: ActionRequest, shown: Shown) -> str:
    found, lines = request.diagnostic, request.file.lines
    line = lines[found.span.start.line] if found is not None and found.span.start.line < len(lines) else ""
    said = task(request.kind, shown.file.language, shown.instruction, found, line)
    if request.kind is not ActionKind.TESTS:
        return said
    target = request.tests
    name = None if target is None else target.file.name
    where = tests_go(name, target.framework if target else "", exists=target is not None and target.exists)
    return f"{where}\n{said}" if said else where


def _others(request: ActionRequest) -> tuple[SourceFile, ...]:
    """The tests that there are, which show how they are written here."""
    target = request.tests
    if target is None or not target.exists or target.file.uri == request.file.uri:
        return ()
    return (target.file,)


def _shown(request: ActionRequest) -> Shown:
    file, span, instruction = _without_comment(request)
    return Shown(file, span, instruction, outline(file))


def _without_comment(request: ActionRequest) -> tuple[SourceFile, Span, str]:
    """An instruction that stands in the code as a comment is taken out of it."""
    found = None if request.instruction else instruction_in(request.file.lines, request.span.lines)
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
