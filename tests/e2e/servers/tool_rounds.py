"""What makes the embedded model, small as it is, really call a tool: three finished rounds before the question."""

import json
from typing import Any

READ_FILE: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "read_file",
        "description": "Read a file",
        "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
    },
}
CALLED = {"path": "d.py"}
"""The arguments that it answers with, at temperature 0."""


def messages(*, arguments_as_text: bool = True) -> list[dict[str, Any]]:
    """OpenAI's form has the arguments as JSON in a string, Ollama's own as an object."""
    rounds = [message for name in "abc" for message in _round(name, arguments_as_text=arguments_as_text)]
    return [*rounds, {"role": "user", "content": "Read d.py"}]


def _round(name: str, *, arguments_as_text: bool) -> list[dict[str, Any]]:
    path = {"path": f"{name}.py"}
    function = {"name": "read_file", "arguments": json.dumps(path) if arguments_as_text else path}
    call = {"id": f"call_{name}", "type": "function", "function": function}
    return [
        {"role": "user", "content": f"Read {name}.py"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "tool_name": "read_file", "content": "ok"},
        {"role": "assistant", "content": "Done."},
    ]


_DONE = {"role": "assistant", "content": "Done."}

OFFERED: list[dict[str, Any]] = [
    {
        "name": READ_FILE["function"]["name"],
        "description": READ_FILE["function"]["description"],
        "inputSchema": READ_FILE["function"]["parameters"],
    }
]


def conversation(question: str = "d") -> list[dict[str, Any]]:
    """The same rounds as a client of Inhouse sends them."""
    rounds = [message for name in "abc" for message in (_asked(name), *called(name, f"call_{name}"), _DONE)]
    return [*rounds, _asked(question)]


def called(name: str, call: str) -> list[dict[str, Any]]:
    """A call of the assistant's, and its result."""
    made = {"kind": "toolCall", "id": call, "name": "read_file", "arguments": {"path": f"{name}.py"}}
    result = {"kind": "toolResult", "id": call, "content": "ok"}
    return [{"role": "assistant", "content": [made]}, {"role": "tool", "content": [result]}]


def _asked(name: str) -> dict[str, Any]:
    return {"role": "user", "content": f"Read {name}.py"}
