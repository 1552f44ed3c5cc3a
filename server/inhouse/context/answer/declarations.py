"""Lines that declare or import something, in the languages that are edited most."""

import re
from collections.abc import Sequence

_MODIFIERS = (
    r"(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|virtual|override|sealed|"
    r"partial|readonly|inline|extern|unsafe|const|pub(?:\([^)]*\))?|open|suspend|data|synchronized|local)"
)
_DECLARES = re.compile(
    rf"^\s*(?:{_MODIFIERS}\s+)*"
    r"(?P<keyword>def|class|func|fn|function\*?|struct|enum|interface|trait|impl|module|mod|namespace|record|object|type|"
    r"sub|protocol|extension|union|macro_rules!|fun)\b\s*(?:\([^)]*\)\s*|<[^>]*>\s*)?(?P<name>[A-Za-z_$][\w$.]*)?"
)
_BOUND = re.compile(
    r"^\s*(?:export\s+)?(?:const|let|var|val)\s+(?P<name>[\w$]+)\s*(?::[^=]+)?=\s*(?:async\s*)?(?:function\b|\(|\w+\s*=>)"
)
_C_LIKE = re.compile(
    r"^\s*(?!return\b|if\b|for\b|while\b|switch\b|else\b|throw\b|new\b|do\b|case\b|catch\b|await\b|yield\b)"
    rf"(?:{_MODIFIERS}\s+)*(?:[\w:<>,\[\]*&?.~]+\s+[*&]*)?(?P<name>[A-Za-z_$~][\w$:~]*)\s*\((?!\s*[\"'`])[^;]*\)?[^;=]*\{{?\s*$"
)
_TYPED = frozenset(
    {"java", "c", "cpp", "csharp", "typescript", "javascript", "typescriptreact", "javascriptreact", "dart"}
)
_FUNCTIONS = frozenset({"def", "func", "fn", "function", "function*", "fun"})
_CLASSES = frozenset({"class", "struct", "enum", "interface", "trait", "impl", "module", "mod", "namespace", "object"})

LONGEST_LINE = 500
"""What is longer is data, and patterns take long for it."""

_DECORATES = re.compile(r"^\s*(?:@\w|#!?\[|\[[A-Z]\w*)")

_IMPORTS = {
    "python": r"import\s+[\w.]|from\s+[\w.]+\s+import\b",
    "javascript": r"import\s+[\w{*'\"]|(?:const|let|var)\s+[^=]+=\s*require\(|['\"]use strict['\"]",
    "go": r"package\s+\w|import\s+[\"(\w]",
    "rust": r"(?:pub\s+)?use\s+[\w:]|extern\s+crate",
    "java": r"package\s+[\w.]+;|import\s+[\w.*\s]+;",
    "kotlin": r"package\s|import\s",
    "scala": r"package\s|import\s",
    "swift": r"import\s+\w",
    "dart": r"import\s+['\"]",
    "csharp": r"using\s+[\w.=\s]+;",
    "c": r"#\s*include\b|using\s+namespace\b",
    "php": r"<\?php|namespace\s|use\s+\\?\w+\\",
    "ruby": r"require(?:_relative)?\s",
}
_SAME = {
    "cpp": "c",
    "objective-c": "c",
    "typescript": "javascript",
    "typescriptreact": "javascript",
    "javascriptreact": "javascript",
}


def declared(line: str, language: str) -> str | None:
    """The name that a line declares, empty for a declaration without one; None for another line."""
    if len(line) > LONGEST_LINE:
        return None
    if found := _DECLARES.match(line) or _BOUND.match(line):
        return found["name"] or ""
    if language in _TYPED and (found := _C_LIKE.match(line)):
        return found["name"]
    return None


def declares_class(line: str) -> bool:
    """Whether it begins something that holds other declarations."""
    found = _DECLARES.match(line)
    return found is not None and found["keyword"] in _CLASSES


def declared_by_keyword(line: str, *, types: bool) -> str | None:
    """The name of the function, or with `types` also of the type, that a line begins with a keyword for it."""
    found = _DECLARES.match(line) if len(line) <= LONGEST_LINE else None
    wanted = _FUNCTIONS | _CLASSES | {"type"} if types else _FUNCTIONS
    return found["name"] if found is not None and found["keyword"] in wanted else None


def decorates(line: str) -> bool:
    """Whether it is a decorator, an attribute or an annotation of what comes below."""
    return _DECORATES.match(line) is not None


def first_declaration(lines: Sequence[str], language: str) -> str | None:
    """The line of the declaration that a text begins with, behind comments and decorators; None if there is none."""
    for line in lines:
        if not line.strip() or decorates(line) or line.lstrip().startswith(("#", "//", "/*", "*", "--")):
            continue
        return line if declared(line, language) is not None else None
    return None


def imports(line: str, language: str) -> bool:
    """Whether a line imports something, or says where in a package its file is."""
    pattern = _IMPORTS.get(_SAME.get(language, language))
    return pattern is not None and len(line) <= LONGEST_LINE and re.match(r"\s*(?:" + pattern + ")", line) is not None


def leading_imports(lines: Sequence[str], language: str) -> int:
    """How many lines the imports at the start take, with blank ones and comments between them; 0 if there are none."""
    last, depth = 0, 0
    for at, line in enumerate(lines):
        begins = imports(line, language)
        if not begins and depth == 0 and line.strip() and not line.lstrip().startswith(("//", "#", "/*", "*")):
            break
        if begins or depth > 0:
            depth += line.count("(") + line.count("{") - line.count(")") - line.count("}")
            last = at + 1
    return last
