"""`textDocument/inlineCompletion`, and `inhouse/inlineCompletion` with the same shapes for clients without it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from inhouse.assist.completion.completions import Completions
from inhouse.assist.completion.wanted import Wanted
from inhouse.config.schema import Completion
from inhouse.context.completion.place import Place
from inhouse.context.completion.suggestion import Suggestion
from inhouse.domain.code import Position, SourceFile, Span
from inhouse.domain.conversation import LineRange
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp.documents import Document, Encoding
from inhouse.lsp.neighbours import candidates, neighbours
from inhouse.lsp.places import line_range, to_range, to_span
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving
from inhouse.lsp.source_file import source_file

_LINES_BEFORE = 1000
_LINES_AFTER = 300
"""As much as is ever looked at. What comes before begins at a multiple of a step, so that it grows as one types."""
_STEP = 256
_LONGEST = 4096
"""Characters of a line that are ever looked at: generated lines may have millions."""

_NOTHING = types.InlineCompletionList(items=[])


async def inline_completion(
    ls: InhouseServer, serving: Serving, completions: Completions, params: types.InlineCompletionParams
) -> types.InlineCompletionList:
    """No items where nothing is to be suggested, and for a request that a newer one supersedes.

    Unasked, nothing that is wrong is worth an error; a request that somebody has made is answered with what is wrong.
    """
    with completions.newest() as turn:
        document, encoding = ls.documents.get(params.text_document.uri), ls.documents.encoding
        await serving.ready()
        session = await serving.sessions.current()
        if document is None or not _is_on(session.config.completion, document):
            return _NOTHING
        invoked = params.context.trigger_kind is types.InlineCompletionTriggerKind.Invoked
        exclude = session.config.privacy.exclude
        file = await _file(document, ls.folders, exclude, invoked=invoked)
        if file is None:
            return _NOTHING
        others = await asyncio.to_thread(neighbours, document, candidates(ls.documents, document), ls.folders, exclude)
        spot = _spot(document, params, encoding)
        wanted = Wanted(ls.request_id, file, spot.place, invoked, others)
        found = await completions.suggest(session, wanted, turn)
    return _NOTHING if found is None else types.InlineCompletionList(items=[_item(document, spot, found, encoding)])


async def _file(
    document: Document, folders: tuple[Path, ...], exclude: Sequence[str], *, invoked: bool
) -> SourceFile | None:
    """None, or an error where somebody has asked, for one that is excluded."""
    try:
        return await asyncio.to_thread(source_file, document, folders, exclude)
    except InhouseError as exc:
        if invoked or exc.kind is not ErrorKind.POLICY:
            raise
        return None


def _is_on(settings: Completion, document: Document) -> bool:
    off = {language.casefold() for language in settings.disabled_languages}
    return settings.enabled and document.language_id.casefold() not in off


@dataclass(frozen=True, slots=True)
class _Spot:
    """`span` is what a suggestion takes the place of: nothing, or what the selected completion would."""

    place: Place
    span: Span


def _spot(document: Document, params: types.InlineCompletionParams, encoding: Encoding) -> _Spot:
    """Where the cursor is; with a selected completion, where it will be when that is taken."""
    lines, selected = document.lines, params.context.selected_completion_info
    if selected is None:
        line, character = params.position.line, params.position.character
        area, text = LineRange(line, character, line, character), ""
    else:
        area, text = line_range(selected.range), selected.text
    span = to_span(lines, area, encoding)
    first = max(0, span.start.line - _LINES_BEFORE) // _STEP * _STEP
    begin = max(0, span.start.character - _LONGEST) // _LONGEST * _LONGEST
    head = lines[span.start.line][begin : span.start.character]
    tail = _bounded(lines[span.end.line][span.end.character :])
    above, below = lines[first : span.start.line], lines[span.end.line + 1 : span.end.line + _LINES_AFTER]
    before = _with_lf("".join([*map(_bounded, above), head, text]))
    after = _with_lf("".join([tail, *map(_bounded, below)]))
    return _Spot(Place(before, after, document.language_id, first, text), span)


def _bounded(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}\n"


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _item(document: Document, spot: _Spot, found: Suggestion, encoding: Encoding) -> types.InlineCompletionItem:
    text = spot.place.selected + found.text
    if any(line.endswith("\r\n") for line in document.lines[:2]):
        text = text.replace("\n", "\r\n")
    end = Position(spot.span.end.line, spot.span.end.character + found.replaced)
    area = to_range(document.lines, Span(spot.span.start, end), encoding)
    return types.InlineCompletionItem(insert_text=text, range=area)
