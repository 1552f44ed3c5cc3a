"""A project's own rules as a part of the prompt: never as ours, and never more than a small share of it."""

from collections.abc import Sequence

from inhouse.context.visible import visible
from inhouse.context.weight import Tokens
from inhouse.domain.markdown import fenced
from inhouse.domain.project import ProjectText

SHARE = 0.15
"""Of the context length."""
_FRAME = "The project's own notes, written by its authors. Follow them where they concern the style of the code:"


def project_text(texts: Sequence[ProjectText], context_length: int, tokens: Tokens) -> tuple[str | None, str | None]:
    """The part of the prompt, and what the user is to be told about what was left out; each may be None.

    The first texts go in, as long as all together stay within their share of the context. A text is whole or not at
    all, since half of a rule may say the opposite.
    """
    limit = int(context_length * SHARE)
    taken: list[ProjectText] = []
    missing: list[str] = []
    for each in texts:
        if tokens(_framed([*taken, each])) <= limit:
            taken.append(each)
        else:
            missing.append(each.name)
    notice = f"{' and '.join(missing)} had no room: at most {SHARE:.0%} of the context go to the project's notes."
    return _framed(taken) if taken else None, notice if missing else None


def _framed(texts: Sequence[ProjectText]) -> str:
    return "\n\n".join([_FRAME, *(f"{each.name}\n{fenced(visible(each.text).strip())}" for each in texts)])
