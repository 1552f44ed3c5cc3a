"""The commands that only look: `models`, `doctor`, `config`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import answers
from tests.fakes.behaviours import html_page
from tests.fakes.server import MODELS, FakeBackend
from tests.unit.cli.conftest import Cli


def test_models_are_one_aligned_line_each(cli: Cli, backend: FakeBackend) -> None:
    backend.answer(MODELS, answers.models("acme/smol", "acme/a-much-longer-name"))
    heading, *lines = cli.run("models").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["lab|acme/smol", "4096"],
        ["lab|acme/a-much-longer-name", "4096"],
    ]
    assert {line.index("4096") for line in lines} == {heading.index("context")}


@pytest.mark.usefixtures("backend")
def test_models_as_json_have_the_interfaces_shape(cli: Cli) -> None:
    found = json.loads(cli.run("models", "--json").stdout)
    assert set(found) == {"models", "default", "problems"}
    assert found["default"] == "lab|acme/smol"
    (model,) = (model for model in found["models"] if model["backend"] == "lab")
    assert (model["id"], model["contextLength"], model["local"]) == ("lab|acme/smol", 4096, True)


def test_a_backend_without_models_is_a_problem_on_stderr(cli: Cli, backend: FakeBackend) -> None:
    backend.answer(MODELS, html_page())
    done = cli.run("models")
    assert done.returncode == 0
    assert done.stderr.startswith("inhouse: lab: ")


def test_output_that_cannot_be_written_is_told(cli: Cli) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "inhouse", "--help"]
        done = subprocess.run(command, env=cli.environ, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert b"cannot be written" in done.stderr


@pytest.mark.usefixtures("backend")
def test_the_doctor_finds_a_healthy_backend_well(cli: Cli) -> None:
    checks = {check["name"]: check for check in json.loads(cli.run("doctor", "--json").stdout)["checks"]}
    assert {name for name in checks if name.startswith("lab")} >= {"lab: DNS", "lab: TCP"}
    assert all(check["ok"] for name, check in checks.items() if name.startswith("lab"))


def test_the_doctor_says_what_fails_and_exits_with_1(cli: Cli, backend: FakeBackend) -> None:
    backend.answer(MODELS, html_page())
    done = cli.run("doctor")
    assert done.returncode == 1
    (failed,) = (line for line in done.stdout.splitlines() if line.startswith("lab: model list"))
    assert "FAIL" in failed


def test_the_doctor_examines_faulty_settings_too(cli: Cli) -> None:
    done = cli.run("doctor", INHOUSE_NONSENSE="1")
    assert done.returncode == 2
    assert "INHOUSE_NONSENSE" in done.stdout


@pytest.mark.parametrize("command", [["models"], ["chat", "hi"], ["model", "pull"]])
def test_faulty_settings_end_a_command_with_2_and_name_each_fault(cli: Cli, command: list[str]) -> None:
    done = cli.run(*command, INHOUSE_NONSENSE="1", INHOUSE_EMBEDDED__THREADS='"many"')
    assert (done.returncode, done.stdout) == (2, "")
    assert "INHOUSE_NONSENSE" in done.stderr
    assert "INHOUSE_EMBEDDED__THREADS" in done.stderr


def test_a_named_config_file_that_is_missing_is_an_error(cli: Cli) -> None:
    done = cli.run("--config", "nowhere.toml", "models")
    assert done.returncode == 2
    assert "nowhere.toml" in done.stderr


@pytest.mark.usefixtures("backend")
def test_every_setting_is_shown_with_its_layer(cli: Cli) -> None:
    shown = json.loads(cli.run("config", "show", "--json", INHOUSE_MODEL="lab|acme/smol").stdout)["settings"]
    assert shown["model"] == {"value": "lab|acme/smol", "layer": "environment"}
    assert shown["embedded.enabled"]["layer"] == "user"
    assert shown["embedded.enabled"]["file"].endswith("inhouse.toml")
    assert shown["limits.line_bytes"] == {"value": 1_000_000, "layer": "default"}


def test_a_key_in_a_header_is_not_shown(cli: Cli) -> None:
    done = cli.run(
        "config",
        "show",
        INHOUSE_BACKENDS__LAB__URL="http://127.0.0.1:1",
        INHOUSE_BACKENDS__LAB__HEADERS='{"X-T":"s3c"}',
    )
    assert "X-T" in done.stdout
    assert "s3c" not in done.stdout + done.stderr


def test_faulty_settings_are_shown_as_far_as_they_go(cli: Cli) -> None:
    done = cli.run("config", "show", INHOUSE_NONSENSE="1")
    assert done.returncode == 2
    assert "embedded.model" in done.stdout
    assert "INHOUSE_NONSENSE" in done.stderr


def test_the_settings_files_are_listed(cli: Cli, backend: FakeBackend) -> None:
    del backend
    lines = {line.split()[0]: line for line in cli.run("config", "path").stdout.splitlines()[1:]}
    assert set(lines) == {"machine", "user", "project", "policy"}
    assert lines["user"].endswith("yes")
    assert str(cli.folder / ".inhouse.toml") in lines["project"]


@pytest.mark.usefixtures("backend")
def test_the_doctor_says_what_the_server_is_and_how_that_was_found_out(cli: Cli) -> None:
    checks = {check["name"]: check for check in json.loads(cli.run("doctor", "--json").stdout)["checks"]}
    assert 'vllm: /v1/models says owned_by "vllm"' in checks["lab: server"]["detail"]
    assert "acme/smol (4096 tokens, from server)" in checks["lab: model list (HTTP)"]["detail"]
