"""`textDocument/foldingRange`: the turns of a chat document, and nothing elsewhere."""

from lsprotocol import types

from inhouse.context.chat_document.document import parse
from inhouse.lsp.chat_document.offers import is_chat_document
from inhouse.lsp.server import InhouseServer


def folding_ranges(ls: InhouseServer, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """From each heading to the last line with text under it; the front matter too."""
    document = ls.documents.get(params.text_document.uri)
    if document is None or not is_chat_document(document.uri):
        return []
    parsed = parse(document.lines)
    found = [(turn.heading or 0, turn.last or 0) for turn in parsed.turns]
    if parsed.front:
        found.insert(0, (0, parsed.front - 1))
    return [
        types.FoldingRange(start_line=first, end_line=last, kind=types.FoldingRangeKind.Region)
        for first, last in found
        if last > first
    ]
