"""Languages by the names that editors have for them, and how comments are written in each."""

from dataclasses import dataclass
from typing import Literal

Layout = Literal["braces", "indent", "end"]


@dataclass(frozen=True, slots=True)
class Comments:
    """`line`: what begins a comment up to the end of its line. `doc`: what begins the lines of a documentation comment
    above a declaration, which may be none. `doc_block`: what begins one that ends with `*/`."""

    line: str
    block: tuple[str, str] | None = None
    doc: tuple[str, ...] = ()
    doc_block: str | None = None


_BLOCK = ("/*", "*/")
_JAVADOC = Comments("//", _BLOCK, (), "/**")
_SLASHES = Comments("//", _BLOCK, ("///",), "/**")
_ANY_SLASHES = Comments("//", _BLOCK, ("//",), "/*")
_HASH = Comments("#", None, ("#",))

_COMMENTS: dict[str, Comments] = {
    "python": Comments("#"),
    "javascript": _JAVADOC,
    "typescript": _JAVADOC,
    "tsx": _JAVADOC,
    "java": _JAVADOC,
    "kotlin": _JAVADOC,
    "scala": _JAVADOC,
    "php": _JAVADOC,
    "rust": _SLASHES,
    "csharp": _SLASHES,
    "swift": _SLASHES,
    "dart": _SLASHES,
    "go": _ANY_SLASHES,
    "c": _ANY_SLASHES,
    "cpp": _ANY_SLASHES,
    "ruby": _HASH,
    "bash": _HASH,
    "lua": Comments("--", ("--[[", "]]"), ("--",)),
}
_LINE_ONLY = {
    "#": (
        "cmake",
        "dockerfile",
        "elixir",
        "ini",
        "julia",
        "makefile",
        "nix",
        "perl",
        "powershell",
        "properties",
        "python-requirements",
        "r",
        "terraform",
        "toml",
        "yaml",
    ),
    "//": ("fsharp", "groovy", "jsonc", "proto3", "proto", "zig"),
    "--": ("ada", "elm", "haskell", "sql", "vhdl"),
    "%": ("erlang", "latex", "matlab", "tex"),
    ";": ("clojure", "commonlisp", "elisp", "emacs-lisp", "lisp", "scheme"),
    '"': ("vim",),
}
_ALIASES = {
    "c++": "cpp",
    "cuda-cpp": "cpp",
    "cs": "csharp",
    "c_sharp": "csharp",
    "golang": "go",
    "javascript.jsx": "javascript",
    "javascriptreact": "javascript",
    "js": "javascript",
    "jsx": "javascript",
    "objective-c": "c",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "shellscript": "bash",
    "ts": "typescript",
    "typescript.tsx": "tsx",
    "typescriptreact": "tsx",
    "zsh": "bash",
}


def canonical(language: str) -> str:
    """One name for a language, whatever an editor calls it (`shellscript` in VS Code is `sh` in Neovim)."""
    name = language.lower()
    return _ALIASES.get(name, name)


def comments(language: str) -> Comments | None:
    """None where the language is not known here, or has no comments."""
    name = canonical(language)
    known = _COMMENTS.get(name)
    if known is not None:
        return known
    return next((Comments(mark) for mark, names in _LINE_ONLY.items() if name in names), None)


def layout(language: str) -> Layout | None:
    """How a block ends: by its closing brace, by indentation, or by the word `end`; None where we know no blocks."""
    match canonical(language):
        case "python":
            return "indent"
        case "ruby" | "lua":
            return "end"
        case name:
            return "braces" if name in _COMMENTS else None
