"""The way from an answer to edits: cleanse, take the code out, bring it into place, check it, compare."""

from inhouse.context.answer.cleansing import cleansed
from inhouse.context.answer.fences import fenced
from inhouse.context.answer.hunks import edits
from inhouse.context.answer.indentation import indented
from inhouse.context.answer.place import Place, place_of
from inhouse.context.answer.prose import declines, without_prose
from inhouse.context.answer.region import Region, SyntaxCheck, Unreadable
from inhouse.domain.code import TextEdit


def read_answer(
    answer: str, region: Region, *, cut: bool, syntax: SyntaxCheck | None = None
) -> tuple[TextEdit, ...] | Unreadable:
    """The edits that the answer means, inside the region only; none where it leaves the code as it is.

    `cut`: the answer ended at its length limit. `syntax` may be missing; a rougher check then does.
    """
    if cut:
        return Unreadable("The answer was cut off at its length limit.")
    place = place_of(region)
    text = cleansed(answer, "\n".join(place.whole))
    if isinstance(text, Unreadable):
        return text
    code = _code(text, place)
    if isinstance(code, Unreadable):
        return code
    del syntax
    new = _framed(code.split("\n"), place)
    return edits(region, new)


def _code(text: str, place: Place) -> str | Unreadable:
    if not text.strip():
        return Unreadable("The answer is empty.")
    blocks = fenced(text, place.language)
    if blocks:
        return blocks[0].text
    if declines(text):
        return Unreadable("The model declined.")
    code = without_prose(text, place.language)
    return code if code.strip() else Unreadable("The answer is only prose.")


def _framed(lines: list[str], place: Place) -> list[str]:
    """With the region's own blank lines around it."""
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    new = indented(lines, place, [False] * len(lines))
    above = next((at for at, line in enumerate(place.old) if line.strip()), 0)
    below = next((at for at, line in enumerate(reversed(place.old)) if line.strip()), 0)
    new = [*place.old[:above], *new, *(place.old[len(place.old) - below :] if below else ())]
    new[0] = new[0][len(place.head) :] if new[0].startswith(place.head) else new[0].lstrip()
    return new
