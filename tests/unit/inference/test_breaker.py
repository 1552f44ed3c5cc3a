"""A backend that keeps people waiting in vain is left in peace, for longer each time, and forgiven at once."""

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.breaker import COUNTED, FIRST_REST, LONGEST_REST, SLOW, Breaker

LATE = InhouseError(kind=ErrorKind.TIMEOUT, message="Too late.")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(times: int = 2, clock: Clock | None = None) -> Breaker:
    breaker = Breaker(clock or Clock())
    for _ in range(times):
        breaker.failed(LATE, SLOW)
    return breaker


@pytest.mark.parametrize("kind", ErrorKind)
def test_only_what_says_something_of_the_backend_counts(kind: ErrorKind) -> None:
    breaker = Breaker()
    failure = InhouseError(kind=kind, message="No.")
    for _ in range(2):
        assert breaker.open is None, "once is no habit"
        breaker.failed(failure, SLOW)
    assert breaker.open is (failure if kind in COUNTED else None)


def test_failures_that_cost_no_time_count_for_nothing() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.failed(LATE, SLOW - 0.01)
    assert breaker.open is None


def test_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.failed(LATE, SLOW)
        breaker.succeeded()
    assert breaker.open is None


def test_success_closes_it_at_once() -> None:
    breaker = opened()
    breaker.succeeded()
    assert breaker.open is None


@pytest.mark.parametrize(
    ("times", "rest"), [(2, FIRST_REST), (3, 2 * FIRST_REST), (4, 4 * FIRST_REST), (40, LONGEST_REST)]
)
def test_rest_is_over_after_a_while_that_grows(times: int, rest: float) -> None:
    """Each of these failures came after the rest before it."""
    clock = Clock()
    breaker = opened(clock=clock)
    for _ in range(times - 2):
        clock.now += LONGEST_REST
        breaker.failed(LATE, SLOW)
    clock.now += rest - 0.01
    assert breaker.open is LATE
    clock.now += 0.01
    assert breaker.open is None


def test_one_failure_after_the_rest_is_enough_for_the_next() -> None:
    clock = Clock()
    breaker = opened(clock=clock)
    clock.now += FIRST_REST
    breaker.failed(LATE, SLOW)
    assert breaker.open is LATE


def test_a_server_that_is_down_for_weeks_breaks_nothing() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(2000):
        breaker.failed(LATE, SLOW)
        clock.now += LONGEST_REST + 1
    breaker.failed(LATE, SLOW)
    clock.now += LONGEST_REST - 1
    assert breaker.open is LATE


def test_what_was_under_way_together_counts_as_one_failure_more() -> None:
    clock = Clock()
    breaker = opened(20, clock)
    clock.now += FIRST_REST + 1
    assert breaker.open is None


def test_a_server_that_says_when_to_come_back_is_left_alone_until_then() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    busy = InhouseError(kind=ErrorKind.OVERLOADED, message="Busy.", status=429, retry_after=30)
    breaker.failed(busy, 0.01)
    clock.now += 29
    assert breaker.open is busy
    clock.now += 2
    assert breaker.open is None
