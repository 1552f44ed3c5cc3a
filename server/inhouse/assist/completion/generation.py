"""One suggestion on its way: what the model has written so far, and what comes of it."""

import asyncio
import logging
import time

from inhouse.assist.completion.outlines import Outlines
from inhouse.assist.completion.wanted import Wanted
from inhouse.assist.default_model import fill_candidate
from inhouse.assist.session import Session
from inhouse.context.completion.answer import enough, suggestion
from inhouse.context.completion.pace import Pace
from inhouse.context.completion.place import Extent
from inhouse.context.completion.snippets import View, snippets
from inhouse.context.completion.suggestion import Suggestion
from inhouse.context.completion.window import ON_CPU, ON_SERVER, shown
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Finished, FinishReason, TextDelta
from inhouse.domain.fill import Fill, Filling, FillRequest, Snippet
from inhouse.domain.models import ASSUMED_CONTEXT_LENGTH, Kind, Model
from inhouse.governance.admission import AdmittedFill, admit_fill
from inhouse.governance.redaction.placeholders import SPELT_LIKE_ONE
from inhouse.inference.route import Candidate

_STALE = frozenset({ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT, ErrorKind.MODEL_NOT_FOUND, ErrorKind.LOADING})
"""Failures after which a backend is asked anew what it offers."""

LONG = 1.0
"""Seconds after which a suggestion is shown as far as it is written."""

LONGEST = 2000
"""Characters of an answer that are looked at: more than any budget of tokens holds, from a server that knows none."""

_log = logging.getLogger(__name__)


class Paces(dict[str, Pace]):
    """By model id, for as long as the connection lives."""

    def of(self, model: Model) -> Pace:
        return self.setdefault(str(model.id), Pace())


class Generation:
    """`task` ends with the suggestion, None for none, or InhouseError. Cancelling it stops the backend."""

    def __init__(self, session: Session, wanted: Wanted, paces: Paces, outlines: Outlines) -> None:
        self.wanted = wanted
        self._session = session
        self._paces = paces
        self._outlines = outlines
        self._text = ""
        self._cut = False
        self.task = asyncio.create_task(self._run())
        self.task.add_done_callback(_look_at)

    def leads_to(self, wanted: Wanted) -> bool:
        """Whether `wanted` is the same, or what one gets by typing what the model has written already."""
        mine, theirs = self.wanted.place, wanted.place
        if self.task.done() or wanted.file.uri != self.wanted.file.uri or theirs.after != mine.after:
            return False
        if not theirs.before.startswith(mine.before) or theirs.first_line != mine.first_line:
            return False
        typed = theirs.before[len(mine.before) :]
        return self._text.startswith(typed) if typed else self.wanted.extent is wanted.extent

    async def _run(self) -> Suggestion | None:
        candidate = await fill_candidate(self._session)
        filling = candidate.backend.filling(candidate.model)
        if filling is Filling.END and self.wanted.place.line_after.strip():
            return None
        breaker = self._session.catalog.breaker(candidate.backend.name)
        if breaker.open is not None and not self.wanted.invoked:
            raise breaker.open
        began = time.monotonic()
        try:
            found = await self._asked(candidate)
        except InhouseError as exc:
            breaker.failed(exc, time.monotonic() - began)
            if exc.kind in _STALE:
                self._session.catalog.forget(candidate.backend.name, exc)
            raise
        breaker.succeeded()
        return found

    async def _asked(self, candidate: Candidate) -> Suggestion | None:
        """Shows the model less until it takes it."""
        while True:
            try:
                return await self._once(candidate)
            except InhouseError as exc:
                too_much = exc.kind is ErrorKind.CONTEXT_OVERFLOW and not self._text
                if not too_much or not self._paces.of(candidate.model).overflowed():
                    raise

    async def _once(self, candidate: Candidate) -> Suggestion | None:
        place, extent = self.wanted.place, self.wanted.extent
        text, _ = self._session.redactor.restore(await self._answer(candidate))
        if (unknown := SPELT_LIKE_ONE.search(text)) is not None:  # a name of a secret that the model has made up or cut
            text = text[: unknown.start()]
        return suggestion(text, place, extent, cut=self._cut)

    async def _answer(self, candidate: Candidate) -> str:
        """As much of it as can be used."""
        timed = _Timed(self._paces.of(candidate.model) if candidate.backend.loaded else Pace())
        try:
            async with candidate.backend.fill(self._admitted(candidate)) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        self._cut = event.finish_reason is FinishReason.LENGTH
                    if not isinstance(event, TextDelta):
                        continue
                    timed.piece()
                    self._text += event.text
                    if len(self._text) > LONGEST:
                        self._text, self._cut = self._text[:LONGEST], True
                        break
                    if (whole := enough(self._text, self.wanted.place, self.wanted.extent)) is not None:
                        return whole
                    if timed.long and "\n" in self._text.strip():
                        self._cut = True
                        break
        finally:
            timed.piece()
        return self._text

    def _admitted(self, candidate: Candidate) -> AdmittedFill:
        model, wanted = candidate.model, self.wanted
        on_cpu = candidate.backend.software.kind is Kind.EMBEDDED
        budget = ON_CPU if on_cpu else ON_SERVER
        if candidate.backend.filling(model) is not Filling.SNIPPETS:
            budget = budget.alone()
        budget = self._paces.of(model).suited(budget.within(model.context_length or ASSUMED_CONTEXT_LENGTH))
        prefix, suffix = shown(wanted.place, budget)
        one_line = wanted.extent is Extent.LINE
        request = FillRequest(
            id=wanted.id,
            prefix=prefix,
            suffix=suffix,
            name=wanted.file.name,
            snippets=self._snippets(View.of(wanted.place, prefix, suffix), budget.snippets),
            max_tokens=budget.line if one_line else budget.block,
            stop=("\n",) if one_line else (),
        )
        _log.info("request %s: %s fills in", wanted.id, model.id)
        return admit_fill(Fill(request, model), candidate.zone, self._session.policy, self._session.redactor)

    def _snippets(self, view: View, room: int) -> tuple[Snippet, ...]:
        """From the outlines that there are: nobody who types waits for one."""
        if not room:
            return ()
        wanted, outlines = self.wanted, self._outlines
        own = None if view.shows_whole(wanted.file) else outlines.latest(wanted.file)
        others = (outlines.latest(other) for other in wanted.others)
        return snippets(own, wanted.file, view, tuple(filter(None, others)), room)


def _look_at(task: asyncio.Task[Suggestion | None]) -> None:
    """A failure that comes when nobody waits any more is nobody's."""
    if not task.cancelled():
        task.exception()


class _Timed:
    """Tells `pace` how long the first piece took, or how long it was waited for in vain."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._began = time.monotonic()
        self._first: float | None = None

    def piece(self) -> None:
        if self._first is None:
            self._first = time.monotonic()
            self._pace.waited(self._first - self._began)

    @property
    def long(self) -> bool:
        """Whether the model has been writing for so long that its whole lines are better than more of them."""
        return self._first is not None and time.monotonic() - self._first > LONG
