"""A rough look at code where no grammar is at hand: comments, strings, brackets.

Rough is enough, because old and new code are looked at in the same way and only the difference counts.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from inhouse.context.answer.languages import named

_SLASHES = r"//[^\n]*"
_STARRED = r"/\*.*?(?:\*/|\Z)"
_DOUBLE = r'"(?:\\.|[^"\\\n])*"'
_SINGLE = r"'(?:\\.|[^'\\\n])*'"
_CHARACTER = r"'(?:\\[^\n']+|\\'|[^'\\\n])'"
_BACKTICK = r"`(?:\\.|[^`\\])*(?:`|\Z)"
_TRIPLE = r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
_TRIPLE_SINGLE = r"'''(?:\\.|[^\\])*?(?:'''|\Z)"
_WORD_HASH = r"(?<!\S)#[^\n]*"

_C = ((_SLASHES, _STARRED), (_DOUBLE, _CHARACTER))
_SCRIPT = ((_SLASHES, _STARRED), (_DOUBLE, _SINGLE, _BACKTICK))
_TEXT_BLOCKS = ((_SLASHES, _STARRED), (_TRIPLE, _DOUBLE, _CHARACTER))

_RULES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "python": ((r"#[^\n]*",), (_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE)),
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), _SCRIPT),
    **dict.fromkeys(("c", "cpp", "objective-c", "cuda-cpp"), _C),
    **dict.fromkeys(("java", "kotlin", "scala", "swift", "csharp"), _TEXT_BLOCKS),
    "dart": ((_SLASHES, _STARRED), (_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE)),
    "go": ((_SLASHES, _STARRED), (_DOUBLE, _CHARACTER, r"`[^`]*(?:`|\Z)")),
    "rust": ((_SLASHES, _STARRED), (r'\bb?r(?P<hashes>#*)".*?(?:"(?P=hashes)|\Z)', r'"(?:\\.|[^"\\])*"', _CHARACTER)),
    "php": ((_SLASHES, r"#(?!\[)[^\n]*", _STARRED), (_DOUBLE, _SINGLE)),
    **dict.fromkeys(("css", "scss", "less"), ((_STARRED,), (_DOUBLE, _SINGLE))),
    "ruby": ((_WORD_HASH,), (_DOUBLE, _SINGLE)),
    "perl": ((_WORD_HASH,), (_DOUBLE, _SINGLE)),
    "r": ((r"#[^\n]*",), (_DOUBLE, _SINGLE)),
    "elixir": ((r"#[^\n]*",), (_TRIPLE, _DOUBLE)),
    "shellscript": ((_WORD_HASH,), (r'"(?:\\.|[^"\\])*"', r"'[^']*'")),
    "powershell": ((r"<#.*?(?:#>|\Z)", r"#[^\n]*"), (_DOUBLE, _SINGLE)),
    "toml": ((r"#[^\n]*",), (_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE)),
    "yaml": ((_WORD_HASH,), ()),
    "dockerfile": ((_WORD_HASH,), ()),
    "makefile": ((r"#[^\n]*",), ()),
    "sql": ((r"--[^\n]*", _STARRED), (_SINGLE, _DOUBLE)),
    "lua": ((r"--\[\[.*?(?:\]\]|\Z)", r"--[^\n]*"), (_DOUBLE, _SINGLE)),
    "haskell": ((r"\{-.*?(?:-\}|\Z)", r"--[^\n]*"), (_DOUBLE,)),
    "json": ((), (_DOUBLE,)),
    "jsonc": ((_SLASHES, _STARRED), (_DOUBLE,)),
}

_UNBRACKETED = frozenset({"yaml", "dockerfile", "makefile", "shellscript", "haskell"})
"""Where a lone bracket is nothing wrong: `case a) …`, templates in YAML."""

_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is comment, string, word or sign; `line` is where it begins, `last` where it ends."""

    kind: str
    text: str
    line: int
    last: int
    column: int


def known(language: str) -> bool:
    return named(language) in _RULES


def tokens(text: str, language: str) -> Iterator[Token]:
    """All but white space. Without rules for the language, words and signs only."""
    line, start = 0, 0
    for found in _pattern(named(language)).finditer(text):
        kind = str(found.lastgroup)
        body = found[0]
        breaks = body.count("\n")
        if kind != "space":
            yield Token(kind, body, line, line + breaks, found.start() - start)
        if breaks:
            line += breaks
            start = found.start() + body.rindex("\n") + 1


def balance(text: str, language: str) -> Counter[str] | None:
    """How many brackets of each kind are open at the end, below zero where more are closed; None: no telling."""
    if not known(language) or named(language) in _UNBRACKETED:
        return None
    open_: Counter[str] = Counter()
    for token in tokens(text, language):
        if token.kind == "sign" and token.text in "([{":
            open_[token.text] += 1
        elif token.kind == "sign" and token.text in _PAIRS:
            open_[_PAIRS[token.text]] -= 1
    return open_


def code_tokens(text: str, language: str) -> tuple[str, ...]:
    """Without comments and docstrings. In Python the indentation of each statement is a token too: it is code there."""
    found = [token for token in tokens(text, language) if token.kind != "comment"]
    if named(language) != "python":
        return tuple(token.text for token in found)
    code: list[str] = []
    depth, line = 0, -1
    for at, token in enumerate(found):
        begins = token.line > line and depth == 0
        line = token.last
        if begins and token.kind == "string" and (at + 1 == len(found) or found[at + 1].line > line):
            continue
        if begins:
            code.append(f"\n{token.column}")
        code.append(token.text)
        depth += (token.text in "([{") - (token.text in _PAIRS)
    return tuple(code)


def inside_strings(lines: Sequence[str], language: str) -> list[bool]:
    """For each line, whether it begins inside a string, where white space belongs to a value."""
    inside = [False] * len(lines)
    for token in tokens("\n".join(lines), language):
        if token.kind == "string":
            for line in range(token.line + 1, token.last + 1):
                inside[line] = True
    return inside


def is_comment(text: str, language: str) -> bool:
    """Whether there is nothing else."""
    kinds = {token.kind for token in tokens(text, language)}
    return kinds == {"comment"}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    comments, strings = _RULES.get(language, ((), ()))
    # A bracket that is escaped stands in a regular expression.
    parts = [
        *(["(?P<comment>" + "|".join(comments) + ")"] if comments else []),
        *(["(?P<string>" + "|".join(strings) + ")"] if strings else []),
        r"(?P<space>\s+)",
        r"(?P<word>\w+)",
        r"(?P<sign>\\.|.)",
    ]
    return re.compile("|".join(parts), re.DOTALL)
