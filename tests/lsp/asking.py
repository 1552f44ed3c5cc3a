"""Chats as an editor asks for them."""

from typing import Any

from tests.lsp.plain_json import JsonObject
from tests.lsp.running import Chat

LONG_STORY = "Write a very long story about a lighthouse keeper, with at least thirty chapters."
"""The embedded model goes on for more than a thousand tokens about it."""


def ask(text: str = "Say hello.", *, model: str | None = None, **options: object) -> JsonObject:
    """Params of `inhouse/chat` with one message of the user; `options` are those of the interface."""
    params: dict[str, Any] = {"messages": [{"role": "user", "content": text}], "options": options}
    return params if model is None else params | {"model": model}


def answer_text(result: JsonObject) -> str:
    """The text of a result that was not streamed."""
    return "".join(part["text"] for part in result["content"] if part["kind"] == "text")


def notices(chat: Chat) -> list[str]:
    """What the user was told beside the answer."""
    return [value["message"] for value in chat.partials if value["kind"] == "notice"]


def reports(progress: list[JsonObject]) -> list[str]:
    """The sentences of work-done progress."""
    return [value["message"] for value in progress if value["kind"] == "report"]


READ_FILE: JsonObject = {
    "name": "read_file",
    "description": "Reads a file.",
    "inputSchema": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
}


def ask_agent(text: str = "What is in d.py?", **params: object) -> JsonObject:
    """An agent's chat: one tool is offered."""
    return ask(text) | {"tools": [READ_FILE]} | params
