"""How much a model is shown, by how long it takes to begin: a suggestion that comes late is no help."""

from dataclasses import replace

from inhouse.context.completion.window import Budget

SLOW = 1.5
QUICK = 0.4
"""Seconds to the first piece of an answer."""

MOST_HALVINGS = 3
QUICK_ANSWERS = 20
"""So many in a row, and it is shown more again."""


class Pace:
    """Of one model."""

    def __init__(self) -> None:
        self._halvings = 0
        self._quick = 0

    def suited(self, budget: Budget) -> Budget:
        if self._halvings == 0:
            return budget
        share = 2**self._halvings
        return replace(budget.alone(), prefix=budget.prefix // share, suffix=budget.suffix // share)

    def waited(self, seconds: float) -> None:
        """For the first piece, or in vain until something else was wanted."""
        if seconds > SLOW:
            self.overflowed()
        elif seconds < QUICK:
            self._quick += 1
        if self._quick >= QUICK_ANSWERS:
            self._quick = 0
            self._halvings = max(0, self._halvings - 1)

    def overflowed(self) -> bool:
        """It was too much; False if nothing less will be tried."""
        self._quick = 0
        if self._halvings == MOST_HALVINGS:
            return False
        self._halvings += 1
        return True
