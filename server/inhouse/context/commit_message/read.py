"""A model's answer read as a commit's message: without what is around it, in the form that git's tools expect."""

import re
import textwrap

from inhouse.context.answer.cleansing import cleansed
from inhouse.context.answer.fences import fenced_blocks, outside
from inhouse.context.answer.prose import declines
from inhouse.context.answer.region import Unreadable

SUBJECT = 72
"""Characters of a subject at most, and of a body's line (git's own SubmittingPatches)."""

_LEAD = re.compile(
    r"\A(?:(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|below is|this is|based on|the (?:following )?commit"
    r"|i(?:'ve| have| would| suggest)\b|a (?:good|suitable|possible))[^\n]*:[ \t]*\n+"
    r"|(?:sure|certainly|of course)[!.,][ \t]*\n+)",
    re.IGNORECASE,
)
_BOLD = r"(?:\*\*|__)?"
_LABEL = re.compile(
    rf"\A{_BOLD}(?:commit message|message|subject|title){_BOLD}[ \t]*:[ \t]*{_BOLD}[ \t]*\n*", re.IGNORECASE
)
_CHATTER = re.compile(
    r"^(?:this (?:commit )?message|let me know|i hope|feel free|please (?:let|note)|note that this message"
    r"|explanation|hope this)\b",
    re.IGNORECASE,
)
"""How a paragraph begins that speaks of the message."""
_TRAILER = re.compile(r"^(?:signed-off-by|co-authored-by|reviewed-by|acked-by|tested-by|change-id)\s*:", re.IGNORECASE)
"""Only people can say these."""
_BULLET = re.compile(r"[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+")
_WRAPPED = re.compile(
    r"(?P<mark>\*\*|__|[\"'`*_])(?P<text>.+)(?P=mark)|\u201c(?P<curly>.+)\u201d|\u2018(?P<single>.+)\u2019"
    r"|#+[ \t]+(?P<head>.+)|[-*\u2022][ \t]+(?P<item>.+)"
)
"""A subject in quotation marks, in bold type, as a heading or as a list's item."""


def read_message(answer: str, *, cut: bool) -> str | Unreadable:
    """The message, ending with its last word. `cut`: the answer ended before its end."""
    clean = cleansed(answer, "")
    if isinstance(clean, Unreadable):
        return clean
    text = _without_frame(clean)
    if declines(text):
        return Unreadable("The model declined to write a message.")
    paragraphs = [paragraph for paragraph in re.split(r"\n[ \t]*\n", text) if paragraph.strip()]
    if cut and "\n" not in text.strip():
        return Unreadable("The answer was cut off within the subject.")
    if cut:  # the last line may be half a sentence
        paragraphs[-1] = paragraphs[-1].rpartition("\n")[0]
    subject, body = _subject(paragraphs)
    if not subject:
        return Unreadable("The answer has no message.")
    lines = _body(body)
    return "\n".join([subject, "", *lines]) if lines else subject


def _without_frame(text: str) -> str:
    """Without a fence, an introduction, or a label."""
    text = _LEAD.sub("", text.strip())
    blocks = fenced_blocks(text, "")
    before = "\n".join(text.split("\n")[: blocks[0].first]).strip() if blocks else ""
    if blocks and (not before or before.endswith(":")):  # else it is a part of the message
        text = next((block.text for block in blocks if block.text.strip()), outside(text, blocks))
    return _LABEL.sub("", _LEAD.sub("", text)).strip()


def _subject(paragraphs: list[str]) -> tuple[str, list[str]]:
    """The first line, at most SUBJECT long, and what is left for the body."""
    if not paragraphs:
        return "", []
    first, _, rest = paragraphs[0].strip().partition("\n")
    body = [rest] if rest.strip() else []
    words = " ".join(_bare(first).split()).removesuffix(".")
    if len(words) > SUBJECT:
        words, more = _broken(words)
        body.insert(0, more)
    return words, body + paragraphs[1:]


def _bare(subject: str) -> str:
    """Without what stands around it."""
    subject = _LABEL.sub("", subject.strip())
    while found := _WRAPPED.fullmatch(subject):
        mark, *texts = found.groups()
        inner = next(text for text in texts if text)
        if mark and mark in inner:  # "a" and "b"
            break
        subject = _LABEL.sub("", inner.strip())
    return subject


def _broken(subject: str) -> tuple[str, str]:
    """Where a word ends, as git hosts show a long subject."""
    head = subject[: SUBJECT - 1]
    head = head.rpartition(" ")[0] if " " in head.strip() and subject[SUBJECT - 1] != " " else head
    return f"{head.rstrip()}…", f"…{subject[len(head) :].strip()}"


def _body(paragraphs: list[str]) -> list[str]:
    lines: list[str] = []
    for paragraph in paragraphs:
        if _CHATTER.match(paragraph.strip()):
            break
        wrapped = [part for line in paragraph.splitlines() for part in _wrapped(line)]
        if wrapped:
            lines += ["", *wrapped] if lines else wrapped
    return lines


def _wrapped(line: str) -> list[str]:
    """Broken between words; a list's item is indented under its text. A line that git would take for a comment is none
    any more."""
    line = re.sub(r"\A\s*#+\s*", "", line).rstrip().replace("**", "")
    if not line.strip() or _TRAILER.match(line.strip()):
        return []
    bullet = _BULLET.match(line)
    indent = " " * len(bullet[0]) if bullet else line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line, SUBJECT, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
