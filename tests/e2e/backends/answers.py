"""Chats: text, usage, thinking, cancellation, and a server that goes away in the middle."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.e2e.backends.lab import Lab, turned
from tests.e2e.servers.running import PATIENCE
from tests.fakes.kinds.knobs import TEXTS
from tests.fakes.kinds.tokens import asked_tools, count_chat, count_text
from tests.lsp.asking import LONG_STORY, answer_text
from tests.lsp.plain_json import ResponseError
from tests.lsp.running import RunningRequest

QUESTION = "Say hi in three words."
LONG: dict[str, Any] = {"texts": ("word ",) * 400, "event_seconds": 0.02}
"""A fake's answer that goes on for seconds."""


class Answers:
    async def test_an_answer_is_the_same_streamed_and_whole(self, lab: Lab) -> None:
        chat = await lab.chat(QUESTION, maxTokens=12)
        whole = await lab.client.request("inhouse/chat", lab.asked(QUESTION, maxTokens=12))
        assert chat.text.strip()
        if lab.server.fake is not None:
            assert chat.text == "".join(TEXTS)
        assert answer_text(whole) == chat.text
        for result in (chat.result, whole):
            assert (result["model"], result["backend"]) == (lab.model, lab.name)
            assert result["finishReason"] in {"stop", "length"}
        lab.row.found("chat", "yes" if lab.server.chat else "raw completion")

    async def test_usage_is_the_servers_own(self, lab: Lab) -> None:
        result = (await lab.chat(QUESTION, maxTokens=3)).result
        assert result["usage"]["exact"] is True
        assert result["usage"]["outputTokens"] > 0
        if lab.server.chat or lab.server.fake is not None:
            assert result["usage"]["inputTokens"] == await asyncio.to_thread(own_count, lab)

    async def test_a_count_says_what_the_usage_will_be_where_it_is_exact(self, lab: Lab) -> None:
        asked = lab.asked(QUESTION, maxTokens=1)
        counted = await lab.client.request("inhouse/countTokens", {"model": lab.model, "messages": asked["messages"]})
        used = (await lab.client.chat(asked)).result["usage"]["inputTokens"]
        assert counted["exact"] is (lab.server.exact_counts and lab.server.chat)
        assert counted["tokens"] == used if counted["exact"] else counted["tokens"] >= used
        lab.row.found("exact counts", "yes" if counted["exact"] else "no")

    async def test_thinking_is_told_apart_from_the_answer(self, lab: Lab) -> None:
        chat = await lab.chat(QUESTION, maxTokens=12)
        thought = "".join(value["text"] for value in chat.partials if value["kind"] == "thinking")
        assert bool(thought) is lab.server.thinking
        assert "think>" not in chat.text
        if thought and lab.server.fake is not None:
            assert thought.strip() == "".join(lab.fake.knobs.thinking).strip()
        lab.row.found("thinking", "apart" if thought else "none seen")

    async def test_cancelling_reaches_the_server(self, lab: Lab) -> None:
        with turned(lab.server.fake, **LONG):
            running = await _two_pieces(lab)
            running.cancel()
            seen = await asyncio.to_thread(lab.server.cancelled)
            with pytest.raises(ResponseError) as caught:
                await running.result()
        assert caught.value.kind == "cancelled"
        assert seen
        lab.row.found("cancel", "seen")

    async def test_a_restart_in_mid_stream_leaves_what_was_streamed_and_costs_no_more(self, lab: Lab) -> None:
        with turned(lab.server.fake, **LONG):
            running = await _two_pieces(lab)
            await asyncio.to_thread(lab.server.restart)
            with pytest.raises(ResponseError) as caught:
                await running.result()
        assert caught.value.kind == "incomplete"
        assert running.partials
        assert (await lab.chat(QUESTION, maxTokens=12)).text.strip()


async def _two_pieces(lab: Lab) -> RunningRequest:
    running = lab.start_chat(LONG_STORY, maxTokens=400)
    await running.partial(2)
    return running


def own_count(lab: Lab) -> int:
    """Tokens of the last question, as the server itself counts them."""
    if lab.server.fake is not None:
        asked = lab.fake.exchanges()[-1].request.json
        return count_chat(asked["messages"], asked_tools(asked)) if "messages" in asked else count_text(asked["prompt"])
    messages = [{"role": "user", "content": QUESTION}]
    body = {"model": lab.server.model, "messages": messages, "max_tokens": 1, "temperature": 0}
    headers = {} if lab.server.key is None else {"Authorization": f"Bearer {lab.server.key}"}
    url = f"{lab.server.url}/v1/chat/completions"
    with httpx.Client(headers=headers, timeout=PATIENCE, trust_env=False) as client:
        return client.post(url, json=body).json()["usage"]["prompt_tokens"]
