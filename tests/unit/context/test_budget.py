"""How long an answer may get: as long as was asked, never longer than what is left, and said before it begins."""

import pytest

from inhouse.context.budget import answer_room, reserved
from inhouse.domain.errors import ErrorKind, InhouseError, TokenCount
from inhouse.domain.models import ContextSource, Count, Model, ModelId, TokenLimits


def model(source: ContextSource = ContextSource.SERVER, max_output: int = 256) -> Model:
    return Model(ModelId("lab", "m"), 1024, source, TokenLimits(1, max_output), local=True)


@pytest.mark.parametrize(("used", "asked", "room"), [(1000, None, 24), (1000, 10, 10), (1000, 500, 24), (1023, 500, 1)])
@pytest.mark.parametrize("exact", [True, False])
def test_room(used: int, asked: int | None, room: int, *, exact: bool) -> None:
    assert answer_room(model(), 1024, Count(used, exact=exact), asked) == room


@pytest.mark.parametrize(
    ("limit", "asked", "max_output", "kept"),
    [
        (1024, None, 256, 128),
        (1024, None, 100, 100),
        (1024, 50, 256, 50),
        (1024, 9999, 256, 256),
        (200_000, None, 50_000, 4096),
        (200_000, 9999, 50_000, 9999),
        (2, None, 1, 1),
    ],
)
def test_room_kept_free_while_old_turns_can_go(limit: int, asked: int | None, max_output: int, kept: int) -> None:
    assert reserved(model(max_output=max_output), limit, asked) == kept


@pytest.mark.parametrize("used", [1024, 1025, 10**6])
def test_no_room_is_an_overflow_with_its_numbers(used: int) -> None:
    with pytest.raises(InhouseError) as caught:
        answer_room(model(), 1024, Count(used, exact=True), 1)
    error = caught.value
    assert (error.kind, error.tokens) == (ErrorKind.CONTEXT_OVERFLOW, TokenCount(used, 1024))
    assert (error.backend, error.model) == ("lab", "lab|m")
    assert "about" not in error.message


def test_an_assumed_length_is_told_with_the_setting_that_corrects_it() -> None:
    with pytest.raises(InhouseError) as caught:
        answer_room(model(ContextSource.ASSUMED), 1024, Count(2000, exact=False), None)
    assert "about 2000" in caught.value.message
    assert 'models = [{ name = "m", context_length = … }] in [backends.lab]' in caught.value.hint
