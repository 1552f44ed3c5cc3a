"""The deployments' files are copied as they are, so they are right together: settings, server and names."""

from configparser import ConfigParser
from pathlib import Path
from typing import cast

import pytest
import yaml

from inhouse.config.load import Sources, load
from inhouse.config.paths import Paths
from inhouse.config.schema import Config
from inhouse.domain.models import Zone
from tests.unit.docs.pages import ROOT

DEPLOY = ROOT / "docs" / "deploy"
CLUSTER = DEPLOY / "cluster-8xh200"
FILES = sorted(file for file in DEPLOY.rglob("*") if file.is_file())


def kept(*suffixes: str) -> list[object]:
    return [pytest.param(file, id=str(file.relative_to(DEPLOY))) for file in FILES if file.suffix in suffixes]


def settings(file: Path) -> tuple[Config, list[str]]:
    """As they come out of the loader, and what it finds wrong with them."""
    nowhere = DEPLOY / "nowhere"
    paths = Paths(nowhere, nowhere, nowhere, nowhere, nowhere, nowhere, nowhere)
    loaded = load(Sources(paths, {}, user_file=file))
    return loaded.config, [str(problem) for problem in loaded.problems]


def read_yaml(file: Path) -> object:
    return cast("object", yaml.safe_load(file.read_text("utf-8")))


def under(tree: object, key: str) -> list[object]:
    """All that stands under this key, anywhere, in the file's order."""
    if isinstance(tree, list):
        return [value for entry in cast("list[object]", tree) for value in under(entry, key)]
    if not isinstance(tree, dict):
        return []
    entries = cast("dict[str, object]", tree).items()
    return [found for name, value in entries for found in ([value] if name == key else under(value, key))]


def context_lengths(config: Config, backend: str) -> dict[str, int | None]:
    return {model.name: model.context_length for model in config.backends[backend].models}


@pytest.mark.parametrize("file", kept(".toml"))
def test_every_settings_file_is_accepted_without_a_word(file: Path) -> None:
    config, problems = settings(file)
    assert problems == []
    assert all(backend.forced_zone is not Zone.CLOUD for backend in config.backends.values())


@pytest.mark.parametrize("file", kept(".toml"))
def test_every_backend_named_in_the_settings_is_there(file: Path) -> None:
    config, _ = settings(file)
    named = {model.split("|")[0] for model in (config.model, config.completion_model) if model != "auto"}
    assert named | set(config.routing.order) <= {*config.backends, "embedded"}


@pytest.mark.parametrize("file", kept(".yaml", ".yml", ".json"))
def test_every_yaml_or_json_file_is_a_mapping(file: Path) -> None:
    assert isinstance(read_yaml(file), dict)


@pytest.mark.parametrize("file", kept(".conf", ".service"))
def test_every_ini_file_has_sections(file: Path) -> None:
    parser = ConfigParser(strict=False, interpolation=None)  # systemd allows a key twice
    parser.read_string(file.read_text("utf-8"))
    assert parser.sections()


def test_the_page_of_each_folder_names_all_its_files() -> None:
    for file in FILES:
        page = file.parent / "README.md"
        assert file == page or f"]({file.name})" in page.read_text("utf-8"), file


def test_the_production_stack_serves_what_the_users_settings_say() -> None:
    config, _ = settings(CLUSTER / "inhouse.toml")
    values = read_yaml(CLUSTER / "production-stack.yaml")
    names = [cast("list[str]", arguments)[1] for arguments in under(values, "extraArgs")]
    assert dict(zip(names, under(values, "maxModelLen"), strict=True)) == context_lengths(config, "gpu")
    assert under(values, "sessionKey") == [config.backends["gpu"].affinity_header.lower()]


@pytest.mark.parametrize(
    ("file", "name", "length"),
    [("ray-serve.yaml", "model_id", "max_model_len"), ("litellm.yaml", "model_name", "max_input_tokens")],
)
def test_the_other_routers_serve_the_same(file: str, name: str, length: str) -> None:
    config, _ = settings(CLUSTER / "inhouse.toml")
    read = read_yaml(CLUSTER / file)
    assert dict(zip(under(read, name), under(read, length), strict=True)) == context_lengths(config, "gpu")


@pytest.mark.parametrize(
    ("compose", "toml", "flag"),
    [
        ("compose.vllm.yaml", "inhouse.toml", "--max-model-len"),
        ("compose.tgi.yaml", "inhouse-tgi.toml", "--max-total-tokens"),
    ],
)
def test_the_small_card_serves_the_context_length_of_the_settings(compose: str, toml: str, flag: str) -> None:
    folder = DEPLOY / "rtx4060-starcoder2"
    (length,) = context_lengths(settings(folder / toml)[0], "gpu").values()
    assert f"{flag}={length} " in (folder / compose).read_text("utf-8").replace("\n", " ")


def test_ollama_has_one_context_length_in_all_its_files() -> None:
    folder = DEPLOY / "cpu-laptop-ollama"
    (length,) = context_lengths(settings(folder / "inhouse.toml")[0], "laptop").values()
    assert f"PARAMETER num_ctx {length}\n" in (folder / "Modelfile").read_text("utf-8")
    assert f"OLLAMA_CONTEXT_LENGTH={length}" in (folder / "override.conf").read_text("utf-8")


def test_the_site_without_internet_is_air_gapped() -> None:
    config, _ = settings(DEPLOY / "air-gapped" / "inhouse.toml")
    assert config.privacy.air_gapped
