"""`inhouse models`, `config` and `doctor` as scripts use them."""

import json
from pathlib import Path
from typing import Any

import pytest

from inhouse import __version__
from tests.e2e.running import run_inhouse
from tests.fakes import answers
from tests.fakes.behaviours import html_page
from tests.fakes.faults import KEY
from tests.fakes.server import FakeBackend, refusing_url
from tests.lsp.client import start_client
from tests.user_file import user_file, write_user_file


def test_version_is_printed(home: dict[str, str]) -> None:
    run = run_inhouse(home, "--version")
    assert (run.returncode, run.stdout) == (0, f"inhouse {__version__}\n")


def test_no_argument_prints_help(home: dict[str, str]) -> None:
    run = run_inhouse(home)
    assert run.returncode == 0
    assert "chat" in run.stdout


@pytest.mark.parametrize("args", [("nonsense",), ("chat", "--nonsense"), ("chat", "--max-tokens", "0", "x")])
def test_wrong_usage_is_exit_2_and_one_sentence(home: dict[str, str], args: tuple[str, ...]) -> None:
    run = run_inhouse(home, *args)
    assert (run.returncode, run.stdout) == (2, "")
    assert "--help" in run.stderr
    assert len(run.stderr.splitlines()) == 1


async def test_models_as_json_are_what_the_language_server_lists(
    home_with_model: dict[str, str], tmp_path: Path
) -> None:
    with FakeBackend(models=answers.models("one", "two")) as backend, refusing_url() as dead:
        write_user_file(home_with_model, {"backends.lab": {"url": backend.url}, "backends.dead": {"url": dead}})
        run = run_inhouse(home_with_model, "models", "--json")
        async with start_client(home_with_model, tmp_path) as client:
            listed = await client.request("inhouse/models")
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == listed
    assert [model["id"] for model in listed["models"]] == ["lab|one", "lab|two", "embedded|smollm2-135m-instruct"]


def test_models_for_people_name_each_model_and_each_problem(home: dict[str, str]) -> None:
    with FakeBackend() as backend, refusing_url() as dead:
        write_user_file(home, {"backends.lab": {"url": backend.url}, "backends.dead": {"url": dead}})
        run = run_inhouse(home, "models")
    assert run.returncode == 0
    assert f"lab|{answers.MODEL}" in run.stdout
    assert "dead" in run.stderr
    assert "cannot be reached" in run.stderr


def test_config_show_says_every_value_and_where_it_comes_from(home: dict[str, str], tmp_path: Path) -> None:
    write_user_file(home, {"backends.lab": {"url": "http://127.0.0.1:9", "api_key_env": "LAB_KEY"}})
    (tmp_path / ".inhouse.toml").write_text('[review]\nfail_on = "error"\n')
    env = home | {"INHOUSE_ROUTING__FALLBACK": "false", "LAB_KEY": KEY}
    run = run_inhouse(env, "config", "show", "--json", cwd=tmp_path)
    settings: dict[str, Any] = json.loads(run.stdout)["settings"]
    assert run.returncode == 0
    assert (settings["routing.fallback"]["value"], settings["routing.fallback"]["layer"]) == (False, "environment")
    assert settings["backends.lab.url"]["layer"] == "user"
    assert settings["backends.lab.url"]["file"] == str(user_file(home))
    assert (settings["review.fail_on"]["value"], settings["review.fail_on"]["layer"]) == ("error", "project")
    assert settings["limits.answer_bytes"] == {"value": 4_000_000, "layer": "default"}
    plain = run_inhouse(env, "config", "show", cwd=tmp_path)
    assert str(user_file(home)) in plain.stdout
    assert KEY not in run.stdout + plain.stdout


def test_config_path_names_the_files(home: dict[str, str]) -> None:
    write_user_file(home, {"": {"model": "auto"}})
    run = run_inhouse(home, "config", "path")
    rows = [line.split() for line in run.stdout.splitlines()]
    assert ["user", str(user_file(home)), "yes"] in rows
    assert ["policy", "/etc/inhouse/policy.toml", "no"] in rows


def test_wrong_setting_is_exit_2_with_file_line_and_key(home: dict[str, str]) -> None:
    user_file(home).parent.mkdir(parents=True)
    user_file(home).write_text('[routing]\nfallback = "maybe"\n')
    for args in (("chat", "hello"), ("models",), ("config", "show"), ("doctor",)):
        run = run_inhouse(home, *args)
        assert run.returncode == 2, args
        assert f"{user_file(home)}:2" in run.stderr
        assert "routing.fallback" in run.stderr


def test_config_flag_names_another_file(home: dict[str, str], tmp_path: Path) -> None:
    write_user_file(home, {"backends.lab": {"url": "http://127.0.0.1:9"}})
    with FakeBackend() as backend:
        other = tmp_path / "other.toml"
        other.write_text(f'[backends.other]\nurl = "{backend.url}"\n')
        run = run_inhouse(home, "--config", str(other), "models", "--json")
    assert [model["backend"] for model in json.loads(run.stdout)["models"]] == ["other"]
    assert run_inhouse(home, "--config", str(tmp_path / "nowhere.toml"), "models").returncode == 2


def checks(home: dict[str, str], code: int) -> dict[str, dict[str, Any]]:
    run = run_inhouse(home, "doctor", "--json")
    assert run.returncode == code, run.stdout + run.stderr
    found = json.loads(run.stdout)
    assert found["ok"] is (code == 0)
    return {check["name"]: check for check in found["checks"]}


def test_doctor_finds_a_healthy_backend_and_times_each_step(home_with_model: dict[str, str]) -> None:
    with FakeBackend() as backend:
        write_user_file(home_with_model, {"backends.lab": {"url": backend.url}})
        found = checks(home_with_model, 0)
    assert all(check["ok"] is not False for check in found.values())
    for step in ("DNS", "TCP", "model list (HTTP)"):
        assert found[f"lab: {step}"]["milliseconds"] >= 0
    assert answers.MODEL in found["lab: model list (HTTP)"]["detail"]
    assert found["embedded: model file"]["ok"] is True


def test_doctor_says_how_far_a_dead_backend_gets(home_with_model: dict[str, str]) -> None:
    with refusing_url() as dead, FakeBackend(models=html_page()) as web:
        hosts = {"dead": dead, "nowhere": "http://gpu.invalid:8000", "web": web.url}
        write_user_file(home_with_model, {f"backends.{name}": {"url": url} for name, url in hosts.items()})
        found = checks(home_with_model, 1)
    assert (found["dead: DNS"]["ok"], found["dead: TCP"]["ok"]) == (True, False)
    assert "refused" in found["dead: TCP"]["detail"]
    assert found["nowhere: DNS"]["ok"] is False
    assert found["web: model list (HTTP)"]["ok"] is False
    assert "web: TCP" in found
    assert all(check["hint"] for check in found.values() if check["ok"] is False)


def test_doctor_misses_the_embedded_model(home: dict[str, str]) -> None:
    found = checks(home, 1)
    (embedded,) = [check for name, check in found.items() if name.startswith("embedded")]
    assert "inhouse model pull" in embedded["hint"]
