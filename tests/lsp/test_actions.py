"""`inhouse.action`: a piece of code changed as asked, in one edit, and nothing else."""

from tests.fakes import answers
from tests.fakes.server import FakeBackend
from tests.lsp.conftest import StartClient
from tests.lsp.editing import Editing

CODE = "import os\n\ndef add(a, b):\n    return a - b\n\nprint(add(1, 2))\n"


async def test_rewrites_the_selection_as_told(start_client: StartClient) -> None:
    answer = "Sure:\n```python\ndef add(a, b):\n    return a + b\n```\n"
    with FakeBackend(chat=answers.chat((answer,))) as backend:
        async with start_client(settings={"huggingface": {"customTGIEndpoint": backend.url}}) as client:
            editor = Editing(client)
            uri = editor.open("calc.py", "python", CODE)
            result = await editor.act("refactor.rewrite.inhouse", uri, (2, 0, 4, 0), instruction="Add instead.")
    assert result == {"outcome": "applied"}
    assert editor.text(uri) == CODE.replace("a - b", "a + b")
    assert len(editor.edits) == 1
