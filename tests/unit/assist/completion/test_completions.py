"""Suggestions of one connection: who is asked, how often, and with what."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.assist.completion.completions import Completions
from inhouse.assist.completion.wanted import Wanted
from inhouse.assist.session import Session
from inhouse.context.completion.suggestion import Suggestion
from inhouse.context.completion.window import ON_CPU, ON_SERVER
from inhouse.context.estimate import estimate_tokens
from inhouse.domain.code import SourceFile
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Finished, FinishReason, TextDelta, Usage
from inhouse.domain.fill import Filling, FillRequest, Snippet
from inhouse.domain.models import Kind, Software
from inhouse.governance.redaction.placeholders import PLACEHOLDER
from tests.unit.assist.backends import Memory, Said, failing, session
from tests.unit.context.completion.cases import CURSOR, place

END = Finished(FinishReason.STOP, Usage(1, 1, exact=True), "lab|coder", "lab")


def lab(*said: Said | str, answer: Iterable[Said] | None = None) -> Memory:
    """A server whose model writes this."""
    texts = [*(TextDelta(each) if isinstance(each, str) else each for each in said), END]
    found = Memory("lab", answer=answer or texts)
    found.listed = (found.model("coder", fim=True),)
    return found


class _Once(Iterable[Said]):
    """Says one thing with each request, the last one for ever."""

    def __init__(self, *said: Said) -> None:
        self._said = list(said)

    def __iter__(self) -> Iterator[Said]:
        yield self._said.pop(0) if len(self._said) > 1 else self._said[0]
        yield END


@dataclass(frozen=True, slots=True)
class _Recalls(Iterable[Said]):
    """A model that says the name of a secret that it was shown."""

    shown: Callable[[], str]
    forgotten: int
    """Letters at the name's end."""

    def __iter__(self) -> Iterator[Said]:
        (name,) = PLACEHOLDER.findall(self.shown())
        yield TextDelta(f'connect("{name[: len(name) - self.forgotten]}")')
        yield END


def at(text: str, *, invoked: bool = True, language: str = "python") -> Wanted:
    lines = text.replace(CURSOR, "").splitlines(keepends=True)
    return Wanted("r1", SourceFile("file:///a.py", "a.py", language, lines), place(text, language), invoked)


async def suggest(completions: Completions, on: Session, wanted: Wanted) -> Suggestion | None:
    with completions.newest() as turn:
        return await completions.suggest(on, wanted, turn)


def request(backend: Memory, number: int = -1) -> FillRequest:
    return backend.filled[number].fill.request


async def test_a_place_where_nothing_fits_asks_nobody() -> None:
    backend = lab("x")
    assert await suggest(Completions(), session(backend), at("co█unt\n", invoked=False)) is None
    assert backend.filled == []


async def test_model_is_told_the_file_and_how_much_is_wanted() -> None:
    backend = lab("1")
    completions = Completions()
    await suggest(completions, session(backend), at("x = █\n"))
    await suggest(completions, session(backend), at("# some█\n"))
    block, line = request(backend, 0), request(backend, 1)
    assert (block.name, block.prefix, block.suffix) == ("a.py", "x = ", "\n")
    assert (block.max_tokens, block.stop) == (ON_SERVER.block, ())
    assert (line.max_tokens, line.stop) == (ON_SERVER.line, ("\n",))


async def test_embedded_model_is_shown_less() -> None:
    backend = lab("1")
    backend.software = Software(Kind.EMBEDDED)
    await suggest(Completions(), session(backend), at("name = other\n" * 1000 + "x = █\n"))
    assert estimate_tokens(request(backend).prefix) <= ON_CPU.prefix
    assert request(backend).max_tokens <= ON_CPU.block


async def shown_beside(backend: Memory) -> tuple[Snippet, ...]:
    """What is shown with the second request, once there was time for an outline."""
    completions, on = Completions(), session(backend)
    other = SourceFile("file:///b.py", "b.py", "python", ["def other(x): pass\n"])
    for number in range(20):
        await suggest(completions, on, replace(at(f"x_{number} = █\n"), others=(other,)))
        await asyncio.sleep(0.01)
    return request(backend).snippets


async def test_only_who_is_quick_and_takes_it_is_shown_other_files() -> None:
    able, unable, slow = lab("1"), lab("1"), lab("1")
    able.fills = slow.fills = Filling.SNIPPETS
    slow.software = Software(Kind.EMBEDDED)
    assert await shown_beside(able) == (Snippet("b.py", "def other(x): pass"),)
    assert await shown_beside(unable) == ()
    assert await shown_beside(slow) == ()


async def test_model_that_cannot_see_what_follows_is_not_asked_inside_a_line() -> None:
    backend = lab("1")
    backend.fills = Filling.END
    assert await suggest(Completions(), session(backend), at("f(█)\n")) is None
    assert await suggest(Completions(), session(backend), at("x = █\n")) == Suggestion("1")
    assert len(backend.filled) == 1


async def test_prompt_that_is_too_long_is_shortened_until_it_is_taken() -> None:
    too_long = failing(ErrorKind.CONTEXT_OVERFLOW)
    backend = lab(answer=_Once(too_long, too_long, TextDelta("1")))
    text = "name = other\n" * 1000
    completions = Completions()
    assert await suggest(completions, session(backend), at(text + "x = █\n")) == Suggestion("1")
    first, _, last = (len(each.fill.request.prefix) for each in backend.filled)
    assert last < first / 3


@pytest.mark.parametrize(("forgotten", "suggested"), [(0, 'connect("Zk3vQ9xT7mLp2RwY")'), (1, 'connect("')])
async def test_secret_stays_in_the_house_and_is_itself_in_the_suggestion(forgotten: int, suggested: str) -> None:
    """A name for it that the model has changed stands for nothing, and ends the suggestion."""
    backend = lab(answer=_Recalls(lambda: request(backend).prefix, forgotten))
    found = await suggest(Completions(), session(backend), at('password = "Zk3vQ9xT7mLp2RwY"\n█\n'))
    assert "Zk3vQ9xT7mLp2RwY" not in request(backend).prefix
    assert found == Suggestion(suggested)


async def test_failure_is_told_to_who_has_asked_and_to_nobody_else() -> None:
    backend = lab(failing(ErrorKind.SERVER_ERROR))
    completions = Completions()
    assert await suggest(completions, session(backend), at("x = █\n", invoked=False)) is None
    with pytest.raises(InhouseError) as caught:
        await suggest(completions, session(backend), at("x = █\n"))
    assert caught.value.kind is ErrorKind.SERVER_ERROR


async def test_backend_that_rests_is_asked_only_for_somebody() -> None:
    backend = lab("1")
    on = session(backend)
    for _ in range(2):
        on.catalog.breaker("lab").failed(failing(ErrorKind.TIMEOUT), 10)
    completions = Completions()
    assert await suggest(completions, on, at("x = █\n", invoked=False)) is None
    assert backend.filled == []
    assert await suggest(completions, on, at("x = █\n")) == Suggestion("1")


async def test_newer_request_stops_what_it_has_no_use_for() -> None:
    never = asyncio.Event()
    backend = lab("a", never)
    completions, on = Completions(), session(backend)
    older = asyncio.create_task(suggest(completions, on, at("x = █\n")))
    await backend.reached["fill"].wait()
    newer = asyncio.create_task(suggest(completions, on, at("x = 2█\n")))
    assert await older is None
    await backend.reached["closed"].wait()
    newer.cancel()
    await asyncio.gather(newer, return_exceptions=True)
    assert backend.calls.count("fill") == backend.calls.count("closed")


async def test_newer_request_that_types_along_takes_over() -> None:
    go_on = asyncio.Event()
    backend = lab("first", go_on, " + second")
    completions, on = Completions(), session(backend)
    older = asyncio.create_task(suggest(completions, on, at("x = █\n")))
    await backend.reached["fill"].wait()
    await asyncio.sleep(0)
    newer = asyncio.create_task(suggest(completions, on, at("x = fi█\n")))
    assert await older is None
    go_on.set()
    assert await newer == Suggestion("rst + second")
    assert len(backend.filled) == 1


async def test_who_waits_for_quiet_gives_way_at_once() -> None:
    backend = lab("1")
    completions, on = Completions(), session(backend)
    older = asyncio.create_task(suggest(completions, on, at("x = █\n", invoked=False)))
    await asyncio.sleep(0)
    assert await suggest(completions, on, at("x = 2█\n")) == Suggestion("1")
    assert await older is None
    assert [each.fill.request.prefix for each in backend.filled] == ["x = 2"]


async def test_requests_do_not_overtake_each_other() -> None:
    """However long each of them takes before it asks for a suggestion."""
    backend = lab("1")
    completions, on = Completions(), session(backend)
    with completions.newest() as older, completions.newest() as newer:
        assert await completions.suggest(on, at("x = 2█\n"), newer) == Suggestion("1")
        assert await completions.suggest(on, at("x = █\n"), older) is None
    assert len(backend.filled) == 1


async def test_request_for_nothing_stops_what_is_under_way() -> None:
    """The cursor has moved on to a file in which nothing is suggested."""
    backend = lab("a", asyncio.Event())
    completions, on = Completions(), session(backend)
    older = asyncio.create_task(suggest(completions, on, at("x = █\n")))
    await backend.reached["fill"].wait()
    with completions.newest():
        assert await older is None
    await backend.reached["closed"].wait()


async def test_leaving_stops_the_model() -> None:
    backend = lab("a", asyncio.Event())
    running = asyncio.create_task(suggest(Completions(), session(backend), at("x = █\n")))
    await backend.reached["fill"].wait()
    running.cancel()
    await backend.reached["closed"].wait()
    assert running.cancelled() or await asyncio.gather(running, return_exceptions=True)


@given(st.text("ab(), \n", min_size=1, max_size=20), st.lists(st.integers(0, 20), max_size=8))
def test_nobody_is_asked_for_what_was_suggested_already(answer: str, steps: list[int]) -> None:
    """Whoever types along a suggestion, and back, gets the rest of it."""

    async def run() -> None:
        backend = lab(answer)
        completions, on = Completions(), session(backend)
        found = await suggest(completions, on, at("def f(a):█\n"))
        if found is None:
            return
        for step in steps:
            typed = found.text[: step % len(found.text)]
            rest = await suggest(completions, on, at(f"def f(a):{typed}█\n"))
            assert rest == Suggestion(found.text[len(typed) :])
        assert len(backend.filled) == 1

    asyncio.run(run())
