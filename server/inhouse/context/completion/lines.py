"""What one line of code shows of its place among others, in any language and without a grammar."""

import re

from inhouse.context.syntax.languages import Comments, comments

_OPENING = ("{", "(", "[", ":", "=>", "->", "|", "\\")
_OPENING_WORD = re.compile(r"\b(then|do|else|begin|try|loop|repeat|of|where)$")
_OPENING_FIRST = {
    "ruby": re.compile(r"\s*(?:def|class|module|if|unless|while|until|case)\b"),
    "julia": re.compile(r"\s*(?:function|struct|mutable|module|macro|if|for|while|let|quote)\b"),
    "lua": re.compile(r"\s*(?:local\s+)?function\b"),
}
"""Where a line's first word opens a block that only `end` closes."""
_CLOSING = re.compile(r"\s*(?:[)\]}]|</|(?:end|fi|done|esac|endif|endfunction|endfor|endwhile|until|loop)\b)")
_NO_COMMENTS = frozenset(
    {"markdown", "plaintext", "text", "json", "html", "xml", "latex", "restructuredtext", "css"},
)
"""Where a line is never taken for one."""
_USUAL = Comments("//", ("/*", "*/"))
"""Where nothing else is known."""


def indent(line: str) -> int:
    """Columns of white space before the text; a tab goes to the next multiple of four."""
    column = 0
    for char in line:
        if char == "\t":
            column += 4 - column % 4
        elif char == " ":
            column += 1
        else:
            break
    return column


def leading(line: str) -> str:
    """The white space itself."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def says_something(line: str) -> bool:
    """Has letters or digits beyond a word that only closes a block: not `}`, not `end`."""
    return any(map(str.isalnum, line)) and not (_CLOSING.match(line) and len(line.split()) == 1)


def opens_block(line: str, language: str) -> bool:
    text = line.rstrip()
    first = _OPENING_FIRST.get(language)
    return text.endswith(_OPENING) or bool(_OPENING_WORD.search(text)) or bool(first and first.match(text))


def closes_block(line: str) -> bool:
    return bool(_CLOSING.match(line))


def is_comment(line: str, language: str) -> bool:
    """Whether a line is a comment from its beginning on."""
    if language in _NO_COMMENTS:
        return False
    known = comments(language) or _USUAL
    begins = (known.line, "/*", "*") if known.block == _USUAL.block else known.line
    return line.lstrip().startswith(begins)
