"""Which of an answer's pieces of code is the one that was asked for."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from inhouse.context.answer.declarations import declared, first_declaration
from inhouse.context.answer.fences import Fenced, fenced_blocks, outside
from inhouse.context.answer.languages import KNOWN, PROSE, named, related
from inhouse.context.answer.place import Place
from inhouse.context.answer.prose import declines, without_prose
from inhouse.context.answer.region import Unreadable

_BESIDE = frozenset({"shellscript", "plaintext", "json", "diff"})
"""What is shown beside code: commands to run, output."""

_TAGGED = re.compile(
    r"<(?P<tag>code|answer|output|result|replacement|response|pre)>\n?(?P<text>.*?)\n?</(?P=tag)>", re.DOTALL
)
_SPAN = re.compile(r"`(?P<code>[^`\n]+)`")

MOST_COMPARED = 300
"""Lines of two texts; comparing takes quadratic time."""

ALIKE = 0.3
"""A new version has so much in common with the old code."""
CLEARLY = 0.25
"""By so much one block has to be more like the old code than all others."""


def code_of(text: str, place: Place) -> str | Unreadable:
    """The code of an answer that is no diff."""
    if not text.strip():
        return Unreadable("The answer is empty.")
    text = _untagged(text, place)
    blocks = fenced_blocks(text, place.language)
    if not blocks or (place.language in PROSE and _is_the_text(text, blocks, place)):
        return _bare(text, place)
    meant = [block for block in blocks if block.text.strip()]
    if not meant:
        said = outside(text, blocks)
        return Unreadable("The model declined: it sent no code." if declines(said) else "The answer has no code.")
    if len(meant) == 1 and named(meant[0].info) == "markdown" and place.language not in PROSE:
        return code_of(meant[0].text, place)
    return _one(meant, place)


def _untagged(text: str, place: Place) -> str:
    """Without a pair of tags around all of it."""
    found = _TAGGED.fullmatch(text.strip())
    return found["text"] if found is not None and f"<{found['tag']}" not in place.fragment else text


def _is_the_text(text: str, blocks: Sequence[Fenced], place: Place) -> bool:
    """Whether blocks in a prose answer belong to the prose that was asked for, and are not its wrapping."""
    info = blocks[0].info
    if named(info) == "markdown":
        return False
    if info and not related(info, place.language):
        return True
    old = _words("\n".join(place.old))
    around = _words(outside(text, tuple(blocks)))
    return any(line.startswith(("```", "~~~")) for line in old) and any(line in old for line in around)


def _bare(text: str, place: Place) -> str | Unreadable:
    if declines(text) and not declines("\n".join(place.old)):
        return Unreadable("The model declined: " + _sentence(text))
    span = _SPAN.fullmatch(text.strip())
    if span is not None and not place.fragment.lstrip().startswith("`"):
        return span["code"]
    code = without_prose(text, place.language)
    return code if code.strip() else Unreadable("The answer is only prose, without code.")


def _sentence(text: str) -> str:
    line = next(line.strip() for line in text.split("\n") if line.strip())
    return line if len(line) <= 160 else line[:159] + "…"


def _one(blocks: Sequence[Fenced], place: Place) -> str | Unreadable:
    own = [block for block in blocks if not block.info or related(block.info, place.language)]
    if not own:
        beside = [block for block in blocks if named(block.info) not in _BESIDE or named(block.info) not in KNOWN]
        own = [block for block in (beside or blocks) if _plausible(block, place)]
    if not own:
        return Unreadable(f"The answer is {blocks[0].info}, not {place.language}.")
    labelled = [block for block in own if block.info]
    texts = list(dict.fromkeys(block.text.strip("\n") for block in (labelled or own)))
    old = _words("\n".join(place.old))
    changed = [text for text in texts if _words(text) != old]
    if len(changed) < len(texts):
        # The old code was quoted first, or is the answer, with something beside it.
        changed = [text for text in changed if likeness(text, place) >= ALIKE]
        if not changed:
            return "\n".join(place.old)
    return changed[0] if len(changed) == 1 else _likest(changed, place)


def _plausible(block: Fenced, place: Place) -> bool:
    """Models name the wrong language now and then; what is much like the old code is in its language."""
    if named(block.info) not in KNOWN or place.language in PROSE:
        return True
    return likeness(block.text, place) >= 0.5


def _likest(texts: Sequence[str], place: Place) -> str | Unreadable:
    """The one with the declaration that the region has, or the one that is clearly most like it."""
    line = first_declaration(place.old, place.language)
    name = declared(line, place.language) if line is not None else None
    same = [text for text in texts if name and name in _declared(text, place.language)]
    if len(same) == 1:
        return same[0]
    ranked = sorted(same or texts, key=lambda text: -likeness(text, place))
    if likeness(ranked[0], place) - likeness(ranked[1], place) >= CLEARLY:
        return ranked[0]
    return Unreadable("The answer has several pieces of code, and it cannot be told which one is meant.")


def _declared(text: str, language: str) -> set[str | None]:
    return {declared(line, language) for line in text.split("\n")}


def likeness(text: str, place: Place) -> float:
    """Between 0 and 1: how much of the lines both have in common."""
    one, other = (_words(each)[:MOST_COMPARED] for each in (text, "\n".join(place.old)))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]
