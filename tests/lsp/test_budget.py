"""A budget that rests on an estimate."""

from tests.e2e.backends.limits import history
from tests.fakes.kinds.plain import fake_plain
from tests.fakes.server import CHAT
from tests.lsp.asking import ask
from tests.lsp.conftest import StartClient
from tests.user_file import write_user_file


async def test_a_prompt_that_an_estimate_made_too_long_is_cut_further_instead_of_failing(
    start_client: StartClient, home: dict[str, str]
) -> None:
    with fake_plain() as server:
        write_user_file(home, {"backends.lab": {"url": server.url}})
        async with start_client() as client:
            await client.chat(ask("a" * 4000))  # one token to this server: estimates seem to be far too high now
            chat = await client.chat(ask(maxTokens=8) | {"messages": history(4096)})
        refused = len(server.exchanges(CHAT)) - 2
    assert refused > 0, "the first try fitted, so this test shows nothing"
    assert chat.text
    assert chat.result["usage"]["inputTokens"] < 4096
    assert [value["kind"] for value in chat.partials].count("notice") == 1
