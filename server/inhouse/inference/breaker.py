"""A circuit breaker: a backend that keeps people waiting for nothing is left in peace for a while."""

import time
from collections.abc import Callable
from http import HTTPStatus

from inhouse.domain.errors import ErrorKind, InhouseError

FAILURES = 2
SLOW = 2.0
"""Seconds: a failure that comes sooner costs nobody anything, and trying again finds out at once that it is over."""

FIRST_REST = 15.0
LONGEST_REST = 300.0
"""Seconds; each further failure doubles the rest."""
_MOST_DOUBLED = 10

COUNTED = frozenset({ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.OVERLOADED, ErrorKind.SERVER_ERROR})


class Breaker:
    """The requests of one backend, as they ended. `now` is the clock, in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._until = 0.0
        self._last: InhouseError | None = None

    def failed(self, failure: InhouseError, seconds: float) -> None:
        """After so many seconds of waiting. A server that says when to come back is left alone until then."""
        if failure.status == HTTPStatus.TOO_MANY_REQUESTS and failure.retry_after is not None:
            self._rest(min(LONGEST_REST, failure.retry_after), failure)
            return
        if failure.kind not in COUNTED or seconds < SLOW or self.open is not None:
            return  # during a rest come the ends of what was under way when it began: one outage, not many
        self._failures += 1
        if self._failures >= FAILURES:
            rest = min(LONGEST_REST, FIRST_REST * 2 ** min(self._failures - FAILURES, _MOST_DOUBLED))
            self._rest(rest, failure)

    def _rest(self, seconds: float, failure: InhouseError) -> None:
        self._until, self._last = self._now() + seconds, failure

    def succeeded(self) -> None:
        self._failures, self._last = 0, None

    @property
    def open(self) -> InhouseError | None:
        """The failure for which requests go elsewhere at the moment, where they can; None when it may be tried."""
        return self._last if self._now() < self._until else None
