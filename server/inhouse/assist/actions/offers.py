"""What is offered for a place in a file, without asking any model.

Quiet by default: an automatic request, such as for an editor's light bulb, is told of fixes for errors and warnings
under the cursor and of nothing else, unless it asks for a kind by name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inhouse.assist.actions import region
from inhouse.context.prompts.instruction import instruction_in
from inhouse.context.syntax.blocks import Block, Lines
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic, Severity, SourceFile, Span

MOST_FIXES = 5
"""Diagnostics of one place that are offered to be fixed."""

_TO_DO = re.compile(r"\b(?:TODO|FIXME)\b|\bunimplemented!|\btodo!|\bNotImplementedError\b")
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """`span` is what may change, or what is told about."""

    kind: ActionKind
    title: str
    span: Span
    diagnostic: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """`only`: kinds that were asked for, with all below them; None where nothing was. `disabled`: likewise."""

    only: tuple[str, ...] | None = None
    automatic: bool = False
    disabled: tuple[str, ...] = ()

    def takes(self, kind: ActionKind) -> bool:
        if is_below(kind, self.disabled):
            return False
        if self.only is not None:
            return is_below(kind, self.only)
        return not self.automatic or kind is ActionKind.FIX


@dataclass(frozen=True, slots=True)
class Here:
    """A place: a selection or a bare cursor, what is wrong there, and the smallest block around it.
    `testable`: it is known where tests of this file go. `reviewable`: it is no conversation with a model."""

    file: SourceFile
    span: Span
    diagnostics: tuple[Diagnostic, ...] = ()
    block: Block | None = None
    testable: bool = True
    reviewable: bool = True


def is_below(kind: str, kinds: Iterable[str]) -> bool:
    """Whether a kind is one of these, or below one; the empty kind is above all (LSP 3.17, CodeActionKind)."""
    return any(not each or kind == each or kind.startswith(f"{each}.") for each in kinds)


def offers(here: Here, wish: Wish) -> tuple[Offer, ...]:
    """In the order in which they are to be shown."""
    found = (*_about_diagnostics(here, wish), *_about_code(here, wish), *_about_file(here, wish))
    return tuple(offer for offer in found if wish.takes(offer.kind))


def _about_diagnostics(here: Here, wish: Wish) -> Iterator[Offer]:
    serious = (Severity.ERROR, Severity.WARNING)
    touching = [each for each in here.diagnostics if _touches(each.span, here.span)]
    if wish.automatic:
        touching = [each for each in touching if each.severity in serious]
    for kind, verb in ((ActionKind.FIX, "fix"), (ActionKind.EXPLAIN_DIAGNOSTIC, "explain")):
        for each in touching[:MOST_FIXES]:
            span = region.of_diagnostic(here.file.lines, each, here.block)
            yield Offer(kind, f"Inhouse: {verb} “{_short(each.message)}”", span, each)


def _about_code(here: Here, wish: Wish) -> Iterator[Offer]:
    if wish.automatic and wish.only is None:
        return
    lines, block = here.file.lines, here.block
    selected = not here.span.empty
    what = "the selection" if selected else f"`{block.name}`" if block is not None and block.name else "this"
    wants = _kinds(here)
    for kind, title in (
        (ActionKind.REWRITE, "rewrite {} as its comment says" if _instructed(here) else "rewrite {}"),
        (ActionKind.COMPLETE, "complete {}"),
        (ActionKind.DOCUMENT, "document {}"),
        (ActionKind.TESTS, "write tests for {}"),
        (ActionKind.EXPLAIN, "explain {}"),
    ):
        if kind in wants:
            if selected:
                span = region.of_selection(lines, here.span)
            else:
                assert block is not None
                span = region.of_block(lines, kind, block)
            yield Offer(kind, f"Inhouse: {title.format(what)}", span)


def _about_file(here: Here, wish: Wish) -> Iterator[Offer]:
    """A review is never begun by an editor that acts by itself, as on saving."""
    lines = here.file.lines
    if here.reviewable and not wish.automatic and any(line.strip() for line in lines):
        yield Offer(ActionKind.REVIEW, "Inhouse: review this file", region.whole_lines(lines, 0, len(lines) - 1))


def _kinds(here: Here) -> set[ActionKind]:
    """What makes sense here."""
    selected = not here.span.empty
    block = here.block if here.block is not None and here.block.kind in ("function", "class") else None
    found: set[ActionKind] = set()
    if selected or _instructed(here):
        found.add(ActionKind.REWRITE)
    if selected or here.block is not None:
        found.add(ActionKind.EXPLAIN)
    if block is not None and (selected or not block.documented):
        found.add(ActionKind.DOCUMENT)
    if block is not None and here.testable and not block.empty:
        found.add(ActionKind.TESTS)
    if (block is not None and not selected and block.empty) or _has_to_do(here):
        found.add(ActionKind.COMPLETE)
    return found


def _lines(here: Here) -> Lines | None:
    """What is selected, or else the block around the cursor; None where there is neither."""
    if not here.span.empty:
        return here.span.lines
    return None if here.block is None else (here.block.first, here.block.last)


def _has_to_do(here: Here) -> bool:
    if (lines := _lines(here)) is None:
        return False
    return any(_TO_DO.search(line[:500]) for line in here.file.lines[lines[0] : lines[1] + 1][:500])


def _instructed(here: Here) -> bool:
    lines = _lines(here)
    return lines is not None and instruction_in(here.file.lines, lines) is not None


def _touches(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"
