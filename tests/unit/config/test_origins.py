"""Where a key may go, and which backends of an editor are believed."""

import pytest

from inhouse.config.load import Loaded
from inhouse.domain.models import Kind
from inhouse.domain.origin import Origin
from tests.unit.config.conftest import Setup, write

HOME = "https://gpu.example.internal:8000"
AWAY = "https://away.example"

KEYED = f"""
[backends.lab]
url = "{HOME}/v1"
api_key_env = "LAB_KEY"
api_key_header = "api-key"
headers = {{ X-Team = "compilers" }}
zone = "local"
max_concurrency = 9
"""


def check_key(loaded: Loaded, *, follows: bool) -> None:
    lab = loaded.config.backends["lab"]
    kept = ("LAB_KEY", "api-key", {"X-Team": "compilers"}, "local")
    found = (lab.api_key_env, lab.api_key_header, dict(lab.headers), lab.zone)
    assert found == (kept if follows else ("", "Authorization", {}, ""))
    assert lab.max_concurrency == 9


class TestKey:
    @pytest.mark.parametrize("url", [HOME, HOME + "/other/v1/", HOME.upper().replace("HTTPS", "https")])
    def test_stays_at_its_origin(self, setup: Setup, url: str) -> None:
        write(setup.user, KEYED)
        setup.environment(INHOUSE_BACKENDS__LAB__URL=url)
        check_key(setup.load(), follows=True)
        assert not setup.load().problems

    @pytest.mark.parametrize("url", [AWAY, "http://gpu.example.internal:8000", "https://gpu.example.internal"])
    def test_does_not_follow_a_backend_to_another(self, setup: Setup, url: str) -> None:
        write(setup.user, KEYED)
        setup.environment(INHOUSE_BACKENDS__LAB__URL=url)
        loaded = setup.load()
        check_key(loaded, follows=False)
        (problem,) = loaded.problems
        assert (problem.key, problem.severity) == ("INHOUSE_BACKENDS__LAB__URL", "warning")
        assert "api_key_env, api_key_header, headers, zone" in problem.message

    def test_kind_does_not_follow_for_it_stands_for_a_key(self, setup: Setup) -> None:
        write(setup.user, f'[backends.hf]\nurl = "{AWAY}"\nkind = "huggingface"')
        setup.inhouse({"backends": {"hf": {"url": "http://localhost:1"}}})
        assert setup.load().config.backends["hf"].kind is Kind.AUTO

    def test_counts_where_it_is_set_again(self, setup: Setup) -> None:
        write(setup.user, KEYED)
        setup.flags({"backends": {"lab": {"url": AWAY, "api_key_env": "AWAY_KEY"}}})
        lab = setup.load().config.backends["lab"]
        assert (lab.api_key_env, dict(lab.headers)) == ("AWAY_KEY", {})

    def test_does_not_come_back_with_its_origin_from_a_third_layer(self, setup: Setup) -> None:
        write(setup.user, KEYED)
        setup.environment(INHOUSE_BACKENDS__LAB__URL=AWAY)
        setup.flags({"backends": {"lab": {"url": HOME}}})
        check_key(setup.load(), follows=False)

    def test_without_a_url_does_not_go_where_the_editor_says(self, setup: Setup) -> None:
        write(setup.user, '[backends.tgi]\napi_key_env = "LAB_KEY"')
        setup.editor({"huggingface": {"customTGIEndpoint": "http://localhost:1"}})
        loaded = setup.load()
        assert loaded.config.backends["tgi"].api_key_env == ""
        assert [problem.severity for problem in loaded.problems] == ["warning"]

    def test_without_a_url_waits_for_a_trusted_one(self, setup: Setup) -> None:
        write(setup.user, '[backends.lab]\napi_key_env = "LAB_KEY"')
        setup.environment(INHOUSE_BACKENDS__LAB__URL=AWAY)
        assert setup.load().config.backends["lab"].api_key_env == "LAB_KEY"

    def test_move_without_a_key_is_nobodys_problem(self, setup: Setup) -> None:
        write(setup.user, f'[backends.lab]\nurl = "{HOME}"')
        setup.environment(INHOUSE_BACKENDS__LAB__URL=AWAY)
        assert not setup.load().problems


class TestEditorsBackend:
    @pytest.mark.parametrize(
        "url",
        ["http://localhost:8080", "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:80", "http://a.localhost"],
    )
    def test_at_a_loopback_address_counts(self, setup: Setup, url: str) -> None:
        setup.editor({"huggingface": {"customTGIEndpoint": url}})
        loaded = setup.load()
        assert loaded.config.backends["tgi"].url == url
        assert not loaded.untrusted

    @pytest.mark.parametrize("url", [AWAY, "http://127.0.0.1.evil.example", "http://2130706433", "http://10.0.0.1:80"])
    def test_elsewhere_waits_for_a_yes(self, setup: Setup, url: str) -> None:
        setup.inhouse({"backends": {"lab": {"url": url}}})
        loaded = setup.load()
        assert not loaded.config.backends
        assert not [key for key in loaded.provenance if key.startswith("backends")]
        (waiting,) = loaded.untrusted
        assert (waiting.name, waiting.url, waiting.origin) == ("lab", url, Origin.parse(url))
        agreed = setup.load(loaded, trusted=frozenset({waiting.origin}))
        assert agreed.config.backends["lab"].url == url
        assert not agreed.untrusted

    def test_at_an_origin_of_the_users_own_counts(self, setup: Setup) -> None:
        write(setup.user, f'[backends.other]\nurl = "{HOME}"')
        setup.inhouse({"backends": {"lab": {"url": HOME + "/v1"}}})
        assert list(setup.load().config.backends) == ["other", "lab"]

    def test_moving_the_users_own_takes_it_out_until_agreed(self, setup: Setup) -> None:
        write(setup.user, KEYED)
        setup.inhouse({"backends": {"lab": {"url": AWAY}}})
        loaded = setup.load()
        assert not loaded.config.backends
        check_key(setup.load(trusted=frozenset({Origin.parse(AWAY)})), follows=False)

    def test_a_project_names_no_trusted_origin(self, setup: Setup) -> None:
        setup.project("p", f'[backends.lab]\nurl = "{AWAY}"')
        setup.inhouse({"backends": {"lab": {"url": AWAY}}})
        assert setup.load().untrusted


class TestOrder:
    def test_a_name_that_no_backend_has_is_a_warning(self, setup: Setup) -> None:
        text = f'[routing]\norder = ["lab", "gpu", "embedded", "gpu"]\n[backends.lab]\nurl = "{HOME}"'
        write(setup.user, text)
        problem = setup.only_problem()
        assert (problem.key, problem.line, problem.severity) == ("routing.order", 2, "warning")
        assert "no backend 'gpu'," in problem.message

    def test_a_backend_that_waits_for_a_yes_is_known(self, setup: Setup) -> None:
        setup.inhouse({"backends": {"lab": {"url": AWAY}}, "routing": {"order": ["lab"]}})
        assert not setup.load().problems

    def test_a_hostile_order_is_told_in_short(self, setup: Setup) -> None:
        setup.inhouse({"routing": {"order": [f"{index}\n" * 100 for index in range(1000)]}})
        assert len(setup.only_problem().message) < 1000
