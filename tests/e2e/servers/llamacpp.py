"""A real llama.cpp server that is not ours: on TCP, with the options of an administrator."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.e2e.servers.running import Launch, RunningServer, environment_below, free_port, started

ROOT = Path(__file__).resolve().parents[3]
HERMES = Path(__file__).with_name("hermes.jinja").read_text("utf-8")
"""With it, and the rounds of `tool_rounds`, the embedded model makes a real tool call."""


@dataclass(frozen=True, slots=True)
class Options:
    """`n_ctx` is divided among `n_parallel` slots. `template` None: the model's own."""

    n_ctx: int = 2048
    n_parallel: int = 1
    key: str | None = None
    alias: str = "smol"
    template: str | None = None
    slots: bool = True
    # One thread: with as many as cores, llama.cpp is ten times slower as soon as anything else runs beside it.
    threads: int = 1
    # 0: a prompt is cached in its slot alone, so that what was cached tells which slot it was.
    prompt_cache_mib: int = 0


@contextmanager
def llamacpp(folder: Path, model: Path, options: Options | None = None) -> Generator[RunningServer]:
    folder.mkdir(parents=True, exist_ok=True)
    options = options or Options()
    port = free_port()
    settings = {
        "model": str(model),
        "port": port,
        "keys": [] if options.key is None else [options.key],
        "alias": options.alias,
        "n_ctx": options.n_ctx,
        "n_parallel": options.n_parallel,
        "threads": options.threads,
        "template": options.template,
        "slots": options.slots,
        "prompt_cache_mib": options.prompt_cache_mib,
    }
    program = "tests.e2e.servers.llamacpp_program"
    command = (sys.executable, "-P", "-m", program, json.dumps(settings))
    launch = Launch(command, environment_below(folder, PYTHONPATH=str(ROOT)), "/v1/models", folder / "llamacpp.log")
    per_slot = options.n_ctx // options.n_parallel
    with started(
        RunningServer("llamacpp", version("xllamacpp"), port, options.alias, per_slot, launch, options.key)
    ) as server:
        yield server
