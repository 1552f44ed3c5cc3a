"""What of a file a model is shown: so many tokens before the cursor and behind it.

The beginning moves in steps of several lines, not with every line that is typed: a server that keeps what it has read
(prefix caching) then reads only what is new.
"""

from dataclasses import dataclass, replace

from inhouse.context.completion.place import Place
from inhouse.context.estimate import estimate_tokens

STEPS = (64, 16, 4)
"""Lines: the largest that costs at most a quarter of what fits."""

SPARED = 4
"""A quarter of the context is left free: what is counted here is an estimate."""


@dataclass(frozen=True, slots=True)
class Budget:
    """In tokens."""

    prefix: int
    suffix: int
    line: int
    """Of the answer, where one line is wanted."""
    block: int
    """Of the answer, where several lines may be."""
    snippets: int = 0
    """Of what is shown from elsewhere."""

    def alone(self) -> "Budget":
        """For a model that is shown the text around the cursor only."""
        return replace(self, snippets=0)

    def within(self, context_length: int) -> "Budget":
        """The same, scaled down to what a model takes at once: a quarter for the answer, the rest for the prompt."""
        room = context_length - context_length // SPARED
        block = max(1, min(self.block, room // 4))
        left = room - block
        share = min(1.0, left / (self.prefix + self.suffix + self.snippets))
        prefix, suffix, snippets = (int(tokens * share) for tokens in (self.prefix, self.suffix, self.snippets))
        return Budget(prefix, suffix, min(self.line, block), block, snippets)


ON_CPU = Budget(prefix=512, suffix=96, line=32, block=64)
"""The embedded model reads some 270 tokens a second and writes some 90 on two cores: about two seconds for the first
answer in a file, well under one for the next. It has no time for anything else."""
ON_SERVER = Budget(prefix=1536, suffix=512, line=64, block=160, snippets=512)


def shown(place: Place, budget: Budget) -> tuple[str, str]:
    """The end of what stands before the cursor, and the beginning of what stands behind it."""
    return _end(place, budget.prefix), _beginning(place.after, budget.suffix)


def _end(place: Place, room: int) -> str:
    lines = place.before.split("\n")
    first = _first_that_fits(lines, room)
    if first == len(lines):
        return _last_characters(lines[-1], room)
    if first or place.first_line:
        step = next((step for step in STEPS if 4 * step <= len(lines) - first), 1)
        first += -(first + place.first_line) % step
    return "\n".join(lines[first:])


def _first_that_fits(lines: list[str], room: int) -> int:
    first = len(lines)
    while first and (room := room - estimate_tokens(lines[first - 1] + "\n")) >= 0:
        first -= 1
    return first


def _beginning(text: str, room: int) -> str:
    lines = text.split("\n")
    kept: list[str] = []
    for line in lines:
        room -= estimate_tokens(line + "\n")
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept) if kept else _first_characters(lines[0], room + estimate_tokens(lines[0] + "\n"))


def _last_characters(line: str, room: int) -> str:
    """A line without end, as minified code has them: two characters a token are safe."""
    return line[-2 * room :]


def _first_characters(line: str, room: int) -> str:
    return line[: 2 * room]
