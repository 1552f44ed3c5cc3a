"""Where two versions of a text are the same before they are compared, which takes longer."""

from collections.abc import Sequence


def unchanged_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many lines are the same at the beginning and, of the others, at the end."""
    shortest = min(len(old), len(new))
    head = next((at for at in range(shortest) if old[at] != new[at]), shortest)
    tail = next((at for at in range(shortest - head) if old[-1 - at] != new[-1 - at]), shortest - head)
    return head, tail
