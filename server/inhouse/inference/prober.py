"""Asks one server what it is and has: politely, remembering what it answered and where it refused.

Nothing of the user's goes out this way.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.egress.channel import Channel
from inhouse.inference.known import Known
from inhouse.inference.openai.client import failure
from inhouse.inference.openai.messages import encoded
from inhouse.inference.tolerant import Json, as_object, parse

PROBE_SECONDS = 2.0
"""For an answer that can be done without."""

BODY_BYTES = 8_000_000

MOST_TRIALS = 3
"""Models that are tried in one round, where each has to be asked about for itself: the others come later."""

_SPENT = 0.8
"""Of the patience: the rest is for the list itself."""

REFUSALS = frozenset({401, 403, 404, 405})
"""Statuses after which a path is not asked again."""


@dataclass(frozen=True)
class Reply:
    """A whole answer, header names in lower case; `failure` is what a status other than 200 means."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    failure: InhouseError | None = None

    @cached_property
    def json(self) -> object:
        """The body's value, or None if it is not JSON."""
        try:
            return parse(self.body)
        except ValueError:
            return None

    @property
    def fields(self) -> Json:
        return as_object(self.json)


class Prober:
    """One round of questions. A path that was asked in this round is not asked twice; what can be done without is no
    more asked for when `patience`, in seconds, is nearly over. `unanswered`: something was not asked, or not answered.
    """

    def __init__(
        self,
        channel: Channel,
        known: Known,
        patience: float = 10 * PROBE_SECONDS,
        memory: dict[str, Json] | None = None,
    ) -> None:
        self.memory: dict[str, Json] = {} if memory is None else memory
        """Answers that hold for as long as this process lives, by a name of the server module's own."""
        self.channel = channel
        self.known = known
        self.patience = patience
        self.unanswered = False
        self._trials = MOST_TRIALS
        self._replies: dict[str, Reply] = {}
        self._until = time.monotonic() + patience * _SPENT

    @property
    def backend(self) -> str:
        return self.channel.endpoint.backend

    async def get(self, path: str) -> Reply:
        """Whatever the server answers; raises InhouseError if it does not."""
        if path not in self._replies:
            self._replies[path] = await self._send("GET", path, None)
        return self._replies[path]

    async def required(self, path: str) -> Reply:
        """The answer to a path that has to be there; raises InhouseError for a refusal too."""
        reply = await self.get(path)
        if reply.failure is not None:
            raise reply.failure
        return reply

    async def optional(self, path: str, body: Mapping[str, object] | None = None) -> Reply | None:
        """The answer to a path that may be missing, whatever its status; None where it is missing, was so before,
        or did not answer in a moment. With `body` it is a POST."""
        route = f"{'GET' if body is None else 'POST'} {path}"
        if route in self.known.refused:
            return None
        left = min(PROBE_SECONDS, self._until - time.monotonic())
        if left <= 0:
            self.unanswered = True
            return None
        try:
            async with asyncio.timeout(left):
                reply = await (self.get(path) if body is None else self._send("POST", path, body))
        except (InhouseError, TimeoutError):
            self.unanswered = True
            return None
        if reply.status not in REFUSALS:
            return reply
        if reply.failure is None or reply.failure.kind is not ErrorKind.MODEL_NOT_FOUND:
            self.known.refused[route] = reply.status
        return None

    def may_try(self) -> bool:
        """Whether one more model may be tried in this round."""
        self._trials -= 1
        return self._trials >= 0

    async def found(self, path: str) -> Json:
        """The object at a path that may be missing; empty where there is none."""
        reply = await self.optional(path)
        return reply.fields if reply is not None and reply.status == 200 else {}

    async def _send(self, method: str, path: str, body: Mapping[str, object] | None) -> Reply:
        data = None if body is None else encoded(body)
        async with self.channel.request(method, path, body=data) as answer:
            self.known.sent(key=answer.secret is not None)
            headers = dict(answer.headers)
            if answer.status == 200:
                return Reply(200, headers, await answer.body(BODY_BYTES))
            start = await answer.start_of_body()
            return Reply(answer.status, headers, start, failure(self.channel, answer, start, model=None))


def not_a_list(backend: str, path: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"{backend} did not answer {path} with a list of models.",
        hint="Check that the URL names an inference server, and the backend's kind.",
        backend=backend,
    )
