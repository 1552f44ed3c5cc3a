"""A real Ollama, with the embedded model imported from its GGUF file."""

import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts import build_ollama

from tests.e2e.servers.running import Launch, RunningServer, environment_below, free_port, started

CHAT_ONLY = "smol:latest"
"""With the ChatML template that Ollama itself finds for the file: no tools."""
WITH_TOOLS = "smol-tools:latest"
"""With a Hermes-style template, from which Ollama concludes that the model can call tools."""
NUM_CTX = 2048

_HERMES = Path(__file__).with_name("hermes.gotmpl")


@contextmanager
def ollama(
    folder: Path, model: Path, *, num_ctx: int | None = NUM_CTX, settings: Mapping[str, str] | None = None
) -> Generator[RunningServer]:
    """`num_ctx` goes into both models' Modelfile; without it Ollama takes its own default. `settings` are more of its
    environment variables, e.g. OLLAMA_CONTEXT_LENGTH."""
    program = build_ollama.path()
    assert program.is_file(), f"{program} is missing: run `make test`, which builds it (scripts/build_ollama.py)"
    port = free_port()
    environment = environment_below(
        folder,
        OLLAMA_HOST=f"127.0.0.1:{port}",
        OLLAMA_MODELS=str(folder / "models"),
        OLLAMA_NO_CLOUD="1",
        OLLAMA_NOHISTORY="1",
        **(settings or {}),
    )
    launch = Launch((str(program), "serve"), environment, "/api/version", folder / "ollama.log")
    server = RunningServer("ollama", build_ollama.VERSION, port, CHAT_ONLY, num_ctx or 4096, launch)
    with started(server):
        for name, template in ((CHAT_ONLY, None), (WITH_TOOLS, _HERMES.read_text("utf-8"))):
            create(server, name, modelfile(model, template=template, num_ctx=num_ctx))
        yield server


def modelfile(model: Path, *, template: str | None = None, num_ctx: int | None = None) -> str:
    # One thread: with as many as cores, llama.cpp is ten times slower as soon as anything else runs beside it.
    lines = [f"FROM {model}", "PARAMETER num_thread 1"]
    if template is not None:
        lines += [f'TEMPLATE """{template}"""', 'PARAMETER stop "<|im_end|>"']
    if num_ctx is not None:
        lines.append(f"PARAMETER num_ctx {num_ctx}")
    return "\n".join(lines) + "\n"


def create(server: RunningServer, name: str, text: str) -> None:
    """A further model, by its Modelfile."""
    path = server.log.with_name("Modelfile")
    path.write_text(text, "utf-8")
    command = [server.launch.command[0], "create", name, "-f", str(path)]
    run = subprocess.run(command, env=server.launch.environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
