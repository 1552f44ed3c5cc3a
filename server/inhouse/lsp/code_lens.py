"""`textDocument/codeLens`: Send and Stop in chat documents, and nothing elsewhere."""

from lsprotocol import types

from inhouse.lsp.chat_document.offers import chat_lenses
from inhouse.lsp.jobs import Jobs
from inhouse.lsp.server import InhouseServer


def code_lens(ls: InhouseServer, jobs: Jobs, params: types.CodeLensParams) -> list[types.CodeLens]:
    document = ls.documents.get(params.text_document.uri)
    return [] if document is None else chat_lenses(document, jobs)
