"""The lines around a place that are shown, as they grow in both directions."""

from dataclasses import dataclass

from inhouse.context.syntax.blocks import Lines

_GRID = 8
"""The first line is one of every eighth, so that the text begins at the same line while the place moves a little."""


@dataclass(frozen=True, slots=True)
class Window:
    """`above` and `below` count lines beyond the place's own."""

    place: Lines
    above: int = 0
    below: int = 0

    @property
    def lines(self) -> Lines:
        return self.place[0] - self.above, self.place[1] + self.below

    def grown(self, steps: int, limits: Lines) -> "Window":
        """Two lines upwards for one downwards with each step, since code says more about what follows it. `limits` are
        the first and the last line to reach; what is shown already stays."""
        first, last = limits
        most_above, most_below = max(0, self.place[0] - first), max(0, last - self.place[1])
        above = min(2 * steps, most_above)
        if above < most_above:
            above = max(0, above - (above - self.place[0]) % _GRID)
        return Window(self.place, max(self.above, above), max(self.below, min(steps, most_below)))

    def whole(self, lines: int) -> "Window":
        """All lines of a file that has so many."""
        return Window(self.place, self.place[0], lines - 1 - self.place[1])
