"""Lines that begin a function, a class or something that holds them, as far as their look tells."""

import re
from dataclasses import dataclass
from functools import cache

from inhouse.context.syntax.blocks import Kind
from inhouse.context.syntax.languages import canonical

LONGEST = 300
"""Characters of a line that are looked at. Generated lines may have millions."""


@dataclass(frozen=True, slots=True)
class Found:
    """`end` is the character behind the name. `arrow`: it is what is meant only if `=>` follows before the body."""

    kind: Kind
    name: str
    end: int
    arrow: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    pattern: re.Pattern[str]
    arrow: bool


def _words(words: str) -> str:
    return "|".join(words.split())


_NAME = r"(?P<name>[A-Za-z_$][\w$]*)"
_STATEMENTS = _words(
    "assert await case catch checked delete do elif else fixed for foreach function if lock match new return sizeof"
    " super switch synchronized throw typeof using while with yield"
)
_C_TYPES = _words("auto bool char double float int long short unsigned void")
_MODIFIER_WORDS = _words(
    "abstract actual annotation async case companion const convenience data declare default enum expect export extern"
    " external fileprivate final implicit indirect infix inline inner internal lateinit lazy mutating non-sealed"
    " nonmutating open operator override partial private protected public readonly ref required sealed static strictfp"
    " suspend tailrec unsafe virtual"
)
_MODIFIERS = rf"(?:(?:{_MODIFIER_WORDS})\s+)*"
_VISIBLE = r"(?:pub(?:\([^)]*\))?\s+)?"
_FUNCTION_WORDS = rf"{_VISIBLE}(?:(?:default|const|async|unsafe|extern(?:\s+\"\w+\")?)\s+)*"
_EXPORTED = r"\s*(?:export\s+)?(?:default\s+)?(?:const|let|var)\s+"

_C_LIKE = (
    rf"\s*+(?!(?:{_STATEMENTS})\b)(?:[\w:<>,\[\]&*~.?@$\s]*[\s&*:>\]])?(?P<name>(?!(?:{_C_TYPES})\b)~?[A-Za-z_$][\w$]*|operator\S+)"
    r"(?:<[^()<>]*>)?\s*\("
)
"""A type, a name, parameters; a constructor has no type."""
_METHOD = (
    r"\s*+(?:(?:public|private|protected|static|abstract|override|readonly|async|get|set)\s++)*\*?\s*+"
    rf"(?!(?:{_STATEMENTS})\b)(?P<name>#?[A-Za-z_$][\w$]*)\s*(?:<[^()]*>)?\("
)


def _type(words: str) -> tuple[Kind, str]:
    return "class", rf"\s*{_MODIFIERS}(?:{_words(words)})\s+{_NAME}"


_SCRIPT: tuple[tuple[Kind, str], ...] = (
    ("function", rf"\s*{_MODIFIERS}function\b\s*\*?\s*{_NAME}"),
    _type("class interface enum"),
    ("other", rf"\s*{_MODIFIERS}(?:namespace|module)\s+(?P<name>[\w.$]+)"),
    ("function", _METHOD),
    ("function", rf"{_EXPORTED}{_NAME}\s*=\s*(?:async\s+)?function\b"),
)
_ARROW = rf"{_EXPORTED}{_NAME}\s*(?::[^=]+)?=\s*(?:async\s*)?(?=\(|<|[A-Za-z_$][\w$]*\s*=>)"

_PATTERNS: dict[str, tuple[tuple[Kind, str], ...]] = {
    "python": (
        ("function", r"\s*(?:async\s+)?def\s+(?P<name>\w+)"),
        ("class", r"\s*class\s+(?P<name>\w+)"),
    ),
    "ruby": (
        ("function", r"\s*(?:\w+\s+)?def\s+(?:self\.)?(?P<name>\w+[?!=]?|[^\s\w(]+)"),
        ("class", r"\s*class\s+(?P<name>[A-Z][\w:]*)"),
        ("other", r"\s*module\s+(?P<name>[A-Z][\w:]*)"),
    ),
    "lua": (("function", r"\s*(?:local\s+)?function\s+(?P<name>[\w.:]+)"),),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "go": (
        ("function", r"func\s+(?:\([^)]*\)\s*)?(?P<name>\w+)"),
        ("class", r"\s*type\s+(?P<name>\w+)(?:\[[^\]]*\])?\s+(?:struct|interface)\b"),
    ),
    "rust": (
        ("function", rf"\s*{_FUNCTION_WORDS}fn\s+(?P<name>\w+)"),
        ("class", rf"\s*{_VISIBLE}(?:unsafe\s+)?(?:struct|enum|trait|union)\s+(?P<name>\w+)"),
        ("class", r"\s*(?:unsafe\s+)?impl\b(?:<.*?>)?\s*(?:.*\bfor\s+)?(?P<name>\w+)"),
        ("other", rf"\s*{_VISIBLE}mod\s+(?P<name>\w+)"),
    ),
    "java": (_type("class interface enum record @interface"), ("function", _C_LIKE)),
    "csharp": (
        _type("class interface enum struct record"),
        ("other", r"\s*namespace\s+(?P<name>[\w.]+)"),
        ("function", _C_LIKE),
    ),
    "c": (
        ("class", r"\s*(?:typedef\s+)?(?:struct|enum|union)\s+(?P<name>\w+)\s*(?=\{|$)"),
        ("function", rf"(?=\S){_C_LIKE}"),
    ),
    "cpp": (
        ("class", r"\s*(?:typedef\s+)?(?:class|struct|enum(?:\s+class)?|union)\s+(?P<name>\w+)(?=[^;()]*(?:\{|$))"),
        ("other", r"\s*(?:inline\s+)?namespace\s+(?P<name>[\w:]+)"),
        ("function", _C_LIKE),
    ),
    "php": (
        ("function", rf"\s*{_MODIFIERS}function\s+&?(?P<name>\w+)"),
        _type("class interface trait enum"),
        ("other", r"\s*namespace\s+(?P<name>[\w\\]+)\s*(?=\{)"),
    ),
    "bash": (("function", r"\s*(?:function\s+(?P<name>[\w:.-]+)|(?P<other>[\w:.-]+)\s*\(\s*\))"),),
    "kotlin": (
        _type("class interface object"),
        ("function", rf"\s*{_MODIFIERS}fun\s+(?:<[^>]*>\s*)?(?:[\w.<>?]+\.)?(?P<name>\w+)"),
    ),
    "swift": (
        _type("class struct enum protocol extension actor"),
        ("function", rf"\s*{_MODIFIERS}(?:func\s+(?P<name>\w+)|(?P<other>init)\b)"),
    ),
    "scala": (_type("class object trait"), ("function", rf"\s*{_MODIFIERS}def\s+(?P<name>\w+)")),
    "dart": (_type("class mixin extension enum"), ("function", _C_LIKE)),
}


def begins(line: str, language: str) -> Found | None:
    """What the line begins, if it looks like a header."""
    line = line[:LONGEST]
    if line.endswith(";") and "{" not in line:  # a statement or a declaration, as most lines with a call are
        return None
    for rule in _rules(canonical(language)):
        found = rule.pattern.match(line)
        if found:
            name = next(group for group in found.groups() if group is not None)
            return Found(rule.kind, name, found.end(), rule.arrow)
    return None


@cache
def _rules(language: str) -> tuple[_Rule, ...]:
    rules = [_Rule(kind, re.compile(pattern), arrow=False) for kind, pattern in _PATTERNS.get(language, ())]
    if language in ("javascript", "typescript", "tsx"):
        rules.append(_Rule("function", re.compile(_ARROW), arrow=True))
    return tuple(rules)
