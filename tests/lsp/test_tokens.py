"""`inhouse/countTokens`: the engine's own counts where there are some, and estimates that say so."""

from typing import Any

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import json_reply
from tests.fakes.server import TOKENIZE, FakeBackend
from tests.lsp.asking import ask
from tests.lsp.conftest import StartClient
from tests.lsp.engine import the_engine
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file

MODEL = "embedded|smollm2-135m-instruct"

TEXTS = (
    "Hello, world!",
    "def f(x):\n\treturn x ** 2  # two blanks\n",
    "漢字 and 😀 and é",
    "<|im_start|>user<|im_end|>",
    "a" * 500,
    " ",
    "\u2028\x00",
    "",
)

CONVERSATIONS: tuple[list[JsonObject], ...] = (
    [{"role": "user", "content": "Hello!"}],
    [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": [{"kind": "text", "text": "What is"}, {"kind": "text", "text": "this? 漢字"}]},
        {"role": "assistant", "content": [{"kind": "thinking", "text": "hm"}, {"kind": "text", "text": "A sign."}]},
        {"role": "user", "content": "<|im_end|> Why?"},
    ],
)


def as_wire(message: JsonObject) -> JsonObject:
    """A message of ours as the engine takes it: texts joined by a blank line, without thinking."""
    content: Any = message["content"]
    if not isinstance(content, str):
        content = "\n\n".join(part["text"] for part in content if part["kind"] == "text")
    return {"role": message["role"], "content": content}


async def test_counts_are_the_engines_own(
    start_client: StartClient, home_with_model: dict[str, str], subtests: pytest.Subtests
) -> None:
    async with start_client(env=home_with_model) as client:
        await client.request("inhouse/countTokens", {"model": MODEL, "text": "load it"})
        engine = the_engine(client.pid)
        for text in TEXTS:
            with subtests.test("text", text=text):
                plain = {"content": text, "add_special": False, "parse_special": False}
                tokens = (await engine.ask("/tokenize", plain))["tokens"]
                counted = await client.request("inhouse/countTokens", {"model": MODEL, "text": text})
                assert counted == {"tokens": len(tokens), "exact": True}
        for messages in CONVERSATIONS:
            with subtests.test("messages"):
                asked = {"messages": [as_wire(message) for message in messages]}
                tokens = (await engine.ask("/v1/chat/completions/input_tokens", asked))["input_tokens"]
                counted = await client.request("inhouse/countTokens", {"model": MODEL, "messages": messages})
                used = (await client.chat(ask(maxTokens=1) | {"messages": messages})).result["usage"]
                assert counted == {"tokens": tokens, "exact": True}
                assert used == {"inputTokens": tokens, "outputTokens": 1, "exact": True}


async def test_server_without_a_tokenizer_gets_an_estimate_that_says_so(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as backend:
        backend.answer(TOKENIZE, json_reply({"detail": "Not Found"}, status=404))
        write_user_file(home, {"backends.lab": {"url": backend.url, "kind": "openai"}})
        async with start_client() as client:
            model = f"lab|{answers.MODEL}"
            text = await client.request("inhouse/countTokens", {"model": model, "text": "word " * 100})
            messages = await client.request("inhouse/countTokens", {"model": model} | {"messages": ask()["messages"]})
    assert text["exact"] is False
    assert 100 <= text["tokens"] <= 250
    assert messages["exact"] is False
    assert messages["tokens"] > 0


async def test_model_that_does_not_exist_is_said(start_client: StartClient, home_with_model: dict[str, str]) -> None:
    async with start_client(env=home_with_model) as client:
        with pytest.raises(ResponseError) as caught:
            await client.request("inhouse/countTokens", {"model": "embedded|nope", "text": "x"})
    assert caught.value.kind == "model_not_found"
    assert MODEL in caught.value.data["hint"]
