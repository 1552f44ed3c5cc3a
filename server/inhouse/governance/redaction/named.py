"""Values that their name gives away: assignments, settings, headers, options, connection strings."""

import re
from collections.abc import Callable, Iterator

from inhouse.governance.redaction.found import Found
from inhouse.governance.redaction.plausible import is_code, is_key, is_password

_STEMS = ("passw", "passphrase", "pwd", "secret", "token", "credential", "_auth", "bearer", "basic")
_KEY_KINDS = (
    "api", "access", "private", "auth", "account", "encryption", "signing", "shared", "master", "storage", "license",
    "session", "secret",
)  # fmt: skip
"""What a key must be called to be one: `primary_key` and `public_key` are none."""
_LONGEST_KIND = 11

_NAME = (
    r"(?:(?P<password>passw(?:or)?d|passphrase|pwd)|secret(?:[_-]?(?:access[_-]?)?key)?|token|credential|_auth|key)"
    r"s?(?:[_-]?\d{1,3})?(?:_(?:prod|production|dev|test|staging|live|old|new|value|text|plain|raw|b64|base64))?"
)
_CLOSED = r"\\{0,3}[\"'`]?[\])]?[ \t]{0,8}"
"""What may stand between the end of a name and its operator: `"token" :`, `env["token"] =`."""
_TYPED = r":[ \t]{0,4}[\w.\[\]|<>&*? ]{1,40}=[ \t]{0,8}"
_OPERATOR = r"(?:[=:,(!>?]{1,3}[ \t]{0,8}|value[ \t]?=[ \t]?)"

_QUOTED = re.compile(
    rf"{_NAME}{_CLOSED}(?:{_OPERATOR}|{_TYPED}|(?<=[ \t]))[a-z@]{{0,2}}\\{{0,3}}(?P<quote>[\"'`])"
    rf"(?P<secret>[^\s\"'`]{{6,1000}}?)(?:\\{{0,3}}(?P=quote)|$)",
    re.MULTILINE | re.ASCII,
)
_BARE = re.compile(
    rf"{_NAME}(?:{_CLOSED}(?:=[ \t]?|:[ \t]{{0,8}}|:=[ \t]?)|>|(?P<blank>[ \t]{{1,4}}))"
    r"(?P<secret>[^\s\"'`,;&<>(){}\[\]|\\]{6,300}+)(?=[\s\"'`,;&<)}\]|\\]|$)",
    re.ASCII,
)
_SCHEME = re.compile(r"(?:bearer|basic)[ \t]{1,4}(?P<secret>[\w.~+/=-]{16,4000})", re.ASCII)
_BEFORE = 130
"""Characters that are looked at for what may stand before a name whose value follows after a blank."""


def named(text: str, lower: str) -> Iterator[Found]:
    """`lower` is the text in lower case, in which names are looked for."""
    for at in _names(lower):
        match = _QUOTED.match(lower, at)
        if match is not None:
            if not _is_argument(lower, match) and _judge(match)(_secret(text, match)):
                yield _found(match, _rule(match))
            continue
        match = _BARE.match(lower, at)
        if match is not None and (match["blank"] is None or _is_option(lower, at)):
            if _judge(match)(_secret(text, match)) and not is_code(_secret(text, match)):
                yield _found(match, _rule(match))
            continue
        match = _SCHEME.match(lower, at)
        if match is not None and is_key(_secret(text, match)):
            yield _found(match, "authorization header")


def is_named_secret(name: str, value: str) -> bool:
    """Whether a value of a JSON object is a secret by its name."""
    lower = name.lower()
    matches = (re.fullmatch(_NAME, lower[at:]) for at in _names(lower))
    match = next((match for match in matches if match is not None), None)
    if match is None or any(char.isspace() for char in value):
        return False
    return _judge(match)(value)


def _names(lower: str) -> Iterator[int]:
    """Where a name of a secret begins, or its last word."""
    for stem in _STEMS:
        yield from _places(lower, stem)
    for at in _places(lower, "key"):
        if lower[max(0, at - _LONGEST_KIND) : at].rstrip("_-").endswith(_KEY_KINDS):
            yield at


def _places(lower: str, word: str) -> Iterator[int]:
    at = lower.find(word)
    while at >= 0:
        yield at
        at = lower.find(word, at + len(word))


def _judge(match: re.Match[str]) -> Callable[[str], bool]:
    return is_password if match["password"] else is_key


def _rule(match: re.Match[str]) -> str:
    return "named password" if match["password"] else "named secret"


def _is_argument(lower: str, match: re.Match[str]) -> bool:
    """The first of several, as in `set_password("service", user)`; or code behind a text's last quotation mark."""
    called = "(" in lower[match.start() : match.start("secret")]
    ended = lower[match.end() - 1] == match["quote"]
    return (called and lower[match.end() : match.end() + 1] == ",") or (not ended and "(" in match["secret"])


def _is_option(lower: str, at: int) -> bool:
    """A program's option (`--db-password x`), or the word after the login in a .netrc."""
    words = lower[max(0, at - _BEFORE) : at + 1].split()  # the last one is the name, as far as it has begun
    return words[-1].startswith("-") or words[-3:-2] == ["login"]


def _secret(text: str, match: re.Match[str]) -> str:
    return text[match.start("secret") : match.end("secret")]


def _found(match: re.Match[str], rule: str) -> Found:
    return Found(match.start("secret"), match.end("secret"), rule)
