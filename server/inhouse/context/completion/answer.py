"""From what a model writes to what is suggested."""

from inhouse.context.completion.brackets import unclosed
from inhouse.context.completion.indentation import settle
from inhouse.context.completion.joint import joined, without_stray_closers
from inhouse.context.completion.lines import opens_block
from inhouse.context.completion.markers import without_markers
from inhouse.context.completion.place import Extent, Place
from inhouse.context.completion.repetition import unrepeated
from inhouse.context.completion.scope import within_scope
from inhouse.context.completion.suggestion import Suggestion

_ANYWHERE = " " * 200 + "x"
"""A line so deep that only an end before it leaves it out."""

_LONGEST_CLOSING = len("endfunction")

_MOST_LINES = 200
"""Lines of an answer that are looked at; a model that cannot stop may write thousands of blank ones."""


def suggestion(answer: str, place: Place, extent: Extent, *, cut: bool = False) -> Suggestion | None:
    """What of an answer is suggested; None for nothing. `cut`: the model would have written on."""
    lines = _lines(answer, place, extent)
    if cut and len(lines) > 1:
        lines = _whole(lines)
    lines = lines[: within_scope(lines, place)]
    lines = without_stray_closers("\n".join(lines), place).split("\n")
    lines = lines[: unrepeated(lines, place)]
    if not lines or (not lines[0].strip() and not _may_begin_below(place)):
        return None
    return joined("\n".join(line.rstrip() for line in lines), place)


def enough(answer: str, place: Place, extent: Extent) -> str | None:
    """The part of an answer after which nothing can be suggested any more; None while there may be more to come."""
    answer = answer.removesuffix("\r")  # its LF may be on the way
    if "\n" not in answer:
        return None
    begun = answer.rpartition("\n")[0]
    if extent is Extent.LINE:
        return begun if _lines(begun, place, extent)[0].strip() else None
    lines = _lines(answer, place, extent)
    *complete, last = lines
    if not complete:
        return None
    known = [*complete, _ANYWHERE]
    ended = min(within_scope(known, place), unrepeated(known, place)) <= len(complete)
    return begun if ended or (_is_settled(last) and within_scope(lines, place) < len(lines)) else None


def _is_settled(line: str) -> bool:
    """Whether a line that is being written has shown what it is: its indentation, and that it only closes a block."""
    text = line.strip()
    return len(text) > _LONGEST_CLOSING or " " in text or text.startswith((")", "]", "}"))


def _lines(answer: str, place: Place, extent: Extent) -> list[str]:
    lines = settle(without_markers(answer, place.language), place).split("\n")
    return lines[: 1 if extent is Extent.LINE else _MOST_LINES]


def _may_begin_below(place: Place) -> bool:
    """Whether a suggestion may begin with a new line: only where the cursor's line calls for one."""
    return opens_block(place.line_before, place.language) or bool(unclosed(place.line_before))


def _whole(lines: list[str]) -> list[str]:
    """Without the line that was cut off, back to where as little as possible is left open."""
    lines = lines[:-1]
    open_after = [len(unclosed("\n".join(lines[: at + 1]))) for at in range(len(lines))]
    least = min(open_after)
    return lines[: len(open_after) - open_after[::-1].index(least)]
