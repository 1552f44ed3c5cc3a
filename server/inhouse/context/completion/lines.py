"""What one line of code shows of its place among others, in any language and without a grammar."""

import re

_OPENING = ("{", "(", "[", ":", "=>", "->", "|", "\\")
_OPENING_WORD = re.compile(r"\b(then|do|else|begin|try|loop|repeat|of|where)$")
_OPENING_FIRST = {
    "ruby": re.compile(r"\s*(?:def|class|module|if|unless|while|until|case)\b"),
    "julia": re.compile(r"\s*(?:function|struct|mutable|module|macro|if|for|while|let|quote)\b"),
    "lua": re.compile(r"\s*(?:local\s+)?function\b"),
}
"""Where a line's first word opens a block that only `end` closes."""
_CLOSING = re.compile(r"\s*(?:[)\]}]|</|(?:end|fi|done|esac|endif|endfunction|endfor|endwhile|until|loop)\b)")
_HASH = ("#",)
_SLASHES = ("//", "/*", "*")
_DASHES = ("--",)
_SEMICOLON = (";",)
_MARKERS = {
    **dict.fromkeys(
        ("python", "ruby", "perl", "shellscript", "sh", "bash", "yaml", "toml", "makefile", "dockerfile", "r", "julia"),
        _HASH,
    ),
    **dict.fromkeys(("elixir", "terraform", "cmake", "powershell", "nix", "ini", "properties"), _HASH),
    **dict.fromkeys(("lua", "sql", "haskell", "ada", "vhdl", "elm"), _DASHES),
    **dict.fromkeys(("lisp", "clojure", "scheme", "elisp", "emacs-lisp"), _SEMICOLON),
    **dict.fromkeys(("markdown", "plaintext", "text", "json", "html", "xml", "latex", "restructuredtext", "css"), ()),
}
"""How a line begins that is only a comment, by LSP's language ids; two slashes where nothing else is known."""


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
    markers = _MARKERS.get(language, _SLASHES)
    return bool(markers) and line.lstrip().startswith(markers)
