"""The choice of what a model is shown of the code around a place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from inhouse.context.code.around import Around
from inhouse.context.code.sections import CodeContext, Section, SectionKind, render
from inhouse.context.code.skeleton import by_worth, skeleton, usable
from inhouse.context.code.window import Window
from inhouse.context.syntax.blocks import Lines, Outline
from inhouse.context.syntax.outline import outline as outline_of
from inhouse.context.weight import Tokens
from inhouse.domain.code import SourceFile, Span
from inhouse.domain.errors import ErrorKind, InhouseError, TokenCount

_ENCLOSING, _IMPORTS, _OUTLINE = 0.6, 0.15, 0.2
"""Shares of the room that the enclosing block, the imports and the outline may take for themselves."""
_OTHERS = 0.1
"""The share that is kept for other files, where there are some."""


def code_context(
    file: SourceFile,
    span: Span,
    outline: Outline,
    room: int,
    tokens: Tokens,
    others: tuple[SourceFile, ...] = (),
) -> CodeContext:
    """What is worth most, in at most `room` tokens: the selected code and the block around it, then the imports, the
    headers of what stands beside it, the lines around, and other files.

    Raises `context_overflow` where not even the selected code has room. Takes tens of milliseconds for a large file:
    call it in a thread.
    """
    builder = _Builder(file, Around.of(file, span), outline, room, tokens)
    choice = _Choice(Window(builder.around.place))
    if not builder.fits(choice):
        raise _too_large(builder.size(choice), room)
    whole = replace(choice, window=choice.window.whole(len(builder.around.lines)))
    choice = whole if builder.fits(whole) else builder.filled(choice, 1 - _OTHERS if others else 1.0)
    choice, missing = builder.with_others(choice, others)
    return CodeContext(builder.sections(choice), (*builder.left_out(choice), *missing), builder.size(choice))


@dataclass(frozen=True, slots=True)
class _Choice:
    """`imports` counts lines, `headers` blocks."""

    window: Window
    imports: int = 0
    headers: int = 0
    others: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class _Builder:
    file: SourceFile
    around: Around
    outline: Outline
    room: int
    tokens: Tokens

    def sections(self, choice: _Choice) -> tuple[Section, ...]:
        window = choice.window.lines
        headers = by_worth(self.outline, self.around.place, window)[: choice.headers]
        texts = (
            (SectionKind.IMPORTS, "\n".join(self._imports(window)[: choice.imports])),
            (SectionKind.OUTLINE, skeleton(self.around.lines, headers)),
            (SectionKind.BEFORE, self.around.before(window[0])),
            (SectionKind.SELECTED, self.around.selected),
            (SectionKind.AFTER, self.around.after(window[1])),
        )
        made = [self._section(kind, text) for kind, text in texts if text.strip()]
        others_at = sum(section.kind in (SectionKind.IMPORTS, SectionKind.OUTLINE) for section in made)
        return (self._section(SectionKind.FILE, ""), *made[:others_at], *choice.others, *made[others_at:])

    def size(self, choice: _Choice) -> int:
        return self.tokens(render(self.sections(choice)))

    def fits(self, choice: _Choice) -> bool:
        return self.size(choice) <= self.room

    def filled(self, choice: _Choice, share: float) -> _Choice:
        """With what the file itself has to offer; `share` of the room is for all of it."""
        most = int(self.room * share)
        enclosed = self._grown(choice, self._enclosing(), min(most, self._more(choice, _ENCLOSING)))
        window = enclosed.window.lines
        imported = self._most(
            len(self._imports(window)),
            min(most, self._more(enclosed, _IMPORTS)),
            lambda count: replace(enclosed, imports=count),
        )
        outlined = self._most(
            len(by_worth(self.outline, self.around.place, window)),
            min(most, self._more(imported, _OUTLINE)),
            lambda count: replace(imported, headers=count),
        )
        return self._grown(outlined, (0, len(self.around.lines) - 1), most)

    def with_others(self, choice: _Choice, others: tuple[SourceFile, ...]) -> tuple[_Choice, list[str]]:
        """With the names of those that had no room."""
        missing: list[str] = []
        for other in others:
            more = self._with_other(choice, other)
            if more is None:
                missing.append(other.name)
            choice = more or choice
        return choice, missing

    def left_out(self, choice: _Choice) -> Iterator[str]:
        window = choice.window.lines
        if choice.imports < len(self._imports(window)):
            yield SectionKind.IMPORTS.value
        if choice.headers < len(by_worth(self.outline, self.around.place, window)):
            yield SectionKind.OUTLINE.value

    def _with_other(self, choice: _Choice, other: SourceFile) -> _Choice | None:
        """With the whole file, or else with the headers in it."""
        for text in _shorter(other):
            section = Section(SectionKind.OTHER, text, other.name, other.language)
            more: _Choice = replace(choice, others=(*choice.others, section))
            if text.strip() and self.fits(more):
                return more
        return None

    def _section(self, kind: SectionKind, text: str) -> Section:
        return Section(kind, text, self.file.name, self.file.language)

    def _imports(self, window: Lines) -> list[str]:
        """Their lines, as far as the window does not show them."""
        numbers = (line for first, last in self.outline.imports for line in range(first, last + 1))
        return [self.around.lines[line] for line in numbers if not window[0] <= line <= window[1]]

    def _enclosing(self) -> Lines:
        """Of the smallest function around the place with its documentation, or else of the smallest block."""
        holding = self.outline.holding(self.around.place)
        functions = [block for block in holding if block.kind == "function"]
        smallest = next(reversed(functions or holding), None)
        if smallest is None:
            return self.around.place
        return smallest.top, smallest.last

    def _more(self, choice: _Choice, share: float) -> int:
        """Tokens of what there is and of a share of the room."""
        return self.size(choice) + int(self.room * share)

    def _grown(self, choice: _Choice, limits: Lines, most: int) -> _Choice:
        steps = limits[1] - limits[0] + 1
        return self._most(steps, most, lambda count: replace(choice, window=choice.window.grown(count, limits)))

    def _most(self, count: int, most: int, make: Callable[[int], _Choice]) -> _Choice:
        """The last of what `make` gives for 0 to `count` that has at most `most` tokens; that for 0 may have more."""
        low, high = 0, count
        while low < high:
            middle = (low + high + 1) // 2
            if self.size(make(middle)) <= most:
                low = middle
            else:
                high = middle - 1
        return make(low)


def _shorter(other: SourceFile) -> Iterator[str]:
    lines = [line.rstrip("\r\n").removeprefix("\ufeff") for line in other.lines]
    yield "\n".join(lines).rstrip()
    yield skeleton(lines, usable(outline_of(other)))


def _too_large(size: int, room: int) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.CONTEXT_OVERFLOW,
        message=f"The selected code has about {size} tokens, and there is room for {room}.",
        hint="Select less code, or pick a model with a longer context.",
        tokens=TokenCount(size, room),
    )
