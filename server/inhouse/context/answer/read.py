"""The way from an answer to edits: cleanse it, take the code out, bring it into place, check the file, compare."""

from collections.abc import Sequence

from inhouse.context.answer.check import objection
from inhouse.context.answer.choice import code_of
from inhouse.context.answer.cleansing import cleansed
from inhouse.context.answer.complete import completed
from inhouse.context.answer.document import documented
from inhouse.context.answer.extras import without_extras
from inhouse.context.answer.fences import fenced_blocks
from inhouse.context.answer.framing import fragment, framed, unblanked
from inhouse.context.answer.hunks import edits
from inhouse.context.answer.languages import PROSE
from inhouse.context.answer.numbering import without_numbers
from inhouse.context.answer.patches import applied, changes
from inhouse.context.answer.place import BYTE_ORDER_MARK, Place, place_of
from inhouse.context.answer.placeholders import placeholder
from inhouse.context.answer.prose import is_code, is_remark
from inhouse.context.answer.region import Intent, Region, SyntaxCheck, Unreadable
from inhouse.context.answer.repetition import once, runs_in_circles
from inhouse.context.answer.shape import only_other_functions, other_shape
from inhouse.context.answer.surroundings import narrowed
from inhouse.context.answer.whole_file import whole_file
from inhouse.domain.code import TextEdit

MOST_CHARACTERS = 60_000
"""Of an answer, beside twice the file, that is looked at: a second's work at worst."""


def read_answer(
    answer: str, region: Region, *, cut: bool, syntax: SyntaxCheck | None = None
) -> tuple[TextEdit, ...] | Unreadable:
    """The edits that the answer means, inside the region only; none where it leaves the code as it is.

    `cut`: the answer ended at its length limit. Where `syntax` has no grammar for the language, a rougher check decides
    whether the code is whole.
    """
    if cut:
        return Unreadable("The answer was cut off at its length limit.")
    if len(answer) > MOST_CHARACTERS + 2 * sum(map(len, region.file.lines)):
        return Unreadable("The answer is far too long.")
    place = place_of(region)
    text = cleansed(answer, "\n".join(place.whole))
    if isinstance(text, Unreadable):
        return text
    new = _new_lines(text, place, region.intent, syntax)
    if isinstance(new, Unreadable):
        return new
    if fault := objection(new, place, syntax):
        return fault
    return edits(region, _inside(new, place))


def _new_lines(text: str, place: Place, intent: Intent, syntax: SyntaxCheck | None) -> Sequence[str] | Unreadable:
    """The whole lines that take the place of the old ones."""
    found = changes(text, fenced_blocks(text, place.language), place)
    if found and intent in {Intent.REWRITE, Intent.FIX}:
        return applied(found, place)
    code = code_of(text, place)
    if isinstance(code, Unreadable):
        return code
    if is_remark(code) and place.language not in PROSE and is_code(place.fragment):
        return Unreadable("The answer is only prose, without code.")
    lines = once(without_numbers(unblanked(code.split("\n")), place.old))
    if runs_in_circles(lines, place.old):
        return Unreadable("The model repeats itself and never comes to an end.")
    if intent is Intent.WHOLE_FILE:
        return _whole(lines, place)
    mine = narrowed(without_extras(lines, place), place)
    if isinstance(mine, Unreadable):
        return mine
    if intent is Intent.DOCUMENT:
        return documented(mine, place, syntax)
    if left_out := placeholder(mine, place.old, place.language):
        return Unreadable(f"The answer leaves code out: {left_out[:120]}")
    return _placed(mine, place, intent)


def _placed(lines: Sequence[str], place: Place, intent: Intent) -> Sequence[str] | Unreadable:
    if declares_else := only_other_functions(lines, place, intent):
        return declares_else
    if place.partial:
        return fragment(lines, place)
    if intent is Intent.COMPLETE:
        return completed(lines, place)
    return other_shape(lines, place) or framed(lines, place)


def _whole(lines: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    if left_out := placeholder(lines, place.old, place.language):
        return Unreadable(f"The answer leaves code out: {left_out[:120]}")
    return whole_file(lines, place)


def _inside(new: Sequence[str], place: Place) -> list[str]:
    """Of whole lines what the region holds of them. White space that lies outside of it stays as it is."""
    lines = list(new)
    if not lines:
        return lines
    lines[0] = lines[0][len(place.head) :] if lines[0].startswith(place.head) else lines[0].lstrip()
    lines[0] = BYTE_ORDER_MARK + lines[0] if place.mark else lines[0]
    if place.tail and lines[-1].endswith(place.tail):
        lines[-1] = lines[-1][: len(lines[-1]) - len(place.tail)]
    return lines
