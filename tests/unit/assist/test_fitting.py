"""A prompt that was fitted holds, by the server's own count, whatever the estimate says; and what went is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.assist.fitting import MOST_COUNTS, Fitted, count, fit, learn
from inhouse.assist.session import Session
from inhouse.assist.tokens import count_request, count_text
from inhouse.config.schema import BackendSettings, ModelOverride
from inhouse.context.calibration import UNKNOWN
from inhouse.domain.conversation import (
    ChatRequest,
    ImagePart,
    Message,
    Part,
    Role,
    SamplingOptions,
    TextPart,
    Tool,
    ToolCallPart,
    ToolResultPart,
)
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.events import Dropped
from inhouse.domain.models import ContextSource, Count, TokenLimits
from inhouse.governance.admission import Admitted
from inhouse.inference.route import Candidate
from tests.unit.assist.backends import AIR_GAPPED, OPEN, Memory, session
from tests.unit.context.conversations import TURN, calls, pairs, results, text
from tests.unit.inference.test_tokenizer import words

SYSTEM = text(Role.SYSTEM, 30)


class Counting(Memory):
    """Has a tokenizer: `letters` characters are a token. Notes each count."""

    def __init__(self, letters: float = 4.0, limit: int = 1024, *, exact: bool = True) -> None:
        super().__init__("lab")
        self.letters = letters
        self.limit = limit
        self.exact = exact
        self.counts: list[int] = []
        self.length: Callable[[str], int] = len

    def tokens(self, messages: Sequence[Message]) -> int:
        return 7 + sum(3 + round(sum(map(self._length, each.parts)) / self.letters) for each in messages)

    async def count_messages(self, admitted: Admitted) -> Count | None:
        if not self.exact:
            return None
        self.counts.append(self.tokens(admitted.prompt.request.messages))
        return Count(self.counts[-1], exact=True)

    def candidate(self, source: ContextSource = ContextSource.SERVER) -> Candidate:
        limits = TokenLimits(self.limit * 3 // 4, max(1, self.limit // 4))
        model = replace(self.listed[0], context_length=self.limit, context_source=source, limits=limits)
        return Candidate(self, model)

    def _length(self, part: Part) -> int:
        match part:
            case TextPart(text) | ToolResultPart(content=text):
                return self.length(text)
            case ToolCallPart(name=name, arguments=arguments):
                return len(name) + len(str(arguments)) + 20
            case _:
                return 0


def request(*messages: Message, max_tokens: int | None = None, tools: tuple[Tool, ...] = ()) -> ChatRequest:
    return ChatRequest("r1", messages, tools=tools, options=SamplingOptions(max_tokens=max_tokens))


async def fitted(lab: Counting, asked: ChatRequest) -> Fitted:
    return await fit(session(lab), asked, lab.candidate())


def sent(found: Fitted) -> tuple[Message, ...]:
    return found.admitted.prompt.request.messages


def chat(turns: int, words: int = 50) -> list[Message]:
    return [text(Role.USER, words), text(Role.ASSISTANT, words)] * turns


@given(
    st.lists(TURN, max_size=8),
    TURN,
    st.floats(0.5, 40),
    st.integers(64, 4096),
    st.one_of(st.none(), st.integers(1, 5000)),
)
async def test_a_fitted_prompt_never_exceeds_the_limit(
    turns: list[list[Message]], last: list[Message], letters: float, limit: int, asked: int | None
) -> None:
    lab = Counting(letters, limit)
    given_ = [SYSTEM, *(message for turn in turns for message in turn), *last]
    try:
        found = await fitted(lab, request(*given_, max_tokens=asked))
    except InhouseError as error:
        assert error.kind is ErrorKind.CONTEXT_OVERFLOW
        assert error.tokens is not None
        assert lab.counts[-1] == error.tokens.input >= error.tokens.limit == limit
        return
    tokens = lab.tokens(sent(found))
    bound = found.admitted.prompt.max_tokens
    assert found.count == Count(tokens, exact=True)
    assert bound is not None
    assert 1 <= bound <= (asked or limit)
    assert tokens + bound <= limit
    assert bound == min(asked or limit, limit - tokens)
    assert len(lab.counts) <= MOST_COUNTS
    assert len(sent(found)) == len(given_) - (found.dropped.messages if found.dropped else 0)
    assert len(pairs(sent(found))) == sum(
        isinstance(part, ToolResultPart) for each in sent(found) for part in each.parts
    )
    assert sent(found)[0] == SYSTEM
    assert last[0] in sent(found)
    assert sent(found)[-1] == last[-1]


class TestCounting:
    @pytest.mark.parametrize("letters", [2.0, 4.0, 8.0])
    async def test_what_fits_is_counted_once_and_goes_whole(self, letters: float) -> None:
        lab = Counting(letters, 4096)
        found = await fitted(lab, request(SYSTEM, *chat(4), text(Role.USER)))
        assert len(lab.counts) == 1
        assert found.dropped is None
        assert found.notices == ()

    @pytest.mark.parametrize("letters", [2.0, 4.0, 8.0])
    async def test_what_is_too_long_is_counted_twice(self, letters: float) -> None:
        lab = Counting(letters)
        found = await fitted(lab, request(SYSTEM, *chat(25), text(Role.USER)))
        assert len(lab.counts) == 2
        assert found.dropped == Dropped(52 - len(sent(found)), lab.counts[0] - lab.counts[1])
        assert lab.counts[1] > 512

    async def test_far_too_much_is_not_sent_to_be_counted(self) -> None:
        lab = Counting()
        await fitted(lab, request(SYSTEM, *chat(2000), text(Role.USER)))
        assert max(lab.counts) < 10 * lab.limit

    async def test_it_ends_when_what_goes_first_hardly_counts(self) -> None:
        lab = Counting(limit=1000)
        rules, words = "-+" * 50, "word " * 83
        turns = [Message(Role.USER, (TextPart(each),)) for each in (*[rules] * 12, *[words] * 9)]
        lab.length = lambda text: len(text.replace("-+", ""))
        found = await fitted(lab, request(*turns, text(Role.USER)))
        assert len(lab.counts) == MOST_COUNTS
        assert sent(found) == (text(Role.USER),)

    async def test_the_same_messages_stay_for_some_turns(self) -> None:
        lab = Counting(5.0, 4096)
        starts: list[int] = []
        for turns in range(60, 120):
            conversation = [*chat(turns, 20), text(Role.USER, 20)]
            starts.append(len(conversation) - len(sent(await fitted(lab, request(SYSTEM, *conversation)))))
        assert starts == sorted(starts)
        assert len(set(starts)) <= len(starts) / 4

    async def test_without_a_tokenizer_it_is_an_estimate_on_the_safe_side(self) -> None:
        lab = Counting(exact=False)
        found = await fitted(lab, request(SYSTEM, *chat(40), text(Role.USER)))
        bound = found.admitted.prompt.max_tokens
        assert found.dropped is not None
        assert found.count.exact is False
        assert found.count.tokens >= found.estimated * UNKNOWN
        assert bound == lab.limit - found.count.tokens > 0

    async def test_an_image_is_added_to_a_count_of_the_text(self) -> None:
        lab = Counting(limit=4096)
        picture = Message(Role.USER, (ImagePart("image/png", "AAAA"),))
        without = await count(session(lab), request(text(Role.USER)), lab.candidate())
        found = await count(session(lab), request(text(Role.USER), picture), lab.candidate())
        assert without.exact is True
        assert found.exact is False
        assert found.tokens > without.tokens + 500

    async def test_nothing_is_counted_that_may_not_leave(self) -> None:
        lab = Counting()
        candidate = lab.candidate()
        candidate = replace(candidate, model=replace(candidate.model, local=False))
        with pytest.raises(InhouseError) as caught:
            await fit(session(lab, policy=AIR_GAPPED), request(text(Role.USER)), candidate)
        assert (caught.value.kind, lab.counts) == (ErrorKind.POLICY, [])
        await fit(session(lab, policy=OPEN), request(text(Role.USER)), candidate)
        assert len(lab.counts) == 1


class TestAgent:
    async def test_older_steps_of_a_long_turn_go_when_all_other_turns_have(self) -> None:
        lab = Counting()
        steps = [message for at in range(60) for message in (calls(f"c{at}"), results(f"c{at}"))]
        found = await fitted(lab, request(SYSTEM, *chat(3), text(Role.USER, 7), *steps))
        kept = sent(found)
        assert kept[:2] == (SYSTEM, text(Role.USER, 7))
        assert kept[-2:] == tuple(steps[-2:])
        assert 4 < len(kept) < len(steps)
        assert len(pairs(kept)) == len(kept[2:]) / 2


class TestRefusal:
    async def test_what_has_to_stay_does_not_fit(self) -> None:
        lab = Counting()
        with pytest.raises(InhouseError) as caught:
            await fitted(lab, request(SYSTEM, *chat(40), text(Role.USER, 2000)))
        error = caught.value
        assert error.kind is ErrorKind.CONTEXT_OVERFLOW
        assert error.tokens is not None
        assert (error.tokens.input, error.tokens.limit) == (lab.tokens([SYSTEM, text(Role.USER, 2000)]), 1024)

    async def test_an_answer_keeps_some_room_while_turns_can_go(self) -> None:
        lab = Counting()
        for turns in range(5, 40):
            found = await fitted(lab, request(SYSTEM, *chat(turns, 20), text(Role.USER)))
            bound = found.admitted.prompt.max_tokens
            assert bound is not None
            assert bound >= 64


class TestNotice:
    async def test_of_one_message(self) -> None:
        found = replace(await fitted(Counting(), request(text(Role.USER))), dropped=Dropped(1, 9))
        (notice,) = found.notices
        assert notice.message == "1 older message was left out to fit the 1024 tokens that lab|m takes."

    async def test_of_an_assumed_length_names_the_setting(self) -> None:
        lab = Counting()
        asked = request(SYSTEM, *chat(40), text(Role.USER))
        (notice,) = (await fit(session(lab), asked, lab.candidate(ContextSource.ASSUMED))).notices
        assert "[backends.lab]" in notice.message


class TestCalibration:
    async def test_answers_teach_how_far_off_the_estimate_is(self) -> None:
        """The property that matters without a tokenizer: the second prompt holds, though the first was too long."""
        lab = Counting(1.5, exact=False)
        on = session(lab)
        asked = request(SYSTEM, *chat(40), text(Role.USER))
        first = await fit(on, asked, lab.candidate())
        assert lab.tokens(sent(first)) > lab.limit
        learn(on, first, lab.tokens(sent(first)))
        second = await fit(on, asked, lab.candidate())
        assert lab.tokens(sent(second)) + (second.admitted.prompt.max_tokens or 0) <= lab.limit

    async def test_counts_of_the_same_model_are_calibrated_too(self) -> None:
        lab = Counting(exact=False)
        on = session(lab)
        asked = request(*chat(6), text(Role.USER))
        before = await count_request(on, "lab|m", asked), await count_text(on, "lab|m", "word " * 99, "r1")
        found = await fit(on, asked, lab.candidate())
        learn(on, found, found.estimated)
        after = await count_request(on, "lab|m", asked), await count_text(on, "lab|m", "word " * 99, "r1")
        assert all(later.tokens < earlier.tokens for earlier, later in zip(before, after, strict=True))

    async def test_without_a_context_length_nothing_is_fitted(self) -> None:
        lab = Counting()
        loading = replace(lab.candidate().model, context_length=None)
        found = await fit(session(lab), request(*chat(40), max_tokens=9), Candidate(lab, loading))
        assert (found.dropped, found.admitted.prompt.max_tokens) == (None, 9)


@pytest.mark.parametrize("chars", [1000, 1_000_000])
async def test_a_long_text_is_counted_like_a_short_one(chars: int) -> None:
    lab = Counting(exact=False)
    found = await count_text(session(lab), "lab|m", "word " * (chars // 5), "r1")
    assert chars / 5 < found.tokens < chars


class TestOwnTokenizer:
    """A tokenizer's file in the settings stands in for a server that cannot count."""

    async def test_a_text_is_exact_and_a_conversation_is_not(self, tmp_path: Path) -> None:
        lab = Counting(exact=False)
        on = with_tokenizer(session(lab), words(tmp_path / "tokenizer.json"))
        assert await count_text(on, "lab|m", "one two three", "r1") == Count(3, exact=True)
        conversation = await count_request(on, "lab|m", request(text(Role.USER, 1000)))
        assert conversation.exact is False
        assert 1000 <= conversation.tokens <= 1200

    async def test_one_that_cannot_be_used_is_said(self, tmp_path: Path) -> None:
        lab = Counting(exact=False)
        on = with_tokenizer(session(lab), tmp_path / "nowhere.json")
        with pytest.raises(InhouseError) as caught:
            await fit(on, request(text(Role.USER)), lab.candidate())
        assert caught.value.kind is ErrorKind.INVALID_CONFIG


def with_tokenizer(on: Session, file: Path) -> Session:
    override = ModelOverride(name="m", tokenizer=str(file))
    config = replace(on.config, backends={"lab": BackendSettings(url="http://lab", models=(override,))})
    return replace(on, loaded=replace(on.loaded, config=config))
