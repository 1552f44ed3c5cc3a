"""Tool calls put together from pieces that mean no good."""

import time

import pytest

from inhouse.domain.conversation import Tool
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import ModelId
from inhouse.inference.tools.assembly import Assembly, CallPiece


def assembly() -> Assembly:
    return Assembly((Tool("f", "", {}),), 500_000, ModelId("lab", "m"))


def test_a_name_with_every_piece_does_not_cost_the_square_of_the_answer() -> None:
    calls = assembly()
    calls.add(CallPiece(0, "", "f", '{"a":"'))
    began = time.process_time()
    for _ in range(60_000):
        calls.add(CallPiece(0, "", "f", "}"))
    assert time.process_time() - began < 2  # seconds; without a bound it was 20


def test_arguments_nested_deeper_than_can_be_written_are_a_bad_response() -> None:
    deep: object = {}
    for _ in range(400):
        deep = {"a": deep}
    with pytest.raises(InhouseError) as caught:
        assembly().add(CallPiece(0, "", "f", deep))
    assert caught.value.kind is ErrorKind.BAD_RESPONSE
