"""What a model fills in ends where it should, however the stream is cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.domain.events import TextDelta
from inhouse.inference.fim.answer import FilledIn
from inhouse.inference.text_filter import Piece

ENDS = ("\n\n", "<|endoftext|>", "<|fim_pad|>")
ECHOES = ("<|fim_middle|>",)


def text(told: list[Piece]) -> str:
    return "".join(piece.text for piece in told if isinstance(piece, TextDelta))


def through(pieces: list[str], each: FilledIn) -> str:
    return "".join(text(each.feed(piece)) for piece in pieces) + text(each.close(cut=False))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("a + b", "a + b"),
        ("a + b\n\ndef f():", "a + b"),
        ("a + b<|endoftext|>", "a + b"),
        ("a\nb<|fim_pad|><|fim_pad|>", "a\nb"),
        ("<|fim_middle|>a + b", "a + b"),
        ("<|fim_middle|><|fim_middle|>a", "a"),
        ("a<|fim_middle|>b", "a<|fim_middle|>b"),
        ("<|fim_mid", "<|fim_mid"),
        ("  a", "  a"),
        ("\n\n", ""),
        ("<|end", "<|end"),
        ("", ""),
    ],
)
def test_an_answer(answer: str, expected: str) -> None:
    assert through([answer], FilledIn(ENDS, ECHOES)) == expected
    assert through(list(answer), FilledIn(ENDS, ECHOES)) == expected


def test_what_cannot_belong_to_an_end_is_told_at_once() -> None:
    each = FilledIn(ENDS)
    assert text(each.feed("a<b")) == "a<b"
    assert text(each.feed("c\n")) == "c"


def test_without_ends_everything_passes() -> None:
    assert through(["a", "\n\n", "b"], FilledIn(())) == "a\n\nb"


_PARTS = st.sampled_from(["a", "\n", "<|", "fim_middle|>", "<|fim_middle|>", "<|endoftext|>", "|>", " "])


@given(st.lists(_PARTS, max_size=8), st.lists(st.integers(0, 60), max_size=5))
def test_how_it_is_cut_does_not_matter(parts: list[str], cuts: list[int]) -> None:
    answer = "".join(parts)
    places = sorted({0, len(answer), *(min(cut, len(answer)) for cut in cuts)})
    pieces = [answer[a:b] for a, b in itertools.pairwise(places)]
    whole = through([answer], FilledIn(ENDS, ECHOES))
    assert through(pieces, FilledIn(ENDS, ECHOES)) == whole
    assert not any(end in whole for end in ENDS)
