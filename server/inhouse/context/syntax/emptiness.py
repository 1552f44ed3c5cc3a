"""Whether a body does nothing yet, so that it can be completed."""

import re

from inhouse.context.syntax.languages import canonical
from inhouse.context.syntax.marks import without_comments

LONGEST = 3000
"""Characters; a body that is longer does something."""
_MOST_LINES = 6
"""Of code, so that the whole look is taken at short bodies only."""
_DOCSTRING = re.compile(r"""\A\s*[rRuUbB]*(?:"{3}.*?"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')""", re.DOTALL)
_NOTHING = re.compile(
    r"""(?:
      | pass | \.\.\. | : | return
      | raise\s+NotImplementedError.*
      | (?:todo|unimplemented)!\s*[(\[{].*[)\]}]
      | TODO\(.*\)
      | (?:panic!?|fatalError|abort|die)\s*\(.*(?:implement|todo).*\)
      | (?:throw|raise)\s.*(?:not.?implemented|unsupportedoperation|implement\sme|todo).*
    )[\s;]*""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_TRIVIAL = re.compile(
    r"""return\s+(?:None|null|nil|undefined|true|false|0|-1|''|""|\{\}|\[\]|\(\))\s*;?""", re.IGNORECASE
)
_TODO = re.compile(r"\b(?:TODO|FIXME)\b|not implemented", re.IGNORECASE)


def is_empty(body: str, language: str) -> bool:
    """`body` without its braces. Comments and a docstring do nothing; a plain answer under a TODO does nothing yet."""
    if len(body) > LONGEST:
        return False
    code = _DOCSTRING.sub("", body, count=1) if canonical(language) == "python" else body
    if sum(map(_may_be_code, code.splitlines())) > _MOST_LINES:
        return False
    code = without_comments(code, language).strip()
    if _NOTHING.fullmatch(code):
        return True
    return bool(_TRIVIAL.fullmatch(code) and _TODO.search(body))


def _may_be_code(line: str) -> bool:
    text = line.lstrip()
    return bool(text) and not text.startswith(("#", "//", "/*", "*", "--"))
