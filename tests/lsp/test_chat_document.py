"""A conversation in a Markdown file: what is sent for it, and what the answer makes of the document."""

from tests.fakes import answers
from tests.fakes.faults import HELLO
from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.chat_editor import ChatEditor
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject

MODEL = f"tgi|{answers.MODEL}"


def tgi(backend: FakeBackend) -> JsonObject:
    return {"huggingface": {"customTGIEndpoint": backend.url}}


async def test_two_turns_are_sent_and_the_answer_comes_as_one_edit(start_client: StartClient) -> None:
    text = f"## You\n\nHello?\n\n## {MODEL}\n\nHi.\n\n## You\n\nHow are you? 😀\n"
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(client, text)
            result = await editor.send().result()
        sent = backend.wait_for(CHAT).request.json["messages"]
    assert [(message["role"], message["content"]) for message in sent] == [
        ("user", "Hello?"),
        ("assistant", "Hi."),
        ("user", "How are you? 😀"),
    ]
    assert editor.text == f"{text}\n## {MODEL}\n\n{HELLO}\n\n## You\n\n"
    assert len(editor.edits) == 1
    assert result == {"outcome": "answered", "model": MODEL, "finishReason": "stop"}
