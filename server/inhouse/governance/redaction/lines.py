"""The lines of a file without its secrets, as many as before: for a prompt that shows them by number, or only some of
them, where a secret of several lines would not be seen as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO

from inhouse.governance.redaction.redactor import Redactor, counted, replaced


@dataclass(frozen=True, slots=True)
class RedactedLines:
    """`counts`: how many secrets were replaced, by rule."""

    lines: Sequence[str]
    counts: Mapping[str, int] = field(default_factory=dict[str, int])


def redact_lines(redactor: Redactor, lines: Sequence[str]) -> RedactedLines:
    if not redactor.active:
        return RedactedLines(lines)
    from inhouse.governance.redaction.find import find  # its patterns are compiled with the first text

    text = "".join(lines)
    found = find(text)
    if not found:
        return RedactedLines(lines)

    def instead(secret: str) -> str:
        return redactor.placeholders.name(secret) + "".join(char for char in secret if char in "\r\n")

    kept = list(StringIO(replaced(text, found, instead), newline=""))
    missing = len(lines) - len(kept)  # the last line, where it is empty
    return RedactedLines([*kept, *[""] * missing], counted(found))
