"""What of a file a model is shown."""

from inhouse.context.completion.pace import QUICK_ANSWERS, SLOW, Pace
from inhouse.context.completion.place import Place
from inhouse.context.completion.window import ON_SERVER, Budget, shown
from inhouse.context.estimate import estimate_tokens

SMALL = Budget(prefix=200, suffix=50, line=16, block=32)
LINES = [f"name_{number} = other_{number}\n" for number in range(500)]


def at_line(number: int, budget: Budget = SMALL) -> tuple[str, str]:
    before = "".join(LINES[:number]) + "x = "
    return shown(Place(before, "\n" + "".join(LINES[number:])), budget)


def test_what_is_nearest_the_cursor_is_shown_and_no_more_than_fits() -> None:
    prefix, suffix = at_line(300)
    assert prefix.endswith(LINES[299] + "x = ")
    assert suffix.startswith("\n" + LINES[300])
    assert estimate_tokens(prefix) <= SMALL.prefix
    assert estimate_tokens(suffix) <= SMALL.suffix


def test_whole_file_is_shown_where_it_fits() -> None:
    assert shown(Place("import os\nx = ", "\n"), SMALL) == ("import os\nx = ", "\n")


def test_beginning_stays_while_lines_are_typed() -> None:
    """Else a server's prefix cache would be lost with every line."""
    starts = [at_line(number, ON_SERVER)[0].partition("\n")[0] for number in range(300, 332)]
    assert len(set(starts)) <= 3


def test_steps_are_small_where_little_is_shown() -> None:
    for number in range(300, 332):
        assert estimate_tokens(at_line(number)[0]) > SMALL.prefix // 2


def test_beginning_stays_where_the_text_before_is_only_part_of_the_file() -> None:
    whole = shown(Place("".join(LINES[:300]), "\n"), SMALL)
    part = shown(Place("".join(LINES[100:300]), "\n", first_line=100), SMALL)
    assert whole == part


def test_line_without_end_is_cut() -> None:
    prefix, suffix = shown(Place("a" * 100_000, "b" * 100_000), SMALL)
    assert prefix == "a" * 2 * SMALL.prefix
    assert suffix == "b" * 2 * SMALL.suffix


def test_small_context_gets_a_share_of_everything() -> None:
    assert ON_SERVER.within(100_000) == ON_SERVER
    small = ON_SERVER.within(512)
    assert small.prefix + small.suffix + small.snippets + small.block <= 384
    assert min(small.prefix, small.suffix, small.line, small.block) > 0


def test_slow_model_is_shown_less_and_a_quick_one_more_again() -> None:
    pace = Pace()
    pace.waited(SLOW + 1)
    assert pace.suited(SMALL).prefix == SMALL.prefix // 2
    assert pace.suited(ON_SERVER).snippets == 0
    for _ in range(QUICK_ANSWERS):
        pace.waited(0.1)
    assert pace.suited(SMALL) == SMALL


def test_there_is_a_least_that_every_model_is_shown() -> None:
    pace = Pace()
    assert [pace.overflowed() for _ in range(5)] == [True, True, True, False, False]
    assert pace.suited(SMALL).prefix == SMALL.prefix // 8
