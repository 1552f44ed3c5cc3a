"""The table at the end: each figure beside its goal of the performance reference."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """`met` is None for a figure that only informs."""

    number: str
    figure: str
    value: str
    goal: str = ""
    met: bool | None = None


def at_most(number: str, figure: str, value: float, goal: float, unit: str = "x") -> Goal:
    return Goal(number, figure, f"{value:.2f} {unit}", f"<= {goal:g} {unit}", value <= goal)


def at_least(number: str, figure: str, value: float, goal: float, unit: str = "x") -> Goal:
    return Goal(number, figure, f"{value:.2f} {unit}", f">= {goal:g} {unit}", value >= goal)


def show(goals: Iterable[Goal]) -> None:
    words = {None: "", True: "met", False: "MISSED"}
    rows = [(goal.number, goal.figure, goal.value, goal.goal, words[goal.met]) for goal in goals]
    print_table([("goal", "figure", "value", "wanted", ""), *rows])


def print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Columns side by side, each as wide as it has to be."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def percentile(values: Sequence[float], percent: int) -> float:
    """By nearest rank, so that a p99 of few values is the worst of them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)
