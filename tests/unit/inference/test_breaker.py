"""A backend that keeps people waiting for nothing rests, longer each time, and never for ever."""

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference import breaker
from inhouse.inference.breaker import FIRST_REST, LONGEST_REST, Breaker

GONE = InhouseError(kind=ErrorKind.UNREACHABLE, message="gone.", hint="")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def test_a_server_that_is_down_for_weeks_breaks_nothing(clock: Clock) -> None:
    rests = Breaker()
    for _ in range(2000):
        rests.failed(GONE, 5.0)
        clock.now += LONGEST_REST + 1
    rests.failed(GONE, 5.0)
    clock.now += LONGEST_REST - 1
    assert rests.open is GONE


def test_what_was_under_way_together_counts_as_one_failure_more(clock: Clock) -> None:
    rests = Breaker()
    for _ in range(20):
        rests.failed(GONE, 5.0)
    clock.now += FIRST_REST + 1
    assert rests.open is None
