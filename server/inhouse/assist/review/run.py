"""A review: file by file and part by part, by one model; what could not be read is told, never called clean."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from inhouse.assist.default_model import review_model
from inhouse.assist.review.ask import Answered, Asker
from inhouse.assist.review.plan import Plan
from inhouse.assist.review.request import Found, PartBegun, ReviewedFile, ReviewRequest, Step
from inhouse.assist.review.tally import Tally
from inhouse.assist.session import Session
from inhouse.context.answer.region import Unreadable
from inhouse.context.review.part import Part
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Event, Notice

MOST_HALVINGS = 3
"""Of the parts of a file whose prompts turn out too long."""

_OF_ONE_PART = frozenset(
    {
        ErrorKind.BAD_RESPONSE,
        ErrorKind.CONTEXT_OVERFLOW,
        ErrorKind.INCOMPLETE,
        ErrorKind.INVALID_REQUEST,
        ErrorKind.TOO_LARGE,
    }
)
"""Failures after which the backend may still answer for another part."""


@asynccontextmanager
async def review(session: Session, request: ReviewRequest) -> AsyncGenerator[AsyncIterator[Step], None]:
    """What is heard of it, the report last. Leaving the context stops the generation at the backend.

    The iterator raises what chat.stream does, as long as nothing has been reviewed.
    """
    async with AsyncExitStack() as stack:
        yield _Review(session, request, stack).steps()


class _Review:
    def __init__(self, session: Session, request: ReviewRequest, stack: AsyncExitStack) -> None:
        self._session = session
        self._request = request
        self._stack = stack
        settings = session.config.review
        self._tally = Tally(request.skipped, settings.min_confidence, settings.max_findings)
        self._failures: list[InhouseError] = []
        self._away: InhouseError | None = None

    async def steps(self) -> AsyncIterator[Step]:
        model = self._request.model or await review_model(self._session)
        asker = Asker(self._session, self._request, model)
        for reviewed in self._request.files:
            plan = await Plan.of(self._session, reviewed, model)
            for notice in plan.notices:
                yield Notice(notice)
            async for step in self._file(reviewed, plan, asker):
                yield step
        if self._failures and not self._tally.reviewed:
            raise self._failures[0]
        yield self._tally.report()

    async def _file(self, reviewed: ReviewedFile, plan: Plan, asker: Asker) -> AsyncIterator[Step]:
        name = reviewed.file.name
        waiting = deque(plan.parts())
        if not waiting:
            self._tally.skip(name, "It is empty.")
        halvings = 0
        while waiting:
            if self._away is not None:
                self._tally.miss(name, self._away.message, len(waiting))
                return
            part = waiting.popleft()
            yield PartBegun(name, self._tally.parts, self._tally.parts + 1 + len(waiting))
            if not plan.fits(part):
                self._tally.miss(name, f"Line {part.lines[0] + 1} is too long for the model.")
                continue
            try:
                async for step in self._part(plan, part, asker):
                    yield step
            except InhouseError as exc:
                if exc.kind is ErrorKind.CONTEXT_OVERFLOW and halvings < MOST_HALVINGS:
                    halvings += 1
                    plan = plan.smaller()
                    waiting = deque(plan.parts(part.lines[0]))
                else:
                    self._fail(name, exc)

    async def _part(self, plan: Plan, part: Part, asker: Asker) -> AsyncIterator[Event | Found]:
        async for event in asker.ask(plan, part, self._stack):
            if not isinstance(event, Answered):
                yield event
            elif not self._tally.is_by(event):
                self._fail(part.file.name, _another(event.model))
            elif isinstance(event.reading, Unreadable):
                self._tally.miss(part.file.name, event.reading.reason)
            else:
                asker.keep_to(event.model)
                self._tally.add(part.file.name, event, event.reading)
                yield Found(self._tally.sifted.findings)

    def _fail(self, name: str, failure: InhouseError) -> None:
        """The part is not reviewed, nor is the rest where the backend fails."""
        self._tally.miss(name, failure.message)
        self._failures.append(failure)
        if failure.kind not in _OF_ONE_PART:
            self._away = failure


def _another(model: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.UNREACHABLE,
        message=f"The model that began the review is away, and {model} would have gone on in its place.",
        hint="Review again when it is back.",
    )
