"""Whether a request is worth another try at the same backend, and after which pause."""

import random

from inhouse.domain.errors import ErrorKind, InhouseError

TRIES = 3
FIRST_PAUSE = 0.3
LONGEST_PAUSE = 5.0
"""Seconds: who has to wait longer is told so, or goes to another backend."""

_PASSING = frozenset({502, 503})


def pause(failure: InhouseError, tries: int) -> float | None:
    """Seconds before the next try after `tries` that failed, the last with `failure`; None for no further one.

    Only what can pass is tried again, and only where the backend cannot have begun on the request: no connection,
    429 with Retry-After, 502 and 503. A model that is loading takes longer than this; whoever asks waits for it.
    """
    if tries >= TRIES or failure.kind is ErrorKind.LOADING:
        return None
    told_when = failure.status == 429 and failure.retry_after is not None
    if not (told_when or failure.unsent or failure.status in _PASSING):
        return None
    jitter = random.uniform(0.5, 1)  # noqa: S311 - keeps those who failed together apart
    wait = FIRST_PAUSE * 3 ** (tries - 1) * jitter
    if failure.retry_after is not None:
        wait += failure.retry_after
    return wait if wait <= LONGEST_PAUSE else None
