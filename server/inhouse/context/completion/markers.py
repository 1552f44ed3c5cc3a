"""What a model says beside the text: markers of its training, fences, line ends of another kind."""

import re

_MARKER = re.compile(
    r"<\|[A-Za-z_]{2,30}\|>|<\uff5c[^\uff5c\n]{2,30}\uff5c>"
    r"|</?(?:fim_(?:prefix|suffix|middle|pad)|file_sep|repo_name|filename)>"
    r"|<(?:EOT|PRE|SUF|MID|eos|pad)>|</s>|\[(?:PREFIX|SUFFIX|MIDDLE)\]"
)
_FENCE = re.compile(r"```|~~~")
_WITH_FENCES = frozenset({"markdown", "restructuredtext", "asciidoc", "quarto", "rmd", "mdx"})
"""Languages in which a fence is text."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and those that nobody sees but that change what code means (Trojan Source)."""


def without_markers(text: str, language: str) -> str:
    """The text up to the first thing that cannot be meant for the file."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if (found := _MARKER.search(text)) is not None:
        text = text[: found.start()]
    if (found := _CONTROL.search(text)) is not None:
        text = text[: found.start()]
    return text if language in _WITH_FENCES else _without_fences(text)


def _without_fences(text: str) -> str:
    """A fence that comes first is opened by a model that chats; any other ends the code."""
    start = _FENCE.match(text.lstrip())
    if start is not None:
        text = text.lstrip().partition("\n")[2]
    found = next((at for at, line in _starts(text) if _FENCE.match(line)), None)
    return text if found is None else text[:found].rstrip("\n")


def _starts(text: str) -> list[tuple[int, str]]:
    at, found = 0, list[tuple[int, str]]()
    for line in text.split("\n"):
        found.append((at, line.lstrip()))
        at += len(line) + 1
    return found
