"""The files that a question links to: Markdown's inline links, outside code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from inhouse.context.chat_document.fences import Fences

_BACKTICKS = re.compile("`+")
_LINK = re.compile(
    r"""(?<![!\\])\[[^\[\]]*\]\(
        \s*(?:<(?P<pointed>[^<>]*)>|(?P<plain>(?:[^\s()]|\([^\s()]*\))+))
        (?:\s+(?:"[^"]*"|'[^']*'))?\s*\)""",
    re.VERBOSE,
)
_OTHER_SCHEME = re.compile(r"(?!(?i:file):)[A-Za-z][A-Za-z0-9+.-]+:|//|#")
"""What is no file: a web address, or a heading of this document. One letter and a colon is a drive."""
_LINES = re.compile(r"L(\d{1,9})(?:-L?(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Link:
    """`target` is a path as it was written, escapes undone, or a file URI. Lines are zero-based, `last` included;
    None: the whole file."""

    target: str
    lines: tuple[int, int] | None = None


def links(text: str) -> tuple[Link, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(_links(text)))


def _links(text: str) -> Iterator[Link]:
    fences = Fences()
    for line in text.split("\n"):
        if fences.is_code(line):
            continue
        for found in _LINK.finditer(_without_code(line)):
            target = found["plain"] if found["pointed"] is None else found["pointed"].strip()
            if target and not _OTHER_SCHEME.match(target):
                yield _link(target)


def _without_code(line: str) -> str:
    """Without code spans: each ends with as many backticks as it begins with (CommonMark 0.31, §6.1)."""
    runs = list(_BACKTICKS.finditer(line))
    sizes = [len(run[0]) for run in runs]
    last = {size: number for number, size in enumerate(sizes)}
    kept: list[str] = []
    number = done = 0
    while number < len(runs):
        if last[sizes[number]] > number:
            kept.append(line[done : runs[number].start()])
            number = sizes.index(sizes[number], number + 1)
            done = runs[number].end()
        number += 1
    return "".join([*kept, line[done:]])


def _link(target: str) -> Link:
    path, _, fragment = target.partition("#")
    is_uri = path[:5].lower() == "file:"
    return Link(path if is_uri else unquote(path), _lines(fragment))


def _lines(fragment: str) -> tuple[int, int] | None:
    found = _LINES.fullmatch(fragment)
    if found is None:
        return None
    first = max(int(found[1]), 1)
    return first - 1, max(int(found[2] or first), first) - 1
