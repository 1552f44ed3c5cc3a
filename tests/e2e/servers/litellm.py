"""A real LiteLLM proxy in front of replicas, set up as docs/deploy says. `make test-cluster` installs it."""

import copy
import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from scripts import server_environment

from tests.e2e.servers.running import Launch, RunningServer, environment_below, free_port, started

DEPLOYED = Path(__file__).resolve().parents[3] / "docs" / "deploy" / "cluster-8xh200"
_CONFIG: dict[str, Any] = yaml.safe_load((DEPLOYED / "litellm.yaml").read_text("utf-8"))
MODEL: str = _CONFIG["model_list"][0]["model_name"]
KEY = "sk-cluster-key"
AFFINITY_HEADER = "x-litellm-session-id"
COOLDOWN = 4
"""Seconds, instead of the half minute that is right for servers that take minutes to start."""
PATIENCE = 120.0
"""Seconds: importing it alone takes fifteen on two busy cores."""
_NOTHING: Mapping[str, object] = MappingProxyType({})


@contextmanager
def litellm(
    folder: Path,
    replicas: Sequence[RunningServer],
    *,
    router: Mapping[str, object] = _NOTHING,
    limits: Mapping[str, object] = _NOTHING,
) -> Generator[RunningServer]:
    """Deployment `replica-0`, `replica-1`, … in the order of `replicas`; the answer's header `x-litellm-model-id` says
    which one it was. `router` goes over the router's settings in docs/deploy, `limits` over those of each replica."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = server_environment.path("litellm")
    program = environment / "bin" / "litellm"
    assert program.is_file(), f"{program} is missing: run `make test-cluster`, which installs it"
    config = folder / "config.yaml"
    config.write_text(json.dumps(deployed(replicas, router, limits)), "utf-8")  # JSON is YAML
    port = free_port()
    command = (
        str(program),
        "--config",
        str(config),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--telemetry",
        "False",
        "--keepalive_timeout",
        "75",
    )
    variables = environment_below(
        folder,
        LITELLM_LOCAL_MODEL_COST_MAP="True",
        NO_DOCS="True",
        LITELLM_MASTER_KEY=KEY,
        VLLM_API_KEY=next((replica.key for replica in replicas if replica.key), "none"),
    )
    launch = Launch(command, variables, "/health/liveliness", folder / "litellm.log", PATIENCE)
    context_length = min(replica.context_length for replica in replicas)
    server = RunningServer("litellm", _version(environment), port, MODEL, context_length, launch, KEY)
    with started(server):
        yield server


def deployed(
    replicas: Sequence[RunningServer], router: Mapping[str, object] = _NOTHING, limits: Mapping[str, object] = _NOTHING
) -> dict[str, Any]:
    """docs/deploy's own file, with the addresses, names and sizes of these replicas, one worker and so no Redis."""
    config = copy.deepcopy(_CONFIG)
    first = config["model_list"][0]
    config["model_list"] = [_deployment(first, number, replica, limits) for number, replica in enumerate(replicas)]
    settings = {name: value for name, value in config["router_settings"].items() if not name.startswith("redis_")}
    config["router_settings"] = settings | {"cooldown_time": COOLDOWN} | dict(router)
    return config


def _deployment(
    first: dict[str, Any], number: int, replica: RunningServer, limits: Mapping[str, object]
) -> dict[str, Any]:
    provider = first["litellm_params"]["model"].partition("/")[0]
    where = {"model": f"{provider}/{replica.model}", "api_base": f"{replica.url}/v1"}
    size = {"max_input_tokens": replica.context_length, "max_output_tokens": replica.context_length}
    return {
        "model_name": MODEL,
        "litellm_params": first["litellm_params"] | where | dict(limits),
        "model_info": first["model_info"] | size | {"id": f"replica-{number}"},
    }


def _version(environment: Path) -> str:
    (site,) = environment.glob("lib/python*/site-packages")
    return next(found.version for found in distributions(name="litellm", path=[str(site)]))
