"""Tool calls, end to end."""

import asyncio

from tests.e2e.backends.lab import Lab, calls, notices, turned
from tests.e2e.servers import tool_rounds

FLAGS = {
    "vllm": "--tool-call-parser",
    "llamacpp": "--jinja",
    "ollama": "TEMPLATE",
    "tgi": "--tokenizer-config-path",
    "huggingface": ":PROVIDER",
}
"""What the one who runs the server has to change."""


class Tools:
    async def test_a_tool_is_called_and_its_result_answered_or_the_user_told_what_is_missing(self, lab: Lab) -> None:
        rounds = tool_rounds.conversation()
        chat = await lab.chat(rounds, tools=tool_rounds.OFFERED, maxTokens=60)
        if not lab.tools:
            assert not calls(chat)
            assert chat.text.strip()
            said = " ".join(notices(chat))
            assert "cannot call tools and answers without them" in said
            assert FLAGS[lab.server.kind] in said or not lab.server.chat, said
            lab.row.found("tools", "no")
            return
        told = (await lab.listed())["capabilities"]["toolCalling"]
        assert told, "what was seen is listed"
        assert calls(chat) == [("read_file", tool_rounds.CALLED)]
        assert chat.result["finishReason"] == "toolCalls"
        lab.row.found("tools", "called")
        (call,) = [value["id"] for value in chat.partials if value["kind"] == "toolCall"]
        after = await lab.chat([*rounds, *tool_rounds.called("d", call)], tools=tool_rounds.OFFERED, maxTokens=20)
        assert after.text.strip()
        assert after.result["finishReason"] in {"stop", "length"}

    async def test_chats_at_once_do_not_mix_their_tool_calls(self, lab: Lab) -> None:
        """The real model is sure of two of these."""
        names = "de" if lab.server.fake is None else "defgh"
        with turned(lab.server.fake, echo=True, event_seconds=0.02):
            chats = await asyncio.gather(
                *(lab.chat(tool_rounds.conversation(name), tools=tool_rounds.OFFERED, maxTokens=60) for name in names)
            )
        for name, chat in zip(names, chats, strict=True):
            if lab.tools:
                assert calls(chat) == [("read_file", {"path": f"{name}.py"})]
            elif lab.server.fake is not None and lab.server.chat:
                assert chat.text == f"{name}.py"
            else:
                assert chat.text.strip()
