"""Private keys in PEM: the lines between BEGIN and END, also as one string with \\n in it, and in a diff."""

import re
from collections.abc import Iterator

from inhouse.governance.redaction.found import Found

_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = "-----END "
_LONGEST = 20_000
"""Characters of one key; the longest of today (RSA of 16,384 bits) has 13,000."""
_BODY = re.compile(r"[A-Za-z0-9+/=\s\\]{0,20000}+")
"""Of a key whose end is not there, because the text was cut."""
_DATA = re.compile(r"[A-Za-z0-9+/=]{32}")
"""What a real one has somewhere; a text that only speaks of keys has not."""
_EDGE = " \t\r\n+\\\"',"


def private_keys(text: str) -> Iterator[Found]:
    if "PRIVATE KEY" not in text:
        return
    at, end_mark = 0, 0
    while begin := _BEGIN.search(text, at):
        start = begin.end()
        if start > end_mark >= 0:  # each stretch is searched once, however often a key begins in it
            end_mark = text.find(_END, start)
        end = end_mark
        if not 0 <= end - start <= _LONGEST:
            body = _BODY.match(text, start)
            end = body.end() if body else start
        if _DATA.search(text, start, end):
            yield _without_edges(text, start, end)
        at = max(end, start)


def _without_edges(text: str, start: int, end: int) -> Found:
    """So that BEGIN and END keep their own lines. A \\n that is two characters loses both of them or none."""
    body = text[start:end]
    front = re.match(r"(?:\s|\\[nr]|[\"'+,])*", body)
    back = re.search(r"(?:\s|\\[nr]|[\"'+,])*\Z", body)
    return Found(start + (front.end() if front else 0), start + (back.start() if back else len(body)), "private key")
