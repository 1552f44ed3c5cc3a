"""Settings from INHOUSE_… variables."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.config.check import camel, node_at
from inhouse.config.environment import environment_layer, key_of, variable
from inhouse.config.layer import Key
from inhouse.config.rules import SectionOf, nodes_of
from inhouse.config.schema import BackendSettings, Config
from tests.unit.config.conftest import Setup

names = st.from_regex(r"[a-z0-9][a-z0-9]*(-[a-z0-9]+){0,2}", fullmatch=True)
backend_keys = st.tuples(st.just("backends"), names, st.sampled_from(sorted(nodes_of(BackendSettings))))
section_keys = st.sampled_from(
    [
        (name, setting)
        for name, node in nodes_of(Config).items()
        if isinstance(node, SectionOf)
        for setting in nodes_of(node.cls)
    ]
)


@given(st.one_of(backend_keys, section_keys))
def test_every_key_has_its_own_variable(key: Key) -> None:
    assert key_of(variable(key)) == key
    assert node_at(key) is not None


@given(st.sampled_from(sorted(nodes_of(BackendSettings))), st.sampled_from(sorted(nodes_of(BackendSettings))))
def test_camel_case_keeps_settings_apart(one: str, other: str) -> None:
    assert (camel(one) == camel(other)) == (one == other)
    assert "_" not in camel(one)


@given(st.dictionaries(st.text(min_size=1).map(lambda name: "INHOUSE_" + name), st.text()))
def test_garbage_never_raises(environ: dict[str, str]) -> None:
    layer = environment_layer(environ)
    assert layer.bad == bool(layer.problems)


def test_values_of_every_form(setup: Setup) -> None:
    setup.environment(
        INHOUSE_MODEL="5",
        INHOUSE_BACKENDS__MY_LAB__URL="http://h",
        INHOUSE_BACKENDS__MY_LAB__HEADERS=json.dumps({"X-Team_A": "c"}),
        INHOUSE_BACKENDS__MY_LAB__VERIFY="false",
        INHOUSE_EMBEDDED__ENABLED="auto",
        INHOUSE_ROUTING='{"order": ["my-lab"], "fallback": true}',
        INHOUSE_ROUTING__FALLBACK="false",
        INHOUSE_POLICY="/x",
        INHOUSE_LOG_LEVEL="debug",
        HF_TOKEN="hf_x",
    )
    loaded = setup.load()
    config = loaded.config
    assert not loaded.problems
    assert list(config.backends) == ["my-lab"]
    assert dict(config.backends["my-lab"].headers) == {"X-Team_A": "c"}
    assert not config.backends["my-lab"].verify
    assert (config.model, config.embedded.enabled) == ("5", "auto")
    assert (config.routing.order, config.routing.fallback) == (("my-lab",), False)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("INHOUSE_ROUTING__FALLBACK", "yes", "not JSON"),
        ("INHOUSE_ROUTING__FALLBACK", "[" * 100_000, "not JSON"),
        ("INHOUSE_ROUTING__FALLBACK", "1", "must be true or false"),
        ("INHOUSE_EMBEDDED__ENABLED", "maybe", "must be auto, true or false"),
        ("INHOUSE_TOKENS", '{"input_ratio": 2}', "input_ratio: must be"),
        ("INHOUSE_MODLE", "x", "there is no such setting"),
        ("INHOUSE_", "x", "there is no such setting"),
        ("INHOUSE_BACKENDS__LAB__URL__X", "x", "there is no such setting"),
        ("INHOUSE_BACKENDS__LAB__URL", "", "must begin with http"),
        ("INHOUSE_BACKENDS__-X__URL", "http://h", "not a backend name"),
    ],
)
def test_bad_variable_is_named(setup: Setup, name: str, value: str, says: str) -> None:
    setup.environment(**{name: value})
    problem = setup.only_problem()
    assert (problem.key, problem.severity) == (name, "error")
    assert says in problem.message
