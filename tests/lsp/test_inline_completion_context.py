"""What a model is shown from elsewhere: the file's own headers, and those of other open files."""

import asyncio

import pytest

from tests.fakes.kinds.knobs import Knobs
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.vllm import fake_vllm
from tests.lsp.completing import CODER, CURSOR, Buffer, Typist, coder, fills
from tests.lsp.plain_json import JsonObject

FUNCTION = "def f_{0}(a, b):\n    # step {0}\n    return a + b\n\n"
LONG = "import os\n\n" + "".join(FUNCTION.format(number) for number in range(300))
"""More than is shown around a cursor."""
AT = LONG.index("    return", LONG.index("# step 150\n"))
TEXT = LONG[:AT] + f"    x = {CURSOR}\n" + LONG[AT:]
PASSWORD = "Zk3vQ9xT7mLp2RwY"


async def typed_until_shown(buffer: Buffer, fake: FakeServer, names: list[str]) -> list[JsonObject]:
    """Types until the model is shown something of these files, and nothing of others: nobody waits for an outline."""
    async with asyncio.timeout(10):
        while True:
            buffer.type("y")
            await buffer.suggestion(invoked=True)
            shown: list[JsonObject] = fills(fake)[-1].request.json["input_extra"]
            if [each["filename"] for each in shown] == names:
                return shown


async def test_own_headers_that_the_text_around_does_not_show(typist: Typist) -> None:
    with fake_llamacpp(coder("0")) as fake:
        async with typist.at(TEXT, fake) as buffer:
            (own,) = await typed_until_shown(buffer, fake, ["a.py"])
    around = fills(fake)[-1].request.json
    assert own["text"].startswith("import os\ndef f_")
    for line in own["text"].splitlines():
        assert line not in around["input_prefix"] + around["input_suffix"]


async def test_headers_of_other_open_files_of_the_language(typist: Typist) -> None:
    """A short file is shown whole, and needs nothing of itself."""
    with fake_llamacpp(coder("0")) as fake:
        async with typist.at(f"x = {CURSOR}\n", fake) as buffer:
            beside = {
                "z.py": "class Z:\n    def get(self, key: str) -> int:\n        return 1\n",
                "b.py": f'def connect(host, password="{PASSWORD}"):\n    return 1\n',
                "c.ts": "function c() {\n}\n",
                ".env": "def secret():\n    return 1\n",
                "../out.py": "def outside():\n    return 1\n",
            }
            for name, text in beside.items():
                language = "typescript" if name.endswith(".ts") else "python"
                Buffer(buffer.client, (typist.workspace / name).resolve().as_uri(), text, language)
            b, z = await typed_until_shown(buffer, fake, ["b.py", "z.py"])
    assert z["text"] == "class Z:\n    def get(self, key: str) -> int:"
    assert b["text"].startswith("def connect(host, password=")
    assert PASSWORD not in "".join(one.request.body.decode() for one in fake.exchanges())


@pytest.mark.parametrize("text", [TEXT, f"x = {CURSOR}\n"], ids=["long", "short"])
async def test_typing_does_not_change_the_head_of_the_prompt(text: str, typist: Typist) -> None:
    """Else a server's prefix cache would be lost with every key."""
    with fake_vllm(Knobs(models=CODER, fills=("0",))) as fake:

        def head() -> str:
            prompt: str = fake.exchanges("POST /v1/completions")[-1].request.json["prompt"]
            return prompt.partition("<|fim_suffix|>")[0]

        async with typist.at(text, fake) as buffer:
            other = (typist.workspace / "b.py").as_uri()
            Buffer(buffer.client, other, "def other(x):\n    return x\n")
            await buffer.suggestion(invoked=True)
            async with asyncio.timeout(10):
                while "def other" not in head() or (text is TEXT and "import os" not in head()):
                    buffer.type("y")
                    await buffer.suggestion(invoked=True)
            for key in "_1\n    if z:\n        b = 2\n":
                before = head()
                buffer.type(key)
                await buffer.suggestion(invoked=True)
                assert head() == before + key
    assert "<|file_sep|>b.py\ndef other(x):\n<|file_sep|>a.py\n" in head()
