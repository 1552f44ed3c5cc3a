"""What a wrong value is told, in words for people and without the value itself."""

import time

import pytest

from tests.unit.config.conftest import Setup, write

SECRET = "s3cr3t-canary"


@pytest.mark.parametrize(
    ("toml", "key", "says"),
    [
        ("model = 5", "model", "must be text"),
        ("tokens = 5", "tokens", "must be a table"),
        ("[tokens]\ninput_ratio = 0", "tokens.input_ratio", "above 0 and at most 1"),
        ("[tokens]\ninput_ratio = nan", "tokens.input_ratio", "above 0 and at most 1"),
        ("[tokens]\nminimum_output = true", "tokens.minimum_output", "whole number"),
        ("[limits]\nline_bytes = 1e9", "limits.line_bytes", "whole number"),
        ('[embedded]\nenabled = "yes"', "embedded.enabled", "auto, true or false"),
        ('[review]\nfail_on = "all"', "review.fail_on", "error, warning, info or never"),
        ("[review]\nrules = [{ paths = 'a' }]", "review.rules", "entry 1 is incomplete"),
        ("[actions]\ndisabled = [1]", "actions.disabled", "list of texts"),
        ('[privacy]\nlocal_networks = ["10.0.0.1/8"]', "privacy.local_networks", "entry 1 must be a network"),
        ("[audit]\nenabled = true", "audit.enabled", "cannot do that yet"),
        ("[tokens]\ninput_ration = 0.5", "tokens", "did you mean input_ratio?"),
        ('[backends.embedded]\nurl = "http://x"', "backends", "belongs to the embedded engine"),
        ('[backends."A b"]\nurl = "http://x"', "backends", "not a backend name"),
        (f'[backends.a]\napi_key = "{SECRET}"', "backends.a", "a key never stands in the settings"),
        (f'[backends.a]\nurl = "http://u:{SECRET}@h"', "backends.a.url", "must not hold a user name"),
        (f'[backends.a]\nurl = "{SECRET}"', "backends.a.url", "must begin with http"),
        ('[backends.a]\nurl = ""', "backends.a.url", "must begin with http"),
        ('[backends.a]\nurl = "http://a\\\\b"', "backends.a.url", "no host name"),
        ('[backends.a]\nkind = "gpt"', "backends.a.kind", "auto, vllm"),
        ('[backends.a]\nproxy = "env"', "backends.a.proxy", "use none"),
        ('[backends.a]\napi_key_header = "Host"', "backends.a.api_key_header", "request header"),
        ('[backends.a]\napi_key_command = "/bin/sso"', "backends.a.api_key_command", "list of texts"),
        ('[backends.a]\napi_key_command = ["sso"]', "backends.a.api_key_command", "absolute path"),
        ('[backends.a]\napi_key_command = ["~/sso"]', "backends.a.api_key_command", "absolute path"),
        ('[backends.a]\napi_key_command = ["./sso"]', "backends.a.api_key_command", "absolute path"),
        ('[backends.a]\napi_key_command = ["", "/bin/sso"]', "backends.a.api_key_command", "absolute path"),
        ('[backends.a]\napi_key_command = ["/bin/sso", 5]', "backends.a.api_key_command", "list of texts"),
        ('[backends.a]\napi_key_command = ["/bin/sso", "\\u0000"]', "backends.a.api_key_command", "list of texts"),
        ('[backends.a]\naffinity_header = "a b"', "backends.a.affinity_header", "request header"),
        ('[backends.a]\naffinity_header = "X-Conversation-ID"', "backends.a.affinity_header", "cannot be used"),
        (f'[backends.a]\nheaders = {{ Authorization = "{SECRET}" }}', "backends.a.headers", "cannot be set here"),
        (f'[backends.a]\nheaders = {{ X = "{SECRET}\\n" }}', "backends.a.headers", "printable ASCII"),
        ("[backends.a]\nmodels = [{ name = 'm', context_length = 1 }]", "backends.a.models", "context_length must be"),
    ],
)
def test_wrong_value_is_explained(setup: Setup, toml: str, key: str, says: str) -> None:
    write(setup.user, toml)
    problem = setup.only_problem()
    assert (problem.key, problem.severity) == (key, "error")
    assert says in problem.message
    for unfit in (SECRET, "Input should", "pydantic", "Settings", "ValueError"):
        assert unfit not in str(problem)
    assert str(problem).startswith(f"{setup.user}:{problem.line}: {key}: ")


def test_overrides_and_headers_are_read(setup: Setup) -> None:
    write(
        setup.user,
        '[backends.a]\nurl = "https://[::1]:8443/v1/"\nheaders = { "X-Team" = "c" }\nkind = "vllm"\n'
        '[[backends.a.models]]\nname = "m|n"\ncontext_length = 16384\nchat = false',
    )
    backend = setup.load().config.backends["a"]
    assert (backend.url, dict(backend.headers), backend.kind) == ("https://[::1]:8443/v1", {"X-Team": "c"}, "vllm")
    (model,) = backend.models
    assert (model.name, model.context_length, model.chat, model.fim) == ("m|n", 16384, False, None)


def test_a_command_for_a_key_may_come_from_the_user_and_from_the_environment(setup: Setup) -> None:
    write(setup.user, '[backends.a]\nurl = "http://a"\napi_key_command = ["/bin/sso", "token"]')
    assert setup.load().config.backends["a"].api_key_command == ("/bin/sso", "token")
    setup.environment(INHOUSE_BACKENDS__A__API_KEY_COMMAND='["/opt/sso"]')
    assert setup.load().config.backends["a"].api_key_command == ("/opt/sso",)


def test_a_command_for_a_key_does_not_follow_to_another_origin(setup: Setup) -> None:
    write(setup.user, '[backends.a]\nurl = "http://a"\napi_key_command = ["/bin/sso", "token"]')
    setup.environment(INHOUSE_BACKENDS__A__URL="http://b")
    assert setup.load().config.backends["a"].api_key_command == ()


def test_a_project_cannot_name_a_command(setup: Setup) -> None:
    setup.project("shop", '[backends.a]\nurl = "http://a"\napi_key_command = ["/bin/sso"]')
    assert setup.load().config.backends == {}


def test_many_faults_are_told_shortly(setup: Setup) -> None:
    """A file with 50,000 wrong keys must neither flood the user nor stop the server."""
    write(setup.user, "".join(f"wrong_{number} = 1\n" for number in range(50_000)))
    start = time.process_time()
    problems = setup.load().problems
    assert time.process_time() - start < 4
    assert len(problems) == 21
    assert "49980 more" in problems[-1].message
    assert sum(len(problem.message) for problem in problems) < 4096


@pytest.mark.parametrize("pattern", ["a\\", "[z-a]", "\\"])
def test_what_is_no_pattern_is_told_before_it_is_used(setup: Setup, pattern: str) -> None:
    setup.project("p", f"[privacy]\nexclude = ['x', '{pattern}']")
    loaded = setup.load()
    (problem,) = loaded.problems
    assert (problem.key, problem.severity) == ("privacy.exclude", "warning")
    assert "entry 2 must be a path pattern" in problem.message
    assert loaded.config.privacy.exclude == ("**/.env", "**/*.pem")
