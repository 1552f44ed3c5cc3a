"""An address that only the editor's settings name is used once the user has said yes, and not before."""

import pytest
from lsprotocol import types

from tests.fakes import answers
from tests.fakes.faults import HELLO
from tests.fakes.server import FakeBackend
from tests.lsp.asking import ask
from tests.lsp.client import EditorClient
from tests.lsp.conftest import StartClient
from tests.lsp.plain_json import ResponseError
from tests.user_file import write_user_file

CHAT = ask(model=f"tgi|{answers.MODEL}")


def elsewhere(backend: FakeBackend) -> str:
    """The backend under a name that is this machine but not, to the letter, loopback."""
    return f"http://127.1:{backend.port}"


def questions(client: EditorClient) -> list[str]:
    return [params["message"] for method, params in client.requests if method == types.WINDOW_SHOW_MESSAGE_REQUEST]


async def test_address_is_used_after_a_yes_and_the_yes_is_remembered(start_client: StartClient) -> None:
    with FakeBackend() as backend:
        async with start_client() as client:
            client.choose = lambda _message, titles: titles[0]
            before = len(client.notified("inhouse/modelsChanged"))
            client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams({"huggingface": {"customTGIEndpoint": elsewhere(backend)}})
            )
            await client.notification("inhouse/modelsChanged", before + 2, 5)
            assert (await client.chat(CHAT)).text == HELLO
            (question,) = questions(client)
            assert elsewhere(backend) in question
        async with start_client(settings={"huggingface": {"customTGIEndpoint": elsewhere(backend)}}) as client:
            assert (await client.chat(CHAT)).text == HELLO
            assert not questions(client)


@pytest.mark.parametrize("answer", ["No", None])
async def test_address_is_not_used_without_a_yes_and_asked_about_once(
    start_client: StartClient, answer: str | None
) -> None:
    with FakeBackend() as backend:
        settings = {
            "huggingface": {"customTGIEndpoint": elsewhere(backend)},
            "inhouse": {"routing": {"fallback": False}},
        }
        async with start_client(settings=settings) as client:
            client.choose = lambda _message, _titles: answer
            for _ in range(2):
                with pytest.raises(ResponseError) as caught:
                    await client.chat(CHAT)
                assert caught.value.kind == "policy"
                assert "127.1" in caught.value.message
            client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))
            await client.request("inhouse/models", {"refresh": True})
            await client.pulse.until(lambda: bool(questions(client)), 5)
            assert len(questions(client)) == 1
        assert not backend.exchanges()


async def test_address_that_the_user_file_names_too_needs_no_question(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with FakeBackend() as backend:
        write_user_file(home, {"backends.lab": {"url": elsewhere(backend)}})
        async with start_client(settings={"huggingface": {"customTGIEndpoint": elsewhere(backend)}}) as client:
            assert (await client.chat(CHAT)).text == HELLO
            assert not questions(client)


async def test_yes_for_one_address_is_none_for_another_port(start_client: StartClient) -> None:
    with FakeBackend() as backend, FakeBackend() as other:
        asked: list[str] = []

        def yes_once(message: str, titles: list[str]) -> str:
            asked.append(message)
            return titles[0] if len(asked) == 1 else "No"

        async with start_client() as client:
            client.choose = yes_once
            for number, one in enumerate((backend, other), 1):
                client.workspace_did_change_configuration(
                    types.DidChangeConfigurationParams({"huggingface": {"customTGIEndpoint": elsewhere(one)}})
                )
                await client.pulse.until(lambda number=number: len(questions(client)) == number, 5)
            with pytest.raises(ResponseError, match="not trusted"):
                await client.chat(CHAT)
        assert not other.exchanges()
