"""One chat over the port: who answers, what is told on the way, and that nothing is left open or sent twice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from inhouse.assist.chat import stream
from inhouse.assist.fallback import FALLBACK_KINDS
from inhouse.domain.conversation import Message, Role, SamplingOptions, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import (
    Finished,
    FinishReason,
    Notice,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)
from inhouse.domain.models import Count, Kind, Software, Zone
from inhouse.governance.policy import Policy
from tests.unit.assist.backends import AIR_GAPPED, HELLO, REFUSING, Memory, Said, failing, heard, session

FIVE = {"unreachable", "timeout", "overloaded", "loading", "server_error"}


How = Callable[..., Memory]


def down(name: str = "lab", kind: ErrorKind = ErrorKind.UNREACHABLE) -> Memory:
    """Its list works, its chat does not."""
    return Memory(name, answer=[failing(kind)])


def unlisted(name: str = "lab", kind: ErrorKind = ErrorKind.UNREACHABLE) -> Memory:
    return Memory(name, failure=failing(kind))


def embedded() -> Memory:
    found = Memory("embedded")
    found.software = Software(Kind.EMBEDDED)
    return found


async def test_the_first_of_the_order_answers() -> None:
    assert await heard(session(Memory("lab"), Memory("gpu"))) == ["lab!", "lab|m"]


async def test_the_default_model_answers_who_names_none() -> None:
    on = session(Memory("lab"), Memory("gpu"), model="gpu|m")
    assert await heard(on) == ["gpu!", "gpu|m"]
    assert await heard(on, model="lab|m") == ["lab!", "lab|m"]
    assert await heard(on, model="auto") == ["lab!", "lab|m"]


class TestFallback:
    def test_happens_for_exactly_five_kinds(self) -> None:
        assert {kind.value for kind in FALLBACK_KINDS} == FIVE

    @pytest.mark.parametrize("kind", ErrorKind)
    @pytest.mark.parametrize("how", [down, unlisted])
    @pytest.mark.parametrize("model", ["lab|m", "auto"])
    async def test_by_kind(self, how: How, kind: ErrorKind, model: str) -> None:
        nothing_to_offer = kind in (ErrorKind.NO_BACKEND, ErrorKind.POLICY)
        nothing_there = model == "auto" and how is unlisted and nothing_to_offer
        found = await heard(session(how("lab", kind), Memory("gpu")), model=model)
        if kind.value in FIVE or nothing_there:
            assert found == [f"notice It is {kind.value}. gpu|m answers instead.", "gpu!", "gpu|m"]
        else:
            assert found == [f"error {kind.value}"]

    @pytest.mark.parametrize("how", [down, unlisted])
    async def test_can_be_switched_off(self, how: How) -> None:
        gpu = Memory("gpu")
        assert await heard(session(how("lab"), gpu, fallback=False)) == ["error unreachable"]
        assert gpu.calls == []

    async def test_to_the_embedded_model_only_where_the_request_lets_it(self) -> None:
        edit = replace(HELLO, embedded_stands_in=False)
        on = session(down(), embedded())
        assert await heard(on, edit) == ["error unreachable"]
        assert (await heard(on))[1:] == ["embedded!", "embedded|m"]
        with pytest.raises(InhouseError) as caught:
            async with stream(on, edit) as events:
                _ = [event async for event in events]
        assert caught.value.stand_in == "embedded|m"

    async def test_the_embedded_model_that_was_meant_is_no_fallback(self) -> None:
        edit = replace(HELLO, embedded_stands_in=False)
        assert await heard(session(embedded()), edit) == ["embedded!", "embedded|m"]
        assert await heard(session(down(), embedded()), edit, model="embedded|m") == ["embedded!", "embedded|m"]
        gone = session(down(), unlisted("embedded"))
        with pytest.raises(InhouseError) as caught:
            async with stream(gone, edit) as events:
                _ = [event async for event in events]
        assert caught.value.stand_in is None

    async def test_passes_over_the_embedded_model_to_one_that_may(self) -> None:
        edit = replace(HELLO, embedded_stands_in=False)
        found = await heard(session(down(), embedded(), Memory("gpu")), edit)
        assert found[1:] == ["gpu!", "gpu|m"]

    async def test_goes_on_until_somebody_answers(self) -> None:
        unknown = unlisted("key", ErrorKind.UNAUTHORIZED)
        on = session(down("a"), unlisted("b"), unknown, down("c"), Memory("d"))
        told = [f"notice It is unreachable. {name}|m answers instead." for name in "cd"]
        assert await heard(on) == [*told, "d!", "d|m"]

    async def test_ends_with_the_first_failure(self) -> None:
        on = session(down("a"), down("b", ErrorKind.OVERLOADED), unlisted("c", ErrorKind.TIMEOUT))
        assert (await heard(on))[-1] == "error unreachable"

    async def test_never_goes_to_a_cloud_backend_that_was_not_ordered(self) -> None:
        hf = Memory("hf", zone=Zone.CLOUD)
        assert await heard(session(down(), hf)) == ["error unreachable"]
        assert "stream" not in hf.calls
        assert (await heard(session(down(), hf, order=("lab", "hf"))))[-1] == "hf|m"

    @pytest.mark.parametrize("first", [TextDelta("a"), ThinkingDelta("a"), ToolCall("1", "f", {})])
    async def test_never_happens_after_the_first_value(self, first: Said) -> None:
        gpu = Memory("gpu")
        on = session(Memory("lab", answer=[first, failing(ErrorKind.SERVER_ERROR)]), gpu)
        assert (await heard(on))[-1] == "error server_error"
        assert gpu.calls == []

    async def test_happens_after_progress(self) -> None:
        said = [Progress(Stage.PROMPT, "lab|m", 1, 2), Notice("Hm."), failing(ErrorKind.SERVER_ERROR)]
        assert (await heard(session(Memory("lab", answer=said), Memory("gpu"))))[-1] == "gpu|m"

    async def test_leaves_the_failed_backend_before_the_next_is_asked(self) -> None:
        """A connection, or the only turn at the embedded engine, must not be held while another one answers."""
        lab, go = down(), asyncio.Event()
        on = session(lab, Memory("gpu", answer=[go, TextDelta("a")]))
        reading = asyncio.create_task(heard(on))
        await lab.reached["closed"].wait()
        assert not reading.done()
        go.set()
        await reading

    async def test_asks_a_failed_backend_anew_the_next_time(self) -> None:
        lab = down()
        on = session(lab, Memory("gpu"))
        await heard(on)
        await heard(on)
        assert lab.calls.count("models") == 2


class TestFailure:
    async def test_says_which_request_failed_where(self) -> None:
        for on in (session(down()), session(unlisted()), session(Memory("lab"))):
            with pytest.raises(InhouseError) as caught:
                async with stream(on, replace(HELLO, model="lab|nope" if "m" not in on.backends else None)) as events:
                    async for _ in events:
                        pass
            assert caught.value.request_id == HELLO.id

    async def test_names_backend_and_model(self) -> None:
        with pytest.raises(InhouseError) as caught:
            async with stream(session(down()), HELLO) as events:
                async for _ in events:
                    pass
        assert (caught.value.backend, caught.value.model) == ("lab", "lab|m")

    async def test_of_a_list_is_not_marked_with_one_chats_id(self) -> None:
        """Two chats at once do not mix."""
        on = session(unlisted())
        ids: list[str | None] = []
        for name in ("r1", "r2"):
            with pytest.raises(InhouseError) as caught:
                async with stream(on, replace(HELLO, id=name)) as events:
                    await anext(events)
            ids.append(caught.value.request_id)
        failure = (await on.catalog.entry("lab")).failure
        assert ids == ["r1", "r2"]
        assert failure is not None
        assert failure.request_id is None

    async def test_no_model_at_all(self) -> None:
        assert await heard(session()) == ["error no_backend"]


class TestPolicy:
    @pytest.mark.parametrize("model", ["auto", "lab|m", "hf|m", "m"])
    async def test_a_refusal_means_that_nobody_is_asked(self, model: str) -> None:
        backends = Memory("lab"), Memory("hf", zone=Zone.CLOUD)
        assert await heard(session(*backends, policy=REFUSING), model=model) == ["error policy"]
        assert [backend.calls for backend in backends] == [[], []]

    @pytest.mark.parametrize("order", [(), ("hf",), ("hf", "lab")])
    async def test_the_air_gap_keeps_the_cloud_out(self, order: tuple[str, ...]) -> None:
        hf = Memory("hf", zone=Zone.CLOUD)
        on = session(hf, Memory("lab"), policy=AIR_GAPPED, order=order)
        assert await heard(on, model="hf|m") == ["error policy"]
        assert (await heard(on))[-1] == ("error policy" if order == ("hf",) else "lab|m")
        assert set(hf.calls) <= {"zone"}

    async def test_what_is_counted_was_admitted_too(self) -> None:
        lab = Memory("lab", count=Count(5, exact=True))
        await heard(session(lab, policy=Policy(air_gapped=True, local_networks=())))
        assert [each.prompt.request.messages for each in lab.admitted] == [HELLO.messages, HELLO.messages]


class TestRoom:
    @pytest.mark.parametrize(
        ("count", "wanted", "bound"),
        [
            (Count(1000, exact=True), None, 24),
            (Count(1000, exact=True), 7, 7),
            (None, 7, 7),
            (Count(1000, exact=False), 500, 24),
        ],
    )
    async def test_the_answer_is_bound(self, count: Count | None, wanted: int | None, bound: int | None) -> None:
        lab = Memory("lab", count=count)
        await heard(session(lab), replace(HELLO, options=SamplingOptions(max_tokens=wanted)))
        assert lab.admitted[-1].prompt.max_tokens == bound

    async def test_turns_that_went_are_told_once_and_counted_in_the_result(self) -> None:
        turn = (Message(Role.USER, (TextPart("word " * 300),)), Message(Role.ASSISTANT, (TextPart("Yes."),)))
        on = session(Memory("lab"))
        async with stream(on, replace(HELLO, messages=turn * 4 + HELLO.messages)) as events:
            found = [event async for event in events]
        told = [event.message for event in found if isinstance(event, Notice)]
        (dropped,) = [event.dropped for event in found if isinstance(event, Finished)]
        assert dropped is not None
        assert told == [f"{dropped.messages} older messages were left out to fit the 1024 tokens that lab|m takes."]
        assert dropped.tokens > 300

    async def test_what_does_not_fit_is_not_sent(self) -> None:
        lab, gpu = Memory("lab", count=Count(1024, exact=True)), Memory("gpu")
        assert await heard(session(lab, gpu)) == ["error context_overflow"]
        assert "stream" not in lab.calls
        assert gpu.calls == []


class TestUsage:
    async def test_an_exact_one_is_passed_on(self) -> None:
        assert await self._usage(Usage(3, 1, exact=True)) == Usage(3, 1, exact=True)

    async def test_a_missing_one_is_estimated_and_marked(self) -> None:
        found = await self._usage(Usage(0, 0, exact=False))
        assert found.exact is False
        assert found.input_tokens > 0
        assert found.output_tokens > 0

    async def _usage(self, usage: Usage) -> Usage:
        said = [TextDelta("some words"), Finished(FinishReason.STOP, usage, "lab|m", "lab")]
        async with stream(session(Memory("lab", answer=said)), HELLO) as events:
            return [event.usage async for event in events if isinstance(event, Finished)][-1]

    async def test_a_long_one_tells_how_many_characters_a_token_has(self) -> None:
        said = [TextDelta("abcd" * 300), Finished(FinishReason.STOP, Usage(1, 299, exact=True), "lab|m", "lab")]
        on = session(Memory("lab", answer=said))
        await heard(on)
        (model,) = (await on.catalog.entry("lab", refresh=True)).models
        assert model.chars_per_token == pytest.approx(4, abs=0.1)


class TestCancel:
    @pytest.mark.parametrize("before", [0, 1])
    async def test_closes_the_backends_stream(self, before: int) -> None:
        never, begun = asyncio.Event(), [TextDelta("a")] * before
        lab = Memory("lab", answer=[*begun, never])
        reading = asyncio.create_task(heard(session(lab)))
        await lab.reached["stream"].wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert lab.calls[-1] == "closed"

    async def test_leaving_early_closes_it_too(self) -> None:
        lab = Memory("lab", answer=[TextDelta("a"), TextDelta("b")])
        async with stream(session(lab), HELLO) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
            assert "closed" not in lab.calls
        assert lab.calls[-1] == "closed"

    async def test_moves_nobody_on(self) -> None:
        gpu = Memory("gpu")
        lab = Memory("lab", answer=[asyncio.Event()])
        reading = asyncio.create_task(heard(session(lab, gpu)))
        await lab.reached["stream"].wait()
        reading.cancel()
        await asyncio.wait({reading})
        assert gpu.calls == []


async def test_two_chats_at_once_do_not_mix() -> None:
    on = session(Memory("lab"), Memory("gpu"))
    found = await asyncio.gather(*(heard(on, model=f"{name}|m") for name in ("lab", "gpu") * 5))
    assert found == [["lab!", "lab|m"], ["gpu!", "gpu|m"]] * 5
