"""Ray Serve LLM with two replicas of a real vLLM on the CPU, as docs/deploy says. `make test-ray` installs it."""

import copy
import json
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from scripts import server_environment

from tests.e2e.servers.running import Launch, RunningServer, environment_below, free_port, started

DEPLOYED = Path(__file__).resolve().parents[3] / "docs" / "deploy" / "cluster-8xh200" / "ray-serve.yaml"
_CONFIG: dict[str, Any] = yaml.safe_load(DEPLOYED.read_text("utf-8"))
MODEL: str = _CONFIG["applications"][0]["args"]["llm_configs"][0]["model_loading_config"]["model_id"]
VERSION = "2.60.0"
REPLICAS = 2
MAX_MODEL_LEN = 1024
PATIENCE = 600.0
_NEEDS_GPUS = ("tensor_parallel_size", "enable_expert_parallel", "gpu_memory_utilization", "max_num_seqs")


@contextmanager
def ray_serve(folder: Path, model: Path) -> Generator[RunningServer]:
    """`model` is a folder that `vllm.converted` made."""
    folder.mkdir(parents=True, exist_ok=True)
    python = server_environment.path("ray") / "bin" / "python"
    assert python.is_file(), f"{python} is missing: run `make test-ray`, which installs it"
    short = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # Ray's sockets lie in it, whose paths may have 107 bytes
    port, config = free_port(), folder / "serve.yaml"
    config.write_text(json.dumps(deployed(model, port)), "utf-8")  # JSON is YAML
    # Ray's workers import from where their program lies, and beside the original there is a `vllm.py`.
    program = shutil.copy(Path(__file__).with_name("ray_program.py"), folder)
    command = (str(python), "-P", str(program), str(config), short)
    variables = environment_below(
        folder,
        RAY_USAGE_STATS_ENABLED="0",
        VLLM_CPU_KVCACHE_SPACE="1",
        VLLM_CPU_OMP_THREADS_BIND="nobind",
        OMP_NUM_THREADS="1",
        VLLM_NO_USAGE_STATS="1",
        HF_HUB_OFFLINE="1",
    )
    launch = Launch(command, variables, "/v1/models", folder / "ray.log", PATIENCE)
    try:
        with started(RunningServer("ray", VERSION, port, MODEL, MAX_MODEL_LEN, launch)) as server:
            _await_replicas(server)
            yield server
    finally:
        shutil.rmtree(short, ignore_errors=True)


def _await_replicas(server: RunningServer) -> None:
    """The list of models is there long before any of them, and a request would wait."""
    until = time.monotonic() + PATIENCE
    while b"Application 'llm' is ready" not in server.log.read_bytes():
        assert server.runs, "Ray has ended"
        assert time.monotonic() < until, "the replicas are not ready"
        time.sleep(0.5)


def deployed(model: Path, port: int) -> dict[str, Any]:
    """docs/deploy's own file, with the first of its models made small and taken off the GPUs."""
    config = copy.deepcopy(_CONFIG)
    config["http_options"] |= {"host": "127.0.0.1", "port": port}
    (application,) = config["applications"]
    llm = application["args"]["llm_configs"][0]
    application["args"]["llm_configs"] = [llm]
    llm["model_loading_config"]["model_source"] = str(model)
    del llm["accelerator_type"]
    llm["accelerator_config"] = {"kind": "cpu"}
    llm["placement_group_config"] = {"bundles": [{"CPU": 1}]}
    kept = {name: value for name, value in llm["engine_kwargs"].items() if name not in _NEEDS_GPUS}
    small = {"max_model_len": MAX_MODEL_LEN, "tool_call_parser": "hermes", "enforce_eager": True}
    llm["engine_kwargs"] = kept | small
    llm["deployment_config"] |= {"num_replicas": REPLICAS, "ray_actor_options": {"num_cpus": 0}}
    return config
