"""A region seen as lines: what stands before it, in it and behind it, and how the file is written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inhouse.context.answer.region import Region
from inhouse.domain.code import Position

BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Place:
    """Lines here have no ends. `old` are the whole lines that the region touches; `head` and `tail` are those parts of
    the first and the last of them that lie outside of it. `mark`: the region begins with the file's byte order mark,
    which is not in `old`."""

    before: tuple[str, ...]
    old: tuple[str, ...]
    after: tuple[str, ...]
    head: str
    tail: str
    language: str
    mark: bool

    @property
    def partial(self) -> bool:
        """Whether code outside of the region stands on the same lines."""
        return bool(self.head.strip() or self.tail.strip())

    @property
    def fragment(self) -> str:
        """What the region holds, with `\\n` between lines."""
        text = "\n".join(self.old)
        return text[len(self.head) : len(text) - len(self.tail)]

    @property
    def whole(self) -> tuple[str, ...]:
        return self.before + self.old + self.after


def place_of(region: Region) -> Place:
    lines = [without_end(line) for line in region.file.lines] or [""]
    if inserts_lines(region):
        at = region.span.start.line
        return Place(_unmarked(lines[:at]), (), _unmarked(lines[at:]), "", "", region.file.language, mark=False)
    mark = lines[0].startswith(BYTE_ORDER_MARK)
    start, end = region.span.start, region.span.end
    last = min(region.span.lines[1], len(lines) - 1)
    first = min(start.line, last)
    tail = lines[last][end.character :] if last == end.line else ""
    return Place(
        before=_unmarked(lines[:first]),
        old=_unmarked(lines[first : last + 1]),
        after=tuple(lines[last + 1 :]),
        head=lines[first][: start.character].removeprefix(BYTE_ORDER_MARK),
        tail=tail,
        language=region.file.language,
        mark=mark and start == Position(0, 0),
    )


def _unmarked(lines: Sequence[str]) -> tuple[str, ...]:
    """A byte order mark is no part of the first line's code."""
    return (lines[0].removeprefix(BYTE_ORDER_MARK), *lines[1:]) if lines else ()


def inserts_lines(region: Region) -> bool:
    """Whether the region is the empty place before a line that has something on it."""
    start = region.span.start
    line = "".join(region.file.lines[start.line : start.line + 1])
    return region.span.empty and start.character == 0 and bool(line.strip())


def without_end(line: str) -> str:
    return line.rstrip("\r\n")


def line_end(lines: Sequence[str]) -> str:
    """The one that most lines have; a file without any gets `\\n`."""
    ends = Counter(line[len(without_end(line)) :] for line in lines)
    del ends[""]
    return ends.most_common(1)[0][0] if ends else "\n"
