"""What is suggested."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` goes in at the cursor; its line end is LF. `replaced` characters behind the cursor, in the same line,
    give way to it: what the editor had closed by itself, and the text closes too."""

    text: str
    replaced: int = 0
