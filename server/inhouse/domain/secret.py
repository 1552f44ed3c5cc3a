"""A value that cannot be printed."""

import re
from typing import NoReturn

_KEY = re.compile(r"[\x21-\x7e]+")
_LONG = 16
"""Characters from which on a key is random enough to be taken out in any case of its letters."""
_TELLING = 8
"""Characters of a base64 form below which it would match what has nothing to do with the key."""


def is_key(text: str) -> bool:
    """Whether it can go into a header as it is: printable ASCII without blanks."""
    return bool(_KEY.fullmatch(text))


class Secret:
    """Holds a credential; `reveal` is called where the header is made, and where another program must have it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def taken_out_of(self, text: str) -> str:
        """`text` with the value blanked out: as it is, and as a URL, JSON, HTML, hex digits or base64 spell it."""
        if not self._value or not text:
            return text
        forms = sorted(_spellings(self._value), key=len, reverse=True)
        flags = re.IGNORECASE if len(self._value) >= _LONG else 0
        return re.sub("|".join(map(re.escape, forms)), "***", text, flags=flags)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")


def _spellings(value: str) -> set[str]:
    from html import escape
    from json import dumps
    from urllib.parse import quote

    quoted = dumps(value)[1:-1]
    percent = quote(value, safe="")
    forms = {value, quoted, quoted.replace("/", "\\/"), percent, quote(value), escape(value)}
    forms |= {re.sub("%..", lambda found: found[0].lower(), form) for form in (percent, quote(value))}
    if len(value) >= _TELLING:
        forms |= {value.encode().hex(), value.encode().hex().upper()}
    for offset in range(3):
        forms |= _in_base64(value.encode(), offset)
    return forms


def _in_base64(value: bytes, offset: int) -> set[str]:
    """Those characters that depend on the value alone where it begins `offset` bytes after a group of three."""
    from base64 import b64encode

    whole = b64encode(bytes(offset) + value).decode()
    core = whole[-(-offset * 8 // 6) : (offset + len(value)) * 8 // 6]
    return {core, core.translate(str.maketrans("+/", "-_"))} if len(core) >= _TELLING else set()
