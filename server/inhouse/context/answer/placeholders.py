"""Lines that stand for code which the answer leaves out. Pasting them in would delete that code."""

import re
from collections.abc import Sequence

from inhouse.context.answer.languages import PROSE

_DOTS = r"(?:\.{3,}|…)"
_LEFT_OUT = (
    r"rest|remaining|remainder|existing|unchanged|same|previous|other|others|omitted|before|original|keep|kept|continues?|"
    r"more|code|here|implementation|methods?|functions?|fields?|imports?|logic|body|restliche\w*|bestehende\w*|"
    r"vorhandene\w*|unverändert\w*|existant\w*|reste|inchangé\w*|existente|resto|其余|其他|省略|不变"
)
_SAID = (
    r"(?:the )?(?:rest|remainder) of (?:the |your |this )?(?:\w+ )?"
    r"(?:code|file|function|class|method|implementation|module|body)\b.*",
    r"(?:the |your |all )?(?:other |previous |original )?existing "
    r"(?:code|methods?|implementation|logic|functions?|imports?|content)\b.*",
    r"(?:the |all )?(?:other |remaining )?"
    r"(?:code|implementation|everything|logic|body|methods?|rest|functions?)(?: else)? "
    r"(?:remains?|stays?|is|are|goes)(?: exactly)? (?:the same|unchanged|as (?:is|before)|here|omitted)\b.*",
    r"(?:no changes?|unchanged)(?: (?:needed|here|below|above|code|from here))?",
    r"(?:same|code|as) (?:as )?(?:before|above|in the original)(?: here)?",
    r"(?:your|add(?: your)?|insert(?: your)?|put(?: your)?|write(?: your)?|implement(?: your)?)(?: \w+){0,3} "
    r"(?:code|logic|implementation)(?: goes)? here",
    r"(?:code|implementation|logic) (?:goes )?here",
    r"(?:code )?(?:omitted|truncated|shortened|snipped)(?: for (?:brevity|clarity))?",
    r"(?:restlicher|bestehender|vorhandener|übriger|unveränderter) code\b.*",
    r"(?:der )?rest (?:des codes )?bleibt (?:unverändert|gleich)",
    r"(?:le )?reste (?:du code )?(?:est |reste )?(?:inchangé|identique)?",
    r"(?:el )?resto del código\b.*",
)
MOST_SAID = 100
"""Characters of such a remark; what is longer explains something."""

_COMMENT = re.compile(
    r"^\s*(?:#+|//+|/\*+|--+|<!--|\{/\*|;+|%+|\*|\(\*|\"|')\s*(?P<said>.*?)\s*(?:\*/\}?|-->|\*\)|)\s*$"
)
_WORDS = re.compile(rf"^\W*(?:{'|'.join(_SAID)})\W*$", re.IGNORECASE)
_WITH_DOTS = re.compile(rf"^\W*{_DOTS}|{_DOTS}\W*$")
_ABOUT = re.compile(rf"\b(?:{_LEFT_OUT})\b|[其省不]", re.IGNORECASE)
_BODY = re.compile(rf"\{{\s*(?:/\*\s*{_DOTS}.*?\*/|//\s*{_DOTS}.*|{_DOTS})\s*\}}")
_BARE = re.compile(rf"^\s*[\[(<{{]?\s*{_DOTS}\s*[\])>}}]?\s*[,;]?\s*$")
_LONGEST = 200
"""Characters of a line that stands for others. Longer ones are code, and would take these patterns long."""
_BRACKETED = re.compile(r"^\s*[\[(<]\W*(?P<said>[^\])>]*?)\W*[\])>]\s*$")


def placeholder(new: Sequence[str], old: Sequence[str], language: str) -> str | None:
    """The first line of the new code that only stands for left-out code; what the old code has itself is none."""
    there = {line.strip() for line in old}
    for at, line in enumerate(new):
        if line.strip() and line.strip() not in there and _stands_for_code(new, at, language):
            return line.strip()
    return None


def _stands_for_code(lines: Sequence[str], at: int, language: str) -> bool:
    line = " ".join(lines[at].split())
    if len(line) > _LONGEST:
        return False
    if _BARE.match(line):
        return language != "python" or not _sole_body(lines, at)
    if _BODY.search(line):
        return True
    said = _BRACKETED.match(line) if language in PROSE else _COMMENT.match(line)
    return said is not None and _says_so(said["said"])


def _says_so(said: str) -> bool:
    if not said or len(said) > MOST_SAID:
        return False
    if _WORDS.match(said) or re.fullmatch(rf"\W*{_DOTS}\W*", said):
        return True
    return bool(_WITH_DOTS.search(said) and _ABOUT.search(said))


def _sole_body(lines: Sequence[str], at: int) -> bool:
    """In Python `...` is a body too, of a protocol's method or an overload."""
    above = next((line for line in reversed(lines[:at]) if line.strip()), "")
    below = next((line for line in lines[at + 1 :] if line.strip()), "")
    depth = len(lines[at]) - len(lines[at].lstrip())
    opened = above.rstrip().endswith((":", '"""', "'''"))
    return opened and (not below or len(below) - len(below.lstrip()) < depth)
