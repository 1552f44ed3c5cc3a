"""`textDocument/codeAction`: what is offered, in milliseconds and without inference.

Each action is complete and carries a command: there is no resolve, which would run the inference a second time.
"""

import asyncio

from lsprotocol import types

from inhouse.assist.actions import region
from inhouse.assist.actions.offers import Here, Offer, Wish, offers
from inhouse.context.syntax.near import block_near
from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic
from inhouse.domain.errors import InhouseError
from inhouse.lsp import uris
from inhouse.lsp.chat_document.offers import chat_actions, is_chat_document
from inhouse.lsp.commit_message import commit_action, is_commit_message
from inhouse.lsp.diagnostics import to_diagnostic
from inhouse.lsp.documents import Document, Encoding
from inhouse.lsp.places import line_range, to_range, to_span
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving
from inhouse.lsp.source_file import excludes, source_file
from inhouse.workspace.test_conventions import convention_of

COMMAND = "inhouse.action"


async def code_action(ls: InhouseServer, serving: Serving, params: types.CodeActionParams) -> list[types.CodeAction]:
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return []
    session = await serving.sessions.current()
    context = params.context
    wish = Wish(
        only=None if context.only is None else tuple(str(kind) for kind in context.only),
        automatic=context.trigger_kind is types.CodeActionTriggerKind.Automatic,
        disabled=tuple(session.config.actions.disabled),
    )
    if not any(wish.takes(kind) for kind in ActionKind):
        return []
    if is_commit_message(document.uri):
        return [commit_action(document)] if wish.takes(ActionKind.COMMIT_MESSAGE) else []
    try:
        file = await asyncio.to_thread(source_file, document, ls.folders, session.config.privacy.exclude)
    except InhouseError:
        return []  # it is never sent, so nothing can be done with it
    given = _Given(document, params, ls.documents.encoding)
    span = region.meant(document.lines, to_span(document.lines, line_range(params.range), ls.documents.encoding))
    here = Here(
        file,
        span,
        given.diagnostics,
        block_near(file, span.start.line),
        testable=_testable(document),
        reviewable=not is_chat_document(document.uri),
    )
    found = [given.action(offer) for offer in offers(here, wish)]
    return [*chat_actions(document, serving.jobs), *found] if wish.takes(ActionKind.CHAT) else found


def warm_up() -> None:
    """Compile the built-in patterns, which is otherwise done for the first menu."""
    excludes(())


def _testable(document: Document) -> bool:
    """Whether it is known how its tests are named, and it holds none itself."""
    path = uris.to_path(document.uri)
    convention = None if path is None else convention_of(path)
    return path is not None and convention is not None and not convention.is_test(path.name)


class _Given:
    """The request's own diagnostics, which an action names and hands on as they came."""

    def __init__(self, document: Document, params: types.CodeActionParams, encoding: Encoding) -> None:
        self._document = document
        self._encoding: Encoding = encoding
        self._sent = [(to_diagnostic(each, document.lines, encoding), each) for each in params.context.diagnostics]

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(each for each, _ in self._sent)

    def action(self, offer: Offer) -> types.CodeAction:
        sent = next((sent for each, sent in self._sent if each is offer.diagnostic), None)
        argument: dict[str, object] = {
            "kind": offer.kind.value,
            "uri": self._document.uri,
            "range": to_range(self._document.lines, offer.span, self._encoding),
        }
        if sent is not None:
            argument["diagnostic"] = sent
        return types.CodeAction(
            title=offer.title,
            kind=offer.kind.value,
            diagnostics=None if sent is None else [sent],
            command=types.Command(title=offer.title, command=COMMAND, arguments=[argument]),
        )
