"""`textDocument/inlineCompletion` against the real server: what is suggested, where, and in whose words."""

from collections.abc import Callable

import pytest

from tests.fakes.kinds.knobs import Knobs
from tests.fakes.kinds.llamacpp import fake_llamacpp
from tests.fakes.kinds.ollama import fake_ollama
from tests.fakes.kinds.server import FakeServer
from tests.fakes.kinds.vllm import fake_vllm
from tests.fakes.server import refusing_url
from tests.lsp.completing import CODER, Buffer, Typist, coder, fills
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import JsonObject, ResponseError
from tests.user_file import write_user_file

ADD = "def add(a, b):\n    return █\n\n\nprint(add(1, 2))\n"


def sent(fake: FakeServer) -> JsonObject:
    """The last request for a suggestion."""
    asked: JsonObject = fills(fake)[-1].request.json
    return asked


async def test_rest_of_a_line_is_suggested_at_the_cursor(typist: Typist) -> None:
    with fake_llamacpp(coder("a", " + b\n", "print(")) as fake:
        async with typist.at(ADD, fake) as buffer:
            items = await buffer.items()
    here = {"line": 1, "character": 11}
    assert items == [{"insertText": "a + b", "range": {"start": here, "end": here}}]
    assert sent(fake)["input_prefix"] == "def add(a, b):\n    return "
    assert sent(fake)["input_suffix"] == "\n\n\nprint(add(1, 2))\n"


async def test_server_says_that_it_suggests(start_client: StartClient) -> None:
    async with start_client() as client:
        assert client.initialize_result is not None
        capabilities = client.initialize_result.capabilities
    ours: JsonObject = capabilities.experimental["inhouse"]  # pyright: ignore[reportOptionalSubscript, reportUnknownVariableType]
    assert capabilities.inline_completion_provider
    assert "inhouse/inlineCompletion" in ours["methods"]


async def test_clients_without_the_standard_method_have_one_of_ours(typist: Typist) -> None:
    with fake_llamacpp(coder("a + b")) as fake:
        async with typist.at(ADD, fake) as buffer:
            result = await buffer.ask(method="inhouse/inlineCompletion").result()
            with pytest.raises(ResponseError) as refused:
                await buffer.client.request("inhouse/inlineCompletion", {"position": 7})
    assert [item["insertText"] for item in result["items"]] == ["a + b"]
    assert refused.value.data["kind"] == "invalid_request"


@pytest.mark.parametrize("make", [fake_vllm, fake_ollama], ids=["vllm", "ollama"])
async def test_other_servers_fill_in_too(make: Callable[[Knobs], FakeServer], typist: Typist) -> None:
    with make(Knobs(models=CODER, fills=("a", " + b"))) as fake:
        async with typist.at(ADD, fake) as buffer:
            assert await buffer.suggestion() == "a + b"


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", 16), ("utf-16", 13), ("utf-32", 12)])
async def test_ranges_are_counted_as_was_agreed(encoding: str, start: int, typist: Typist) -> None:
    """The suggestion takes the place of the bracket that the editor has closed."""
    with fake_llamacpp(coder("a, b):\n    ", "return a\n", "x")) as fake:
        async with typist.at("x = 'é😀'; f(█)\n", fake, encoding=encoding) as buffer:
            (item,) = await buffer.items()
    assert sent(fake)["input_prefix"] == "x = 'é😀'; f("
    assert item["insertText"] == "a, b):\n    return a"
    assert item["range"]["start"] == {"line": 0, "character": start}
    assert item["range"]["end"] == {"line": 0, "character": start + 1}


async def test_line_ends_are_those_of_the_file(typist: Typist) -> None:
    with fake_llamacpp(coder("\n    a = 1", "\n    return a\n", "\n\n")) as fake:
        async with typist.at("x = 1\r\ndef f():█\r\n", fake) as buffer:
            assert await buffer.suggestion() == "\r\n    a = 1\r\n    return a"
    assert sent(fake)["input_prefix"] == "x = 1\ndef f():"


async def test_what_a_list_of_completions_has_selected_is_gone_on_with(typist: Typist) -> None:
    """`os.pa` is typed, and `path` is selected in the list: the suggestion is `path` and more, in place of `pa`."""
    area = {"start": {"line": 0, "character": 7}, "end": {"line": 0, "character": 9}}
    with fake_llamacpp(coder(".join(a, b)")) as fake:
        async with typist.at("x = os.pa█\n", fake) as buffer:
            result = await buffer.ask(selected={"range": area, "text": "path"}).result()
    assert sent(fake)["input_prefix"] == "x = os.path"
    assert result["items"] == [{"insertText": "path.join(a, b)", "range": area}]


async def test_languages_that_are_switched_off_are_left_alone(typist: Typist) -> None:
    with fake_llamacpp(coder("a + b")) as fake:
        off = ["Markdown", "plaintext"]
        async with typist.at("Words █\n", fake, name="a.md", language="markdown", disabled_languages=off) as notes:
            assert await notes.suggestion() is None
            assert await notes.suggestion(invoked=True) is None
            assert fills(fake) == []
            assert await Buffer(notes.client, notes.uri.replace(".md", ".py"), ADD).suggestion() == "a + b"


async def test_everything_can_be_switched_off(typist: Typist) -> None:
    with fake_llamacpp(coder("a + b")) as fake:
        async with typist.at(ADD, fake, enabled=False) as buffer:
            assert await buffer.suggestion(invoked=True) is None
        assert fills(fake) == []


async def test_excluded_file_is_never_sent(typist: Typist) -> None:
    with fake_llamacpp(coder("a + b")) as fake:
        async with typist.at("KEY=1\nOTHER=█\n", fake, name=".env") as secrets:
            assert await secrets.suggestion() is None
            with pytest.raises(ResponseError) as refused:
                await secrets.suggestion(invoked=True)
        assert fills(fake) == []
    assert refused.value.data["kind"] == "policy"


async def test_document_that_is_not_open_gets_nothing(typist: Typist) -> None:
    with fake_llamacpp(coder("a + b")) as fake:
        async with typist.at(ADD, fake) as buffer:
            buffer.uri = buffer.uri.replace("a.py", "other.py")
            assert await buffer.suggestion(invoked=True) is None
        assert fills(fake) == []


async def test_backend_that_is_away_is_an_error_only_for_who_has_asked(typist: Typist) -> None:
    with refusing_url() as url:
        write_user_file(typist.home, {"backends.lab": {"url": url}, "embedded": {"enabled": False}})
        async with typist.start_client() as client:
            buffer = Buffer(client, (typist.workspace / "a.py").as_uri(), ADD)
            assert await buffer.suggestion() is None
            with pytest.raises(ResponseError) as refused:
                await buffer.suggestion(invoked=True)
    assert refused.value.data["kind"] == "unreachable"


async def test_a_small_context_is_shown_less(typist: Typist) -> None:
    text = "".join(f"name_{number} = {number}\n" for number in range(400)) + ADD
    with fake_llamacpp(coder("a + b", context_length=256)) as fake:
        async with typist.at(text, fake) as buffer:
            assert await buffer.suggestion() == "a + b"
    shown: str = sent(fake)["input_prefix"]
    assert shown.endswith("def add(a, b):\n    return ")
    assert len(shown) < 600
