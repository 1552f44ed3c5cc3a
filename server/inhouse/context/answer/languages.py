"""Names of languages: what models write behind a fence, in the words of LSP's language ids."""

_ALIASES = {
    "python": "py python3 python2 py3 pycon pyi",
    "javascript": "js node mjs cjs",
    "javascriptreact": "jsx",
    "typescript": "ts mts cts",
    "typescriptreact": "tsx",
    "go": "golang",
    "rust": "rs",
    "cpp": "c++ cc cxx hpp",
    "csharp": "cs c#",
    "shellscript": "sh bash zsh shell console ksh fish",
    "yaml": "yml",
    "markdown": "md mdx",
    "ruby": "rb",
    "kotlin": "kt kts",
    "plaintext": "text txt plain output log",
    "dockerfile": "docker",
    "makefile": "make mk",
    "jsonc": "json5",
    "objective-c": "objc",
    "diff": "patch udiff",
}
_IDS = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}

_FAMILIES = (
    {"javascript", "javascriptreact", "typescript", "typescriptreact"},
    {"c", "cpp", "objective-c", "cuda-cpp"},
    {"json", "jsonc"},
    {"css", "scss", "less"},
    {"html", "xml", "vue", "svelte"},
    {"yaml", "dockercompose"},
)

KNOWN = frozenset(
    {
        *_ALIASES,
        *(each for family in _FAMILIES for each in family),
        "java",
        "php",
        "sql",
        "toml",
        "lua",
        "swift",
        "perl",
    }
    | {"scala", "r", "haskell", "elixir", "dart", "powershell"}
)

PROSE = frozenset(
    {"markdown", "plaintext", "restructuredtext", "latex", "asciidoc", "git-commit", "org", "typst", "rst"}
)
"""Languages whose text is prose, so that prose in an answer may be what was asked for."""


def named(word: str) -> str:
    """The language id that a word stands for, itself where nothing is known of it."""
    return _IDS.get(word, word)


def related(one: str, other: str) -> bool:
    """Whether a block that says `one` may be meant for a file of `other`."""
    one, other = named(one), named(other)
    return one == other or any(one in family and other in family for family in _FAMILIES)
