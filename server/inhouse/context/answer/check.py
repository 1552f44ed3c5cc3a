"""Whether a file that an answer has changed is still well-formed: no worse than it was."""

import io
import json
import re
import tokenize
import tomllib
from collections.abc import Callable, Sequence
from itertools import pairwise

from inhouse.context.answer.foreign import foreign
from inhouse.context.answer.languages import PROSE
from inhouse.context.answer.lexing import balance, tokens
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import SyntaxCheck, Unreadable

_SPACES = re.compile(r"(?<=\S)[ \t\f]{2,}")
"""Behind a sign that is no Python the tokenizer takes quadratic time for them."""

_BROKEN = Unreadable("With the answer, the file could no longer be parsed.")
_UNBALANCED = Unreadable("With the answer, the file could no longer be parsed: brackets or quotes are not balanced.")


def objection(new: Sequence[str], place: Place, syntax: SyntaxCheck | None) -> Unreadable | None:
    """`new` are the whole lines that take the place of the old ones."""
    if place.language in PROSE:
        return None
    before = "\n".join((*place.whole, ""))
    after = "\n".join((*place.before, *new, *place.after, ""))
    if other := foreign("\n".join(new), "\n".join(place.old), place.language):
        return Unreadable(f"The answer seems to be {other}, not {place.language}.")
    # Before a grammar is asked: tree-sitter's for Python takes an empty block and odd indentation.
    if not _parsed(after, place.language) and _parsed(before, place.language):
        return _BROKEN
    faults = syntax.errors(after, place.language) if syntax is not None else None
    if syntax is not None and faults is not None:
        return _BROKEN if faults and faults > (syntax.errors(before, place.language) or 0) else None
    if _open("\n".join(new), place.language) == _open("\n".join(place.old), place.language) == 0:
        return None
    return _UNBALANCED if _open(after, place.language) > _open(before, place.language) else None


def _open(text: str, language: str) -> int:
    """How many brackets and strings are left open, or closed without having been open."""
    counted = balance(text, language)
    if counted is None:
        return 0
    quotes = sum(token.kind == "string" and _unclosed(token.text) for token in tokens(text, language))
    return sum(abs(count) for count in counted.values()) + quotes


def _unclosed(text: str) -> bool:
    quote = text.lstrip("rRbBuUfF#")[:3]
    quote = quote if quote in {'"""', "'''"} else quote[:1]
    body = text[text.index(quote) + len(quote) :] if quote else ""
    return quote in {'"""', "'''", "`"} and not body.endswith(quote)


def _parsed(text: str, language: str) -> bool:
    """Whether the standard library takes it; true for a language that it does not know."""
    match language:
        case "json":
            return _takes(json.loads, text)
        case "toml":
            return _takes(tomllib.loads, text)
        case "python":
            return _blocks_are_right(text)
        case _:
            return True


def _takes(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, RecursionError):
        return False
    return True


def _blocks_are_right(text: str) -> bool:
    """Whether Python's indentation is: a block behind each colon that ends a line, and nowhere else.

    By the tokenizer, for the parser can be crashed by its input.
    """
    try:
        found = [
            token
            for token in tokenize.generate_tokens(io.StringIO(_SPACES.sub(" ", text)).readline)
            if token.type not in {tokenize.COMMENT, tokenize.NL}
        ]
    except (tokenize.TokenError, SyntaxError):
        return False
    opens = False
    for one, other in pairwise(found):
        if one.type == tokenize.NEWLINE and (other.type == tokenize.INDENT) is not opens:
            return False
        opens = other.type == tokenize.OP and other.string == ":" if other.type != tokenize.NEWLINE else opens
    return True
