"""Sentences for the person at the editor (`window/showMessage`)."""

from inhouse.lsp.client import Client

_ERROR, _WARNING, _INFO = 1, 2, 3  # MessageType


def error(client: Client, text: str) -> None:
    _show(client, _ERROR, text)


def warning(client: Client, text: str) -> None:
    _show(client, _WARNING, text)


def info(client: Client, text: str) -> None:
    _show(client, _INFO, text)


def _show(client: Client, kind: int, text: str) -> None:
    """Nothing for an empty text."""
    if text.strip():
        client.notify("window/showMessage", {"type": kind, "message": f"Inhouse: {text.strip()}"})
