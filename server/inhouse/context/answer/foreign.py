"""Whether code is in another language than its file, by lines that only few languages have."""

import re

from inhouse.context.answer.languages import named, related

_SIGNS = {
    "python": (
        r"^[ \t]*(?:async )?def \w+\(.*\).*:\s*(?:#.*)?$",
        r"^[ \t]*(?:elif .+|else|try|finally|except\b.*):[ \t]*$",
        r"^[ \t]*(?:if|for|while|with|class) [^{}\n]+:[ \t]*$",
        r"^[ \t]*from [\w.]+ import ",
        r"\bself\.\w+",
        r"^[ \t]*raise \w+",
    ),
    "javascript": (
        r"^[ \t]*(?:export )?(?:const|let) [\w{\[][^=]*=",
        r"\bfunction\*? ?\w*\s*\(",
        r"=>\s*[{(\w]",
        r"===|!==",
        r"\bconsole\.\w+\(",
        r"\brequire\(['\"]",
    ),
    "go": (
        r"^[ \t]*func (?:\(\w+ \*?\w+\) )?\w*\(",
        r"^[ \t]*[\w, ]+ := ",
        r"^package \w+[ \t]*$",
        r"\bif err != nil\b",
    ),
    "rust": (
        r"\bfn \w+\s*[(<]",
        r"\blet mut \w",
        r"^[ \t]*(?:pub )?(?:impl|use|mod) \w",
        r"\b\w+!\(",
        r"-> (?:Result|Option|Self)",
    ),
    "java": (
        r"^[ \t]*(?:public|private|protected) (?:static |final )*[\w<>\[\]]+ \w+\s*[(;=]",
        r"\bSystem\.out\.print",
        r"^[ \t]*@Override\b",
        r"^import java[.x]",
        r"\bthrows \w+",
    ),
    "c": (
        r"^[ \t]*#\s*include\b",
        r"\bprintf\(",
        r"\bint main\(",
        r"\bstd::\w+",
        r"\w+->\w+",
        r"^[ \t]*#\s*(?:define|ifdef|ifndef)\b",
    ),
    "ruby": (r"^[ \t]*def \w+[^:{\n]*$", r"^[ \t]*end[ \t]*$", r"\bdo \|\w+", r"^[ \t]*(?:puts|require) "),
    "shellscript": (
        r"^#!/bin/(?:ba|z)?sh",
        r"^[ \t]*(?:fi|done|esac)[ \t]*$",
        r"^[ \t]*(?:sudo |apt |npm |pip )\S",
        r"\$\{?\w+\}?",
    ),
    "php": (r"<\?php", r"\$\w+\s*=", r"\$this->"),
    "sql": (r"(?i)^[ \t]*select\b.+", r"(?i)^[ \t]*(?:from|where|insert into|create table)\b"),
}
_COMPILED = {language: [re.compile(sign, re.MULTILINE) for sign in signs] for language, signs in _SIGNS.items()}
_STANDS_FOR = {"cpp": "c", "typescript": "javascript", "typescriptreact": "javascript", "javascriptreact": "javascript"}
_ALIKE = ({"java", "javascript", "c", "rust", "php", "go"},)
"""They share signs, so that one alone tells nothing between them."""

ENOUGH = 2

MOST_LINES, LONGEST_LINE = 400, 300
"""What is looked at: signs are in short lines, and patterns take long in long ones."""


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
    lines = [line for line in text.split("\n") if len(line) <= LONGEST_LINE][:MOST_LINES]
    return sum(1 for sign in _COMPILED[language] if sign.search("\n".join(lines)))
