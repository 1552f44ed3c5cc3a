"""An estimate is multiplied by what recent answers have shown, rather too much than too little."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.calibration import KEPT, MARGIN, MOST, UNKNOWN, Ratios, learnt, safe_factor


def after(*counted: int, estimated: int = 1000) -> Ratios:
    ratios: Ratios = ()
    for each in counted:
        ratios = learnt(ratios, counted=each, estimated=estimated)
    return ratios


def test_before_the_first_answer() -> None:
    assert safe_factor(()) == UNKNOWN > 1


def test_the_highest_recent_ratio_counts() -> None:
    assert safe_factor(after(900, 1100, 800)) == 1.1 * MARGIN


def test_an_old_one_is_forgotten() -> None:
    assert safe_factor(after(2000, *[900] * KEPT)) == 0.9 * MARGIN


def test_a_short_prompt_tells_nothing() -> None:
    assert after(100, estimated=20) == ()
    assert after(0) == ()


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(256, 10**6)), min_size=1, max_size=12))
def test_it_stays_within_bounds_and_above_the_last_answer(seen: list[tuple[int, int]]) -> None:
    ratios: Ratios = ()
    for counted, estimated in seen:
        ratios = learnt(ratios, counted=counted, estimated=estimated)
    factor = safe_factor(ratios)
    assert 0.5 <= factor <= MOST * MARGIN
    assert factor * seen[-1][1] >= min(seen[-1][0], MOST * seen[-1][1])
