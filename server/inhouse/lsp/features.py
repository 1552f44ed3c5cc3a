"""Every request and command of ours, registered in one place; what a handler needs is imported with its first call."""

from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types

from inhouse.assist.shapes import Shape
from inhouse.domain.actions import ActionKind
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.serving import Serving, argument
from inhouse.lsp.status import status

if TYPE_CHECKING:
    from inhouse.assist.completion.completions import Completions

CODE_ACTIONS = types.CodeActionOptions(code_action_kinds=[kind.value for kind in ActionKind])


def register(server: InhouseServer, serving: Serving) -> None:
    _register_requests(server, serving)
    _register_documents(server, serving)
    _register_completion(server, serving)
    _register_commands(server, serving)
    _register_chat_documents(server, serving)


def _register_requests(server: InhouseServer, serving: Serving) -> None:
    sessions, ready = serving.sessions, serving.ready

    @server.feature("inhouse/chat")
    async def inhouse_chat(ls: InhouseServer, params: object) -> Shape:
        from inhouse.lsp.chat import chat

        await ready()
        with serving.jobs.running():
            return await chat(ls, sessions, serving.selected, params)

    @server.feature("inhouse/review")
    async def inhouse_review(ls: InhouseServer, params: object) -> Shape:
        from inhouse.lsp.review import review

        await ready()
        return await review(ls, serving, params)

    @server.feature("inhouse/models")
    async def inhouse_models(ls: InhouseServer, params: object) -> Shape:  # noqa: ARG001 - a handler is given both
        from inhouse.lsp.models import models

        await ready()
        return await models(sessions, params)

    @server.feature("inhouse/countTokens")
    async def inhouse_count_tokens(ls: InhouseServer, params: object) -> Shape:
        from inhouse.lsp.tokens import count_tokens

        await ready()
        return await count_tokens(ls, sessions, params)

    @server.feature("inhouse/status")
    async def inhouse_status(ls: InhouseServer, params: object) -> Shape:  # noqa: ARG001 - a handler is given both
        await ready()
        return await status(sessions)


def _register_documents(server: InhouseServer, serving: Serving) -> None:
    """LSP's own requests about an open document."""

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, CODE_ACTIONS)
    async def code_action(ls: InhouseServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        from inhouse.lsp.code_action import code_action

        await serving.ready()
        return await code_action(ls, serving, params)


def _register_completion(server: InhouseServer, serving: Serving) -> None:
    @cache
    def completions() -> "Completions":
        from inhouse.assist.completion.completions import Completions

        return Completions()

    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    async def inline_completion(ls: InhouseServer, params: types.InlineCompletionParams) -> types.InlineCompletionList:
        from inhouse.lsp.inline_completion import inline_completion

        with serving.suggestions.running(params.text_document.uri):
            return await inline_completion(ls, serving, completions(), params)

    @server.feature("inhouse/inlineCompletion")
    async def inhouse_inline_completion(ls: InhouseServer, params: object) -> types.InlineCompletionList:
        shaped = ls.standard_params(types.TEXT_DOCUMENT_INLINE_COMPLETION, params)
        assert isinstance(shaped, types.InlineCompletionParams)
        return await inline_completion(ls, shaped)


def _register_commands(server: InhouseServer, serving: Serving) -> None:
    @server.command("inhouse.refreshModels")
    async def refresh_models(ls: InhouseServer, params: types.ExecuteCommandParams) -> Shape:  # noqa: ARG001 - a handler is given both
        from inhouse.lsp.models import models

        await serving.ready()
        return await models(serving.sessions, {"refresh": True})

    @server.command("inhouse.showStatus")
    async def show_status(ls: InhouseServer, params: types.ExecuteCommandParams) -> Shape:  # noqa: ARG001 - a handler is given both
        await serving.ready()
        return await status(serving.sessions)

    @server.command("inhouse.action")
    async def action(ls: InhouseServer, params: types.ExecuteCommandParams) -> Shape:
        from inhouse.lsp.action import action

        await serving.ready()
        return await action(ls, serving, params)

    @server.command("inhouse.review")
    async def review(ls: InhouseServer, params: types.ExecuteCommandParams) -> Shape:
        from inhouse.lsp.review import review_document

        await serving.ready()
        return await review_document(ls, serving, params)

    @server.command("inhouse.selectModel")
    async def select_model(ls: InhouseServer, params: types.ExecuteCommandParams) -> Shape:
        from inhouse.lsp.select_model import select_model

        await serving.ready()
        return await select_model(ls.client, await serving.sessions.current(), serving.selected, argument(params))

    @server.command("inhouse.stop")
    async def stop(ls: InhouseServer, params: types.ExecuteCommandParams) -> Shape:  # noqa: ARG001 - a handler is given both
        from inhouse.lsp.params import StopParams, read

        uri = read(StopParams, argument(params)).uri
        return {"stopped": serving.jobs.stop(uri) + serving.suggestions.stop(uri)}


def _register_chat_documents(server: InhouseServer, serving: Serving) -> None:
    @server.command("inhouse.chat")
    async def chat(ls: InhouseServer, params: types.ExecuteCommandParams) -> Shape:
        from inhouse.lsp.chat_document.command import chat

        await serving.ready()
        return await chat(ls, serving, params)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(ls: InhouseServer, params: types.CodeLensParams) -> list[types.CodeLens]:
        from inhouse.lsp.code_lens import code_lens

        return code_lens(ls, serving.jobs, params)

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    async def folding_range(ls: InhouseServer, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        from inhouse.lsp.folding import folding_ranges

        return folding_ranges(ls, params)
