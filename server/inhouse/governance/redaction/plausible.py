"""Whether a value that stands where a secret would stand looks like one, or like a word, a name or a template."""

import math
import re
from collections import Counter

_TEMPLATE = re.compile(
    r"\\[wdsbWDSB]|\[\^|\(\?"  # a regular expression
    r"|^\$|\$[{(]|\{\{|\}\}|\{\w*\}|%[(sd%]|%\w+%|<[\w -]+>|^[<\[{(].*[>\])}]$"  # something to be filled in
    r"|\*{3}|\.{3}|x{4}|X{4}|_{4}|-{4}"  # something left out
)
_STANDS_FOR_ONE = re.compile(
    r"(?:your|my|some|the)[_-]|example|change[_-]?me|placeholder|replace|redacted|dummy|sample|insert|undefined"
    r"|fixme|todo|inhouse_secret_|process\.env|os\.environ|getenv|secrets?\.|vault:|keyring:|env:|ref:",
    re.IGNORECASE,
)
_PLAIN_ONE = re.compile(
    r"(?:pass(?:word|wd|w|phrase)?|pwd|secrets?|tokens?|test(?:ing)?|foo|bar|baz|key|user)\W?\d{0,4}", re.IGNORECASE
)
_PATH = re.compile(r"(?:[A-Za-z]:)?(?:[/\\]|\.{1,2}/|~/)[\w./\\ -]*|[\w.-]+(?:/[\w.-]+)+\.\w{1,5}|\w+://.*")
_REFERENCE = re.compile(r"&?[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+")
_TYPE = re.compile(
    r"(?:u?int|[iuf]|float|bytes|string|utf|bool|sha|hash|h|base|vec|uint|simd|char)_?\d+\w{0,8}", re.IGNORECASE
)
_CLASS = re.compile(r"[A-Z][A-Za-z]*\d{1,3}[A-Za-z]*")
_PIECES = re.compile(r"[\W_]+")
_WORD_PIECE = re.compile(r"[A-Za-z]*\d{0,3}|\d{1,4}")
_NAME_PIECE = re.compile(r"[A-Za-z]+\d{0,4}")
_SYMBOLS = re.compile(r"[!#$%^*&~?+=]")


def entropy(text: str) -> float:
    """Bits a character, by the characters' frequency in the text itself."""
    length = len(text)
    return -sum(count / length * math.log2(count / length) for count in Counter(text).values())


def is_password(value: str) -> bool:
    """In quotes behind a name such as `password`: even a short one counts, if it is no plain word."""
    return len(value) >= 6 and not _is_harmless(value) and _is_mixed(value) and entropy(value) >= 2.25


def is_key(value: str) -> bool:
    """In quotes behind a name such as `token` or `api_key`: these are long, and names are often spelt like them."""
    if len(value) < 8 or _is_harmless(value) or _NAME_PIECE.fullmatch(value):
        return False
    return _is_mixed(value) and entropy(value) >= 2.75


def is_code(value: str) -> bool:
    """Of a value without quotation marks: in code that is an expression or a type, in a settings file a value."""
    return not any(char.isdigit() for char in value) or bool(_REFERENCE.fullmatch(value) or _CLASS.fullmatch(value))


def _is_harmless(value: str) -> bool:
    if any(pattern.search(value) for pattern in (_TEMPLATE, _STANDS_FOR_ONE)):
        return True
    if any(pattern.fullmatch(value) for pattern in (_PLAIN_ONE, _PATH, _TYPE)):
        return True
    pieces = [piece for piece in _PIECES.split(value) if piece]
    return len(pieces) > 1 and all(_WORD_PIECE.fullmatch(piece) for piece in pieces) and not _SYMBOLS.search(value)


def _is_mixed(value: str) -> bool:
    """Letters, and digits or symbols within: no plain word has both."""
    if not any(char.isalpha() for char in value):
        return False
    return any(char.isdigit() for char in value) or bool(_SYMBOLS.search(value[1:-1]))
