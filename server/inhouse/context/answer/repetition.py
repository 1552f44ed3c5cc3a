"""Answers that say everything twice, or never stop saying it."""

from collections.abc import Sequence

LONGEST_PERIOD = 40
"""Lines that a model repeats when it runs in circles."""
MOST_REPEATS = 6


def once(lines: Sequence[str]) -> Sequence[str]:
    """Half of what consists of two equal halves, which are more than a line each."""
    filled = [line for line in lines if line.strip()]
    half, odd = divmod(len(filled), 2)
    if odd or half < 2 or filled[:half] != filled[half:]:
        return lines
    count = 0
    for at, line in enumerate(lines):
        count += bool(line.strip())
        if count == half:
            return lines[: at + 1]
    return lines


def runs_in_circles(lines: Sequence[str], old: Sequence[str]) -> bool:
    """Whether most of the answer is the same few lines over and over, which the old code is not."""
    return _circling(lines) and not _circling(old)


def _circling(lines: Sequence[str]) -> bool:
    filled = [line.strip() for line in lines if line.strip()]
    for period in range(1, min(LONGEST_PERIOD, len(filled) // MOST_REPEATS) + 1):
        run = 0
        for at in range(len(filled) - 1 - period, -1, -1):
            if filled[at] != filled[at + period]:
                break
            run += 1
        if run >= period * (MOST_REPEATS - 1) and run * 2 >= len(filled):
            return True
    return False
