"""Ray Serve LLM on this machine alone: `python ray_program.py CONFIG.yaml FOLDER`. Runs in Ray's own environment."""
# pyright: basic, reportMissingImports=false

import sys
import threading
from pathlib import Path
from typing import Any

import ray
import yaml
from ray import serve
from ray.serve.llm import build_openai_app
from ray.serve.schema import ServeDeploySchema


def main(file: Path, folder: str) -> None:
    config: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    ServeDeploySchema.model_validate(config)
    (application,) = config["applications"]
    ray.init(
        num_cpus=8,  # each replica asks for one, and they share what there is
        num_gpus=0,
        include_dashboard=False,
        object_store_memory=200_000_000,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder,
    )
    serve.start(http_options=config["http_options"])
    serve.run(build_openai_app(application["args"]), name=application["name"])
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
