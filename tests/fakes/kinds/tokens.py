"""The chat template of the fakes and their tokenizer: a word is a token, a message costs four more, an image 64."""

import json
from typing import Any

IMAGE = " ".join(["<image>"] * 64)


def count_text(text: str) -> int:
    return len(text.split())


def render(messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None = None) -> str:
    """What the template makes of a chat: its count is the count of the chat."""
    offered = f"{json.dumps(tools)}\n" if tools else ""
    return offered + "".join(f"<|start|> {message['role']} : {_content(message)} <|end|>\n" for message in messages)


def count_chat(messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None = None) -> int:
    return count_text(render(messages, tools))


def asked_tools(asked: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The tools of a chat request's body, unless it forbids their use."""
    return None if asked.get("tool_choice") == "none" else asked.get("tools")


def has_images(asked: dict[str, Any]) -> bool:
    """True for a part of type `image_url`, or for Ollama's `images`."""
    messages: list[dict[str, Any]] = asked["messages"]
    return any(map(_images, messages))


def _content(message: dict[str, Any]) -> str:
    content: list[dict[str, Any]] | str = message.get("content") or ""
    texts = [content] if isinstance(content, str) else [part.get("text", "") for part in content]
    calls = message.get("tool_calls")
    return " ".join([*texts, *([IMAGE] * _images(message)), *([json.dumps(calls)] if calls else [])])


def _images(message: dict[str, Any]) -> int:
    parts: list[dict[str, Any]] | str = message.get("content") or ""
    in_parts = 0 if isinstance(parts, str) else sum(part.get("type") == "image_url" for part in parts)
    return in_parts + len(message.get("images") or ())
