"""`inhouse/countTokens`."""

from inhouse.assist.shapes import Shape
from inhouse.assist.tokens import count_request, count_text
from inhouse.lsp import convert, jsonrpc, params, resources
from inhouse.lsp.server import InhouseServer
from inhouse.lsp.sessions import Sessions


async def count_tokens(ls: InhouseServer, sessions: Sessions, given: object) -> Shape:
    """Of a bare text, or of the prompt that messages make."""
    if "messages" in jsonrpc.members(given):
        conversation = params.read(params.CountMessagesParams, given)
        session = await sessions.current()
        exclude = session.config.privacy.exclude
        texts = await resources.read(conversation.messages, ls.documents, ls.folders, exclude)
        request = convert.count_request(conversation, ls.request_id, texts)
        count = await count_request(session, conversation.model, request)
    else:
        bare = params.read(params.CountTextParams, given)
        count = await count_text(await sessions.current(), bare.model, bare.text, ls.request_id)
    return {"tokens": count.tokens, "exact": count.exact}
