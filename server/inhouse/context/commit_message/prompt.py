"""What a model is asked for a commit's message: the changes, and how this project writes its messages."""

from collections.abc import Sequence

from inhouse.context.prompts import message
from inhouse.domain.conversation import Message
from inhouse.domain.markdown import fenced

SYSTEM = (
    "You write the message of a git commit. Its first line is the subject: in the imperative, at most 72 characters, "
    "what the commit does. Only where the reason is not plain from that, a blank line and a few short lines that say "
    "why. Say nothing that the changes do not show. Answer with the message alone: no Markdown, no quotation marks, no "
    "introduction."
)
_STYLE = "Subjects of the last commits of this project, for their style only:"
_TASK = "Write the message of the commit that makes these changes."
_MOST_SUBJECT = 100
"""Characters of a subject that is shown; longer ones are no model to follow."""


def messages(
    shown: str, *, cut: Sequence[str], hidden: int, subjects: Sequence[str], project: str | None
) -> tuple[Message, ...]:
    """`shown` is the diff, `cut` the names of files that it does not show as a whole, `hidden` how many it must not
    show at all."""
    changes = f"The changes:\n{fenced(shown)}" if shown else None
    return message.messages(SYSTEM, project, _style(subjects), _about(cut, hidden), changes, _TASK)


def _style(subjects: Sequence[str]) -> str | None:
    if not subjects:
        return None
    return "\n".join([_STYLE, *(f"- {subject[:_MOST_SUBJECT]}" for subject in subjects)])


def _about(cut: Sequence[str], hidden: int) -> str | None:
    told = [f"Shown in part or not at all: {', '.join(cut)}." if cut else "", _hidden(hidden)]
    return " ".join(filter(None, told)) or None


def _hidden(count: int) -> str:
    if not count:
        return ""
    return f"The commit changes {count} {'file' if count == 1 else 'files'} that must not be shown."
