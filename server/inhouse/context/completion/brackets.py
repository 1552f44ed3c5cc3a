"""Brackets and quotes, by counting: without a grammar, but not fooled by those in one line's strings."""

import re

PAIRS = {")": "(", "]": "[", "}": "{"}
_TOKENS = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`[^`\n]*`|[()\[\]{}\"'`]")
_QUOTES = frozenset("\"'`")


def unclosed(text: str) -> list[str]:
    """What `text` opens and does not close, in its order; a quote counts that has no other in its line."""
    return _walk(text)[0]


def unopened(text: str) -> list[tuple[str, int]]:
    """What `text` closes and has not opened, each with its index."""
    return _walk(text)[1]


def _walk(text: str) -> tuple[list[str], list[tuple[str, int]]]:
    opened: list[str] = []
    extra: list[tuple[str, int]] = []
    for found in _TOKENS.finditer(text):
        token = found[0]
        if len(token) > 1:
            continue
        if token in PAIRS:
            if opened and opened[-1] == PAIRS[token]:
                opened.pop()
            else:
                extra.append((token, found.start()))
        elif token not in _QUOTES or not _is_apostrophe(text, found.start()):
            opened.append(token)
    return opened, extra


def _is_apostrophe(text: str, at: int) -> bool:
    """As in `don't`, in a Rust lifetime, or in a comment."""
    return text[at] == "'" and at > 0 and (text[at - 1].isalnum() or text[at - 1] in "<&")
