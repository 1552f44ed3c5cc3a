"""A tool's arguments are checked against its schema, and no schema can stop the server."""

import time
from functools import reduce
from typing import cast

import pytest

from inhouse.domain.conversation import Tool
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.tools.schemas import check_schemas, fault

PATH = {"type": "object", "properties": {"path": {"type": "string"}, "n": {"type": "integer"}}, "required": ["path"]}
CLOSED = PATH | {"additionalProperties": False}
DRAFT_7 = PATH | {"$schema": "http://json-schema.org/draft-07/schema#"}
NESTED = {
    "$defs": {"edit": {"type": "object", "required": ["old"]}},
    "items": {"$ref": "#/$defs/edit"},
    "type": "array",
}


@pytest.mark.parametrize(
    ("schema", "arguments", "wrong"),
    [
        (PATH, {"path": "a"}, None),
        (PATH, {"path": "a", "more": 1}, None),
        (PATH, {}, "$ breaks the rule 'required'"),
        (PATH, {"path": 7}, "$.path breaks the rule 'type'"),
        (PATH, [], "$ breaks the rule 'type'"),
        (DRAFT_7, {"path": "a", "n": 1.5}, "$.n breaks the rule 'type'"),
        (CLOSED, {"path": "a", "more": 1}, "$ breaks the rule 'additionalProperties'"),
        ({"properties": {"edits": NESTED}}, {"edits": [{"old": "a"}, {}]}, None),
        ({"properties": {"edits": NESTED["items"]}, "$defs": NESTED["$defs"]}, {"edits": {}},
         "$.edits breaks the rule 'required'"),
        ({"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": False}, {"y": 1}, None),
        ({}, {"anything": [1]}, None),
        ({"properties": {"n": {"maximum": 2**70, "description": "\ud83d"}}}, {"n": 1}, None),
    ],
    ids=str,
)  # fmt: skip
def test_arguments(schema: dict[str, object], arguments: object, wrong: str | None) -> None:
    if schema.get("properties", {}) == {"edits": NESTED}:  # its reference points nowhere from the root
        schema = schema | {"$defs": NESTED["$defs"]}
        wrong = "$.edits[1] breaks the rule 'required'"
    assert fault(Tool("t", "", schema), arguments) == wrong


def test_the_arguments_are_not_repeated() -> None:
    found = fault(Tool("t", "", PATH), {"path": {"secret": "sk-1"}})
    assert found is not None
    assert "sk-1" not in found


Case = tuple[dict[str, object], object]
DOUBLING = {
    "$ref": "#/$defs/d0",
    "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": {}},
}
DEEP = reduce(lambda inner, _: {"not": inner}, range(900), dict[str, object]())
LONG: dict[str, object] = {"properties": {"a": {"items": {"properties": {f"p{n}": {} for n in range(10_000)}}}}}


@pytest.mark.parametrize(
    ("schema", "arguments"),
    cast(
        list[Case],
        [
            ({"type": "nonsense"}, {}),
            ({"properties": 7}, {}),
            ({"required": "path"}, {}),
            ({"$ref": "http://example.com/schema.json"}, {}),
            ({"$ref": "file:///etc/passwd"}, {}),
            ({"$ref": "#/nowhere"}, {}),
            ({"$ref": "#"}, {}),
            ({"$schema": ["x"]}, {}),
            (DOUBLING, {}),
            (DEEP, {}),
            (LONG, {"a": [{}] * 10_000}),
            ({"enum": ["x" * 600_000]}, {}),
        ],
    ),
    ids=lambda value: str(value)[:60],
)
def test_a_schema_that_is_none_or_costs_too_much_is_the_requests_fault(
    schema: dict[str, object], arguments: object
) -> None:
    tool = Tool("t", "", schema)
    began = time.process_time()
    with pytest.raises(InhouseError) as caught:
        fault(tool, arguments)
    assert caught.value.kind is ErrorKind.INVALID_REQUEST
    assert "'t'" in caught.value.message
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 40 + "!"}),
        ({"patternProperties": {"^(a+)+$": {}}}, {"a" * 40 + "!": 1}),
        ({"properties": {"a": {"pattern": "("}}}, {"a": ""}),
        ({"properties": {"a": {"uniqueItems": True}}}, {"a": [{"n": [n]} for n in range(20_000)]}),
        ({"properties": {"a": {"multipleOf": 0.01}}}, {"a": 1e308}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_costly_rules_are_not_run(schema: dict[str, object], arguments: object) -> None:
    began = time.process_time()
    fault(Tool("t", "", schema), arguments)
    assert time.process_time() - began < 5


def test_an_invalid_schema_is_found_before_anything_is_sent() -> None:
    check_schemas([Tool("t", "", PATH), Tool("u", "", {})])
    with pytest.raises(InhouseError, match="'v'"):
        check_schemas([Tool("t", "", PATH), Tool("v", "", {"type": 7})])
