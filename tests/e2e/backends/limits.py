"""What is longer than the context."""

import pytest

from tests.e2e.backends.lab import Lab, notices
from tests.lsp.plain_json import JsonObject, ResponseError

ANSWER = 8


def history(tokens: int) -> list[JsonObject]:
    """A conversation that is somewhat longer than so many tokens, in turns of fifty words."""
    turns: list[JsonObject] = []
    for number in range(tokens // 100 + 2):
        turns.append({"role": "user", "content": f"{number}. " + "alpha beta gamma delta epsilon " * 10})
        turns.append({"role": "assistant", "content": "one two three four five " * 10})
    return [{"role": "system", "content": "You are terse."}, *turns, {"role": "user", "content": "Say hi."}]


class Limits:
    async def test_a_history_that_is_too_long_is_cut_said_and_answered(self, lab: Lab) -> None:
        limit = lab.server.context_length
        chat = await lab.chat(history(limit), maxTokens=ANSWER)
        assert chat.text.strip()
        assert chat.result["dropped"]["messages"] > 0
        assert chat.result["dropped"]["tokens"] > 0
        assert any("left out" in notice for notice in notices(chat))
        assert chat.result["usage"]["exact"]
        assert limit // 4 < chat.result["usage"]["inputTokens"] <= limit - 1

    async def test_what_cannot_fit_is_refused_before_it_is_sent_with_both_numbers(self, lab: Lab) -> None:
        limit = lab.server.context_length
        before = 0 if lab.server.fake is None else lab.chats()
        with pytest.raises(ResponseError) as caught:
            await lab.chat("alpha beta gamma delta epsilon " * limit)
        assert caught.value.kind == "context_overflow"
        assert "status" not in caught.value.data, "it was the server that refused"
        assert caught.value.data["tokens"]["limit"] == limit
        assert caught.value.data["tokens"]["input"] > limit
        if lab.server.fake is not None:
            assert lab.chats() == before
