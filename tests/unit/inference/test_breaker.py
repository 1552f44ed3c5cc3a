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
    clock = Clock()
    breaker = opened(times, clock)
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
