"""What a model is shown beside the text around the cursor: the file's own imports and headers that lie outside of
that text, and the headers of other files.

The choice stays the same while somebody types, and what changes least comes first: a server that keeps what it has read
(prefix caching) then has it already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from inhouse.context.code.skeleton import by_worth, header, skeleton, usable
from inhouse.context.completion.place import Place
from inhouse.context.estimate import estimate_tokens
from inhouse.context.syntax.blocks import Block, Lines, Outline
from inhouse.domain.code import SourceFile
from inhouse.domain.fill import Snippet

_HALF = 2
"""Other files may take half of the room, and the imports half of what is left."""


@dataclass(frozen=True, slots=True)
class Outlined:
    """A file with its outline, as it was at some time."""

    file: SourceFile
    outline: Outline


@dataclass(frozen=True, slots=True)
class View:
    """The lines of a file that are shown as the text around the cursor, and the cursor's own."""

    first: int
    cursor: int
    last: int

    @classmethod
    def of(cls, place: Place, prefix: str, suffix: str) -> Self:
        cursor = place.first_line + place.before.count("\n")
        return cls(cursor - prefix.count("\n"), cursor, cursor + suffix.count("\n"))

    def shows_whole(self, file: SourceFile) -> bool:
        return self.first == 0 and self.last >= len(file.lines) - 1

    def earlier(self, more: int) -> Self:
        """Before so many lines were put in above the cursor, which is where somebody types."""
        return type(self)(self.first, max(self.first, self.cursor - more), self.last - more)


def snippets(
    own: Outlined | None, file: SourceFile, view: View, others: Sequence[Outlined], room: int
) -> tuple[Snippet, ...]:
    """In at most `room` tokens. `own` is what is known of `file`, which may have changed since; None leaves it out.
    `others`: the most useful first; they are shown in the order of their names."""
    made: list[Snippet] = []
    left = room // _HALF
    for other in others:
        text = _headers(other, _outermost_first(other.outline), left)
        if text:
            left -= estimate_tokens(text)
            made.append(Snippet(other.file.name, text))
    made.sort(key=lambda each: each.name)
    left += room - room // _HALF
    if own is not None and (text := _beyond(own, view.earlier(len(file.lines) - len(own.file.lines)), left)):
        made.append(Snippet(file.name, text))
    return tuple(made)


def _beyond(own: Outlined, view: View, room: int) -> str:
    """The imports and the headers outside of the view."""
    shown = view.first, view.last
    numbers = (line for first, last in own.outline.imports for line in range(first, last + 1))
    hidden = [own.file.lines[line].rstrip() for line in numbers if not shown[0] <= line <= shown[1]]
    imports = hidden[: _that_fit(hidden, room // _HALF)]
    room -= sum(map(_cost, imports))
    return "\n".join(filter(None, [*imports, _headers(own, by_worth(own.outline, _place(own, view), shown), room)]))


def _place(own: Outlined, view: View) -> Lines:
    """The same while somebody types in a function: else, with every line, other headers would be the nearer ones."""
    holding = own.outline.holding((view.cursor, view.cursor))
    line = holding[-1].header if holding else view.first
    return line, line


def _outermost_first(outline: Outline) -> Sequence[Block]:
    return sorted(usable(outline), key=lambda block: block.parent is not None)


def _headers(known: Outlined, blocks: Sequence[Block], room: int) -> str:
    """Of the first of `blocks`, as many as fit, in the order of the file."""
    lines = known.file.lines
    return skeleton(lines, blocks[: _that_fit((header(lines, block) for block in blocks), room)])


def _that_fit(texts: Iterable[str], room: int) -> int:
    count = 0
    for text in texts:
        room -= _cost(text)
        if room < 0:
            break
        count += 1
    return count


def _cost(text: str) -> int:
    return estimate_tokens(text + "\n")
