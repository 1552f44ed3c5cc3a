"""Settings from an editor: the `inhouse` section, the older one, and whatever else a client may send."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inhouse.config.load import LayerName
from inhouse.config.schema import Config
from tests.unit.config.conftest import Setup, write

GARBAGE: list[object] = [
    42, "x", [1], True, {"inhouse": 5}, {"inhouse": [1]}, {"inhouse": {"backends": 1}},
    {"inhouse": {"backends": {"tgi": "http://localhost"}}}, {"inhouse": {"tokens": {"inputRatio": "a"}}},
    {"inhouse": {"tokens": {"inputRatio": 0.9, "outputRatio": 0.9}}}, {"inhouse": {"nonsense": 1}},
    {"inhouse": {"tokens": {"input_ratio": 0.1}}}, {"inhouse": {"backends": {"Ä": {"url": "http://localhost"}}}},
]  # fmt: skip

BAD_ENDPOINTS: list[object] = [
    42, 1.5, True, [], ["http://localhost:1"], {}, {"url": "http://localhost"}, " ", "nonsense", "localhost:8080",
    "ftp://localhost", "file:///etc/passwd", "http://", "http://:80", "http://localhost:99999", "http://localhost:x",
    "http://u:p@localhost", "http://local host", "http://localhost\r\nX: y", "http://[::1", "http://localhost?a=b",
    "http://\ud800", "x" * 100_000, "http://" + "a" * 100_000 + "\\", "unix:///run/x", "javascript:alert(1)",
]  # fmt: skip

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
known_words = st.sampled_from(
    ["inhouse", "huggingface", "backends", "tgi", "lab", "url", "headers", "models", "tokens", "inputRatio"]
) | st.sampled_from(["privacy", "exclude", "airGapped", "audit", "customTGIEndpoint", "tokenAllocation", "timeouts"])
near_misses = st.recursive(
    json_values | st.sampled_from(["http://localhost:1", "http://far.example", 0.5]),
    lambda inner: st.dictionaries(known_words, inner, max_size=4),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(json_values, near_misses), st.one_of(json_values, near_misses))
def test_no_json_whatever_makes_loading_fail(setup: Setup, first: object, second: object) -> None:
    setup.editor(first)
    before = setup.load()
    setup.editor(second)
    after = setup.load(before)
    for problem in (*before.problems, *after.problems):
        str(problem).encode()
    assert set(after.config.backends) <= {key.split(".")[1] for key in after.provenance if key.startswith("backends.")}


def test_camel_case_is_understood_and_the_users_own_names_stay(setup: Setup) -> None:
    models = [{"name": "m", "contextLength": 99}]
    backend = {"url": "http://localhost:1", "connectTimeout": 2, "headers": {"xTeam": "c"}, "models": models}
    setup.inhouse({"backends": {"my-lab": backend}, "completionModel": "m", "server": {"path": 1}, "trace.server": 2})
    loaded = setup.load()
    lab = loaded.config.backends["my-lab"]
    assert not loaded.problems
    assert (lab.connect_timeout, dict(lab.headers), lab.models[0].context_length) == (2, {"xTeam": "c"}, 99)
    assert loaded.provenance["completion_model"] is LayerName.EDITOR


def test_null_and_lua_s_empty_table_mean_not_set(setup: Setup) -> None:
    setup.inhouse({"backends": [], "tokens": {"inputRatio": None}, "privacy": None})
    loaded = setup.load()
    assert (loaded.config, loaded.problems) == (Config(), ())


@pytest.mark.parametrize("garbage", GARBAGE, ids=str)
def test_garbage_keeps_the_working_settings(setup: Setup, garbage: object) -> None:
    setup.editor({"huggingface": {"customTGIEndpoint": "http://localhost:1"}, "inhouse": {"model": "m"}})
    good = setup.load()
    setup.editor(garbage)
    after = setup.load(good)
    assert after.config.model == "m"
    assert len(after.problems) == 1
    assert len(str(after.problems[0])) < 400


@pytest.mark.parametrize("endpoint", BAD_ENDPOINTS, ids=lambda value: repr(value)[:30])
def test_bad_endpoint_is_a_warning_and_a_working_one_stays(setup: Setup, endpoint: object) -> None:
    setup.editor({"huggingface": {"customTGIEndpoint": endpoint}})
    problem = setup.only_problem()
    assert (problem.key, problem.severity) == ("huggingface.customTGIEndpoint", "warning")
    assert len(problem.message) < 200
    setup.editor({"huggingface": {"customTGIEndpoint": "http://localhost:1"}})
    good = setup.load()
    setup.editor({"huggingface": {"customTGIEndpoint": endpoint}})
    assert setup.load(good).config == good.config


@pytest.mark.parametrize(
    ("section", "url"),
    [
        ({"customTGIEndpoint": "http://localhost:1"}, "http://localhost:1"),
        ({"localEndpoint": "http://localhost:2"}, "http://localhost:2"),
        ({"localEndpoint": "http://localhost:2", "customTGIEndpoint": "http://localhost:1"}, "http://localhost:1"),
        ({"localEndpoint": "http://localhost:2", "customTGIEndpoint": ""}, "http://localhost:2"),
        ({"localEndpoint": None, "customTGIEndpoint": ""}, None),
        ({"timeouts": {"localHealthCheck": 3000}, "unknown": 1}, None),
    ],
)
def test_older_endpoint_settings(setup: Setup, section: object, url: str | None) -> None:
    setup.editor({"huggingface": section})
    loaded = setup.load()
    assert not loaded.problems
    assert {name: backend.url for name, backend in loaded.config.backends.items()} == ({"tgi": url} if url else {})


def test_older_numbers_and_the_newer_section_over_them(setup: Setup) -> None:
    older = {
        "customTGIEndpoint": "http://localhost:1",
        "tokenAllocation": {"inputRatio": 0.5, "outputRatio": 0.4, "minimumOutput": 64},
        "timeouts": {"localHealthCheck": 1500, "localModelFetch": 2000},
    }
    setup.editor({"huggingface": older, "inhouse": {"discovery": {"timeout": 9}}})
    config = setup.load().config
    assert (config.tokens.input_ratio, config.tokens.output_ratio, config.tokens.minimum_output) == (0.5, 0.4, 64)
    assert (config.backends["tgi"].connect_timeout, config.discovery.timeout) == (1.5, 9)


@pytest.mark.parametrize(
    ("tree", "key"),
    [
        ({"backends": {"a": {"url": "http://localhost", "apiKeyEnv": "HOME"}}}, "inhouse.backends.a.apiKeyEnv"),
        ({"backends": {"a": {"url": "http://localhost", "apiKeyCommand": ["x"]}}}, "inhouse.backends.a.apiKeyCommand"),
        ({"backends": {"a": {"url": "http://localhost", "zone": "local"}}}, "inhouse.backends.a.zone"),
        ({"backends": {"a": {"url": "http://localhost", "verify": False}}}, "inhouse.backends.a.verify"),
        ({"backends": {"a": {"url": "http://localhost", "caFile": 5}}}, "inhouse.backends.a.caFile"),
        ({"audit": {"enabled": False}}, "inhouse.audit"),
        ({"privacy": {"localNetworks": ["0.0.0.0/0"]}}, "inhouse.privacy.localNetworks"),
        ({"privacy": {"airGapped": False}}, "inhouse.privacy.airGapped"),
        ({"privacy": {"redactSecrets": False}}, "inhouse.privacy.redactSecrets"),
        ({"privacy": {"exclude": ["!**/.env"]}}, "inhouse.privacy.exclude"),
    ],
)
def test_what_an_editor_may_not_say_is_ignored_alone(setup: Setup, tree: dict[str, object], key: str) -> None:
    """Workspace settings reach the server through the editor, and a workspace may be a stranger's."""
    write(setup.user, "[privacy]\nair_gapped = true")
    setup.inhouse({**tree, "model": "kept"})
    loaded = setup.load()
    (problem,) = loaded.problems
    assert (problem.key, problem.severity) == (key, "warning")
    assert loaded.config.model == "kept"
    assert loaded.config.privacy.air_gapped
    assert loaded.config.privacy.redact_secrets
    assert not loaded.config.privacy.local_networks
    backend = loaded.config.backends.get("a")
    if backend:
        assert (backend.api_key_env, backend.zone, backend.verify, backend.ca_file) == ("", "", True, "")


def test_an_editor_may_switch_off_what_protects_nobody(setup: Setup) -> None:
    write(setup.user, "[completion]\nenabled = true\n[routing]\nfallback = true")
    setup.inhouse({"completion": {"enabled": False}, "routing": {"fallback": False}})
    config = setup.load().config
    assert (config.completion.enabled, config.routing.fallback) == (False, False)


def test_an_editor_may_tighten(setup: Setup) -> None:
    setup.inhouse({"privacy": {"airGapped": True, "exclude": ["more"]}})
    privacy = setup.load().config.privacy
    assert privacy.air_gapped
    assert privacy.exclude == ("**/.env", "**/*.pem", "more")


def test_deep_nesting_does_no_harm(setup: Setup) -> None:
    deep = json.loads("[" * 500 + "]" * 500)
    setup.inhouse({"backends": {"a": {"headers": deep, "models": deep}}, "tokens": deep})
    assert setup.load().errors


@pytest.mark.parametrize("model", ["./x.gguf", "x.gguf", "/tmp/x", "~/x", "C:\\x", "X.GGUF"])
def test_an_editor_names_no_model_file(setup: Setup, model: str) -> None:
    """It may lie in a stranger's repository, made to break the engine's parser."""
    write(setup.user, '[embedded]\nmodel = "/own.gguf"')
    setup.inhouse({"embedded": {"model": model, "threads": 3}})
    loaded = setup.load()
    assert (loaded.config.embedded.model, loaded.config.embedded.threads) == ("/own.gguf", 3)
    (problem,) = loaded.problems
    assert (problem.key, problem.severity) == ("inhouse.embedded.model", "warning")
    assert "your own settings file" in problem.message


def test_an_editor_names_a_model(setup: Setup) -> None:
    setup.inhouse({"embedded": {"model": "own"}})
    loaded = setup.load()
    assert (loaded.config.embedded.model, loaded.problems) == ("own", ())
