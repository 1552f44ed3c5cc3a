"""A real vLLM on the CPU, with the embedded model converted from its GGUF file. `make test-vllm` installs it."""

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts import server_environment

from tests.e2e.servers.running import Launch, RunningServer, environment_below, free_port, started

VERSION = "0.32.0"
MODEL = "acme/smol"
MAX_MODEL_LEN = 1024
PATIENCE = 300.0
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Options:
    """`tool_parser`: with `--enable-auto-tool-choice`, and the template for which the small model calls tools.
    `chat_template` False: a base model, which has none."""

    tool_parser: bool = False
    chat_template: bool = True
    key: str | None = None
    max_model_len: int = MAX_MODEL_LEN
    name: str = MODEL


def converted(folder: Path, gguf: Path, *, chat_template: bool = True) -> Path:
    """The model's folder below `folder`, made on first use (half a minute)."""
    target = folder / ("model" if chat_template else "base")
    if target.is_dir():
        return target
    if not chat_template:
        shutil.copytree(converted(folder, gguf), target)
        (target / "chat_template.jinja").unlink()
        return target
    command = [_program("python"), _HERE / "convert_gguf.py", gguf, target]
    run = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return target


@contextmanager
def vllm(folder: Path, model: Path, options: Options | None = None) -> Generator[RunningServer]:
    """`model` is a folder that `converted` made."""
    folder.mkdir(parents=True, exist_ok=True)
    options = options or Options()
    port = free_port()
    command = [str(_program("vllm")), "serve", str(model), "--served-model-name", options.name]
    command += ["--host", "127.0.0.1", "--port", str(port), "--max-model-len", str(options.max_model_len)]
    command += ["--enforce-eager"]
    if options.tool_parser:
        command += ["--enable-auto-tool-choice", "--tool-call-parser", "hermes"]
        command += ["--chat-template", str(_HERE / "hermes.jinja")]
    environment = _environment(folder) | ({} if options.key is None else {"VLLM_API_KEY": options.key})
    launch = Launch(tuple(command), environment, "/health", folder / "vllm.log", PATIENCE)
    server = RunningServer("vllm", VERSION, port, options.name, options.max_model_len, launch, options.key)
    with started(server):
        yield server


def _program(name: str) -> Path:
    program = server_environment.path("vllm") / "bin" / name
    assert program.is_file(), f"{program} is missing: run `make test-vllm`, which installs it"
    return program


def _environment(folder: Path) -> dict[str, str]:
    return environment_below(
        folder,
        VLLM_CPU_KVCACHE_SPACE="1",
        VLLM_CPU_OMP_THREADS_BIND="nobind",
        OMP_NUM_THREADS="1",
        VLLM_NO_USAGE_STATS="1",
        HF_HUB_OFFLINE="1",
    )
