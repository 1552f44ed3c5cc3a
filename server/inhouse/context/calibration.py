"""How far the estimate is off for one model, learnt from what its answers say of their prompts.

A ratio is tokens counted by the server over tokens estimated. The highest of the last few counts, with a margin: an
estimate has to be on the safe side, and texts differ.
"""

Ratios = tuple[float, ...]
"""The last ones, newest last."""

KEPT = 8
ENOUGH_TOKENS = 256
"""Of an estimate that is worth comparing: below it what a template adds blurs the ratio."""
UNKNOWN = 1.35
"""Before the first answer: code may be estimated 27 % too low (context/estimate)."""
MARGIN = 1.05
LEAST, MOST = 0.5, 3.0
"""A server that reports only what its cache did not have, or an image where none was counted, must not spoil it."""


def learnt(ratios: Ratios, *, counted: int, estimated: int) -> Ratios:
    """With one more comparison."""
    if estimated < ENOUGH_TOKENS or counted <= 0:
        return ratios
    ratio = min(MOST, max(LEAST, counted / estimated))
    return (*ratios, ratio)[-KEPT:]


def safe_factor(ratios: Ratios) -> float:
    """By which an estimate is multiplied to be rather too high than too low."""
    return max(ratios) * MARGIN if ratios else UNKNOWN
