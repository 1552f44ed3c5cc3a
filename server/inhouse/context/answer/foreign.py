"""Whether code is in another language than its file, by lines that only few languages have."""

import re

from inhouse.context.answer.languages import named, related

_SIGNS = {
    "python": (
        r"^\s*(?:async )?def \w+\(.*\).*:\s*(?:#.*)?$",
        r"^\s*(?:elif .+|else|try|finally|except\b.*):\s*$",
        r"^\s*(?:if|for|while|with|class) [^{}]+:\s*$",
        r"^\s*from [\w.]+ import ",
        r"\bself\.\w+",
        r"^\s*raise \w+",
    ),
    "javascript": (
        r"^\s*(?:export )?(?:const|let) [\w{\[][^=]*=",
        r"\bfunction\*? ?\w*\s*\(",
        r"=>\s*[{(\w]",
        r"===|!==",
        r"\bconsole\.\w+\(",
        r"\brequire\(['\"]",
    ),
    "go": (r"^\s*func (?:\(\w+ \*?\w+\) )?\w*\(", r"^\s*[\w, ]+ := ", r"^package \w+\s*$", r"\bif err != nil\b"),
    "rust": (
        r"\bfn \w+\s*[(<]",
        r"\blet mut \w",
        r"^\s*(?:pub )?(?:impl|use|mod) \w",
        r"\b\w+!\(",
        r"-> (?:Result|Option|Self)",
    ),
    "java": (
        r"^\s*(?:public|private|protected) (?:static |final )*[\w<>\[\]]+ \w+\s*[(;=]",
        r"\bSystem\.out\.print",
        r"^\s*@Override\b",
        r"^import java[.x]",
        r"\bthrows \w+",
    ),
    "c": (
        r"^\s*#\s*include\b",
        r"\bprintf\(",
        r"\bint main\(",
        r"\bstd::\w+",
        r"\w+->\w+",
        r"^\s*#\s*(?:define|ifdef|ifndef)\b",
    ),
    "ruby": (r"^\s*def \w+[^:{]*$", r"^\s*end\s*$", r"\bdo \|\w+", r"^\s*(?:puts|require) "),
    "shellscript": (
        r"^#!/bin/(?:ba|z)?sh",
        r"^\s*(?:fi|done|esac)\s*$",
        r"^\s*(?:sudo |apt |npm |pip )\S",
        r"\$\{?\w+\}?",
    ),
    "php": (r"<\?php", r"\$\w+\s*=", r"\$this->"),
    "sql": (r"(?i)^\s*select\b.+", r"(?i)^\s*(?:from|where|insert into|create table)\b"),
}
_COMPILED = {language: [re.compile(sign, re.MULTILINE) for sign in signs] for language, signs in _SIGNS.items()}
_STANDS_FOR = {"cpp": "c", "typescript": "javascript", "typescriptreact": "javascript", "javascriptreact": "javascript"}
_ALIKE = ({"java", "javascript", "c", "rust", "php", "go"},)
"""They share signs, so that one alone tells nothing between them."""

ENOUGH = 2


def foreign(text: str, old: str, language: str) -> str | None:
    """The language that the text is in, if it has nothing of its file's language and much of another one."""
    own = _STANDS_FOR.get(named(language), named(language))
    if own not in _COMPILED or _count(own, text):
        return None
    for other in _COMPILED:
        wanted = ENOUGH + any(own in group and other in group for group in _ALIKE)
        if other != own and not related(own, other) and _count(other, text) >= wanted > _count(other, old):
            return other
    return None


def _count(language: str, text: str) -> int:
    """How many of its signs the text has."""
    return sum(1 for sign in _COMPILED[language] if sign.search(text))
