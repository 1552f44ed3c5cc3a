"""Whose word on the model counts: a stranger's repository may choose among what stays in the house, and no more."""

import pytest

from inhouse.assist.default_model import default_model
from inhouse.assist.models import default_id
from inhouse.config.load import LayerName
from inhouse.domain.errors import ErrorKind
from inhouse.domain.models import Zone
from tests.unit.assist.backends import Memory, failing, session

PROJECT = {"model": LayerName.PROJECT}


def backends() -> tuple[Memory, ...]:
    down = Memory("down", failure=failing(ErrorKind.UNREACHABLE))
    return Memory("lab", "a", "shared"), Memory("hf", "b", "shared", zone=Zone.CLOUD), down


@pytest.mark.parametrize(
    ("wanted", "covered", "expected"),
    [
        ("lab|a", None, "lab|a"),
        ("a", None, "a"),
        ("hf|b", None, "auto"),
        ("b", None, "auto"),
        ("hf|b", "lab|shared", "lab|shared"),
        ("shared", "lab|a", "lab|a"),
        ("down|x", "lab|a", "lab|a"),
        ("lab|nope", None, "auto"),
        ("away|x", None, "auto"),
        ("auto", "lab|a", "auto"),
    ],
)
async def test_a_projects_choice(wanted: str, covered: str | None, expected: str) -> None:
    values = {} if covered is None else {"model": covered}
    on = session(*backends(), model=wanted, provenance=PROJECT, covered=values)
    assert await default_model(on) == expected


@pytest.mark.parametrize("wanted", ["hf|b", "lab|nope", "auto", "down|x"])
@pytest.mark.parametrize("layer", [layer for layer in LayerName if layer is not LayerName.PROJECT])
async def test_everybody_elses_choice_counts(wanted: str, layer: LayerName) -> None:
    assert await default_model(session(*backends(), model=wanted, provenance={"model": layer})) == wanted


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("auto", "lab|a"), ("hf|b", "hf|b"), ("b", "hf|b"), ("down|x", "lab|a"), ("lab|nope", None), ("shared", None)],
)
async def test_what_a_request_would_go_to_first(wanted: str, expected: str | None) -> None:
    found = await default_id(session(*backends(), model=wanted))
    assert (found and str(found)) == expected
