"""A real LiteLLM proxy in front of replicas, all behind one model name. `make test-cluster` installs it."""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from scripts import server_environment

from tests.e2e.servers.running import Launch, RunningServer, environment_below, free_port, started

MODEL = "team-model"
KEY = "sk-cluster-key"
AFFINITY_HEADER = "x-litellm-session-id"
PATIENCE = 120.0
"""Seconds: importing it alone takes fifteen on two busy cores."""


@contextmanager
def litellm(
    folder: Path, replicas: Sequence[RunningServer], *, affinity: bool = True, retries: int = 2
) -> Generator[RunningServer]:
    """Deployment `replica-0`, `replica-1`, … in the order of `replicas`; the answer's header `x-litellm-model-id` says
    which one it was. With `affinity` the requests of one session stay with one of them."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = server_environment.path("litellm")
    program = environment / "bin" / "litellm"
    assert program.is_file(), f"{program} is missing: run `make test-cluster`, which installs it"
    config = folder / "config.yaml"
    config.write_text(json.dumps(_config(replicas, affinity=affinity, retries=retries)), "utf-8")  # JSON is YAML
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
    )
    variables = environment_below(folder, LITELLM_LOCAL_MODEL_COST_MAP="True", NO_DOCS="True")
    launch = Launch(command, variables, "/health/liveliness", folder / "litellm.log", PATIENCE)
    context_length = min(replica.context_length for replica in replicas)
    server = RunningServer("litellm", _version(environment), port, MODEL, context_length, launch, KEY)
    with started(server):
        yield server


def _config(replicas: Sequence[RunningServer], *, affinity: bool, retries: int) -> dict[str, Any]:
    return {
        "model_list": [_deployment(number, replica) for number, replica in enumerate(replicas)],
        "general_settings": {"master_key": KEY},
        "litellm_settings": {"telemetry": False, "drop_params": True},
        "router_settings": {
            "routing_strategy": "simple-shuffle",
            "optional_pre_call_checks": ["session_affinity"] if affinity else [],
            "num_retries": retries,
            "allowed_fails": 0,
            "cooldown_time": 5,
        },
    }


def _deployment(number: int, replica: RunningServer) -> dict[str, Any]:
    where = {"model": f"openai/{replica.model}", "api_base": f"{replica.url}/v1", "api_key": replica.key or "none"}
    limits = {"max_input_tokens": replica.context_length, "max_tokens": replica.context_length}
    return {
        "model_name": MODEL,
        "litellm_params": where,
        "model_info": {"id": f"replica-{number}", "mode": "chat", **limits},
    }


def _version(environment: Path) -> str:
    (site,) = environment.glob("lib/python*/site-packages")
    return next(found.version for found in distributions(name="litellm", path=[str(site)]))
