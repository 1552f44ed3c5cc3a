"""Links in a chat document: the files that they name go along, as the editor shows them."""

from pathlib import Path

import pytest

from tests.fakes.server import CHAT, FakeBackend
from tests.lsp.chat_editor import ChatEditor
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError

SOURCE = "one\ntwo\nthree\nfour\n"


def tgi(backend: FakeBackend) -> JsonObject:
    return {"huggingface": {"customTGIEndpoint": backend.url}}


@pytest.fixture
def talk(workspace: Path) -> str:
    """The URI of a chat document in a folder of the workspace, beside a file."""
    folder = workspace / "docs"
    folder.mkdir()
    (folder / "near by.txt").write_text("near", "utf-8")
    (workspace / "src.py").write_text(SOURCE, "utf-8")
    return (folder / "talk.chat.md").as_uri()


async def test_linked_files_and_lines_go_along_with_their_question(start_client: StartClient, talk: str) -> None:
    text = (
        "See [lines](../src.py#L2-L3), [one](/src.py#L4) and [all](<near by.txt>), again [all](near%20by.txt).\n"
        "Not `[this](src.py)`, ![that](src.py), [there](https://example.org/src.py) or [here](#you).\n"
        "```\n[code](src.py)\n```\n"
    )
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            await ChatEditor(client, text, uri=talk).send().result()
        [message] = backend.wait_for(CHAT).request.json["messages"]
    assert message["content"] == "\n\n".join(
        [
            text.strip(),
            "src.py:2-3\n```\ntwo\nthree\n```",
            "src.py:4-4\n```\nfour\n```",
            "docs/near by.txt\n```\nnear\n```",
        ]
    )


async def test_open_document_goes_as_the_editor_shows_it(start_client: StartClient, talk: str, workspace: Path) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            ChatEditor(client, "not saved\n", uri=(workspace / "src.py").as_uri())
            await ChatEditor(client, "[it](src.py)", uri=talk).send().result()
        [message] = backend.wait_for(CHAT).request.json["messages"]
    assert message["content"] == "[it](src.py)\n\nsrc.py\n```\nnot saved\n```"


async def test_link_that_is_gone_is_refused_in_the_question_and_passed_over_in_older_ones(
    start_client: StartClient, talk: str
) -> None:
    with FakeBackend() as backend:
        async with start_client(settings=tgi(backend)) as client:
            editor = ChatEditor(
                client, "## You\n[old](gone.py)\n\n## a|b\n[model's](../src.py)\n\n## You\nWhy?", uri=talk
            )
            await editor.send().result()
            assert [one["content"] for one in backend.wait_for(CHAT).request.json["messages"]] == [
                "[old](gone.py)",
                "[model's](../src.py)",
                "Why?",
            ]
            editor.text += "[new](gone.py)"
            editor.sync()
            with pytest.raises(ResponseError, match=r"gone\.py does not exist"):
                await editor.send().result()
