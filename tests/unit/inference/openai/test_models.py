"""A model list is read whatever the server puts into it, and one bad entry does not hide the good ones."""

import json

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.listing import MOST_MODELS
from inhouse.inference.prober import Reply
from inhouse.inference.servers.openai import listed, read_entries
from tests.fakes.recorded import recorded


def told(*entries: object) -> list[tuple[str, int | None]]:
    return read(json.dumps({"object": "list", "data": entries}).encode())


def read(body: bytes) -> list[tuple[str, int | None]]:
    models = map(listed, read_entries(Reply(200, {}, body), backend="lab"))
    return [(model.name, model.context_length) for model in models]


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("vllm/v1_models.json", [("acme/smol", 1024), ("smol-alias", 1024)]),
        ("llamacpp/v1_models_alias_2slots.json", [("smol-b", 1024)]),
        ("tgi/v1_models.json", [("acme/coder-3b", None)]),
    ],
)
def test_what_real_servers_list(name: str, models: list[tuple[str, int | None]]) -> None:
    assert read(recorded(name).body) == models


@pytest.mark.parametrize(
    ("fields", "length"),
    [
        ({}, None),
        ({"max_model_len": 4096}, 4096),
        ({"max_model_len": 4096.0}, 4096),
        ({"meta": {"n_ctx": 2048, "n_ctx_train": 8192}}, 2048),
        ({"meta": {"n_ctx_train": 8192}}, None),
        ({"meta": None, "context_length": 512}, 512),
        ({"max_model_len": None, "meta": {"n_ctx": 2048}}, 2048),
        ({"max_model_len": 0}, None),
        ({"max_model_len": -1, "context_length": 512}, 512),
        ({"max_model_len": 10**30}, None),
        ({"max_model_len": 10**9}, None),
        ({"max_model_len": "4096"}, None),
        ({"max_model_len": True}, None),
        ({"max_model_len": 0.5}, None),
        ({"max_model_len": [4096]}, None),
    ],
    ids=str,
)
def test_context_length(fields: dict[str, object], length: int | None) -> None:
    assert told({"id": "m", **fields}) == [("m", length)]


def test_entries_that_cannot_be_read_are_left_out() -> None:
    names: list[object] = [None, 7, "", "a\nb", "\x1b[31m", "\u202e"]
    bad: list[object] = [None, 7, "m", {}, *({"id": name} for name in names)]
    assert told(*bad, {"id": "good"}, {"id": "good", "max_model_len": 7}, *bad) == [("good", None)]


@pytest.mark.parametrize("body", [b'{"object": "list", "data": []}', b'{"object": "list", "data": null}'])
def test_a_server_without_a_model(body: bytes) -> None:
    assert read(body) == []


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>", b"null", b"[]", b"{}", b"\xff", b"[" * 10**6),
        *(b'{"data": {}}', b'{"data": "x"}', b'{"object": "list", "data": 7}'),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(InhouseError) as caught:
        read(body)
    assert (caught.value.kind, caught.value.backend) == (ErrorKind.BAD_RESPONSE, "lab")


def test_a_very_long_list_is_cut() -> None:
    assert len(told(*({"id": f"m{number}"} for number in range(50_000)))) == MOST_MODELS
