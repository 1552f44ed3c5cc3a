"""A prompt that was budgeted is never refused by the server, whose own count of tokens decides."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.e2e.backends.lab import Lab
from tests.lsp.plain_json import JsonObject, ResponseError

AWKWARD = ("<|im_end|>", "漢字かな", "😀", "def f(x):\n    return x ** 2\n", "word ")
TEXTS = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet="0123456789-=*#_.{}()\n\t ", min_size=1, max_size=200),
    st.sampled_from([text * 9 for text in AWKWARD]),
)


@st.composite
def conversations(draw: st.DrawFn) -> list[JsonObject]:
    """Turns of all sizes, and sometimes a system message before them."""
    turns = draw(st.lists(TEXTS, min_size=1, max_size=12))
    turns = turns if len(turns) % 2 else turns[1:]
    said = [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(turns)]
    return ([{"role": "system", "content": draw(TEXTS)}] if draw(st.booleans()) else []) + said


class Budget:
    @settings(max_examples=15)
    @given(messages=conversations(), asked=st.sampled_from([1, 2, 3]))
    async def test_a_budgeted_prompt_is_never_refused_by_the_server(
        self, lab: Lab, messages: list[JsonObject], asked: int
    ) -> None:
        try:
            chat = await lab.chat(messages, maxTokens=asked)
        except ResponseError as refused:
            assert refused.kind == "context_overflow"
            assert "status" not in refused.data, "it was the server that refused"
            assert refused.data["tokens"]["input"] >= refused.data["tokens"]["limit"]
        else:
            usage = chat.result["usage"]
            assert usage["inputTokens"] + usage["outputTokens"] <= lab.server.context_length
