"""The engine's process: llama.cpp's server on a Unix socket (on Windows: loopback with a random port).

Run as `python -P -m inhouse.inference.embedded.engine` by `supervisor`, with the settings in the environment: a command
line can be read by every user of the machine, the environment only by the same one. It says `ready <port>` on stdout
once it listens, and ends when its stdin does, so that it never outlives the process that started it.

Facts about llama.cpp b11549, measured: without an alias the model's id is its file's full path; the host prompt cache
may grow to 8 GiB by default; with `n_batch` 128 a cancelled prompt of 2,000 tokens ends
in 0.8 s, with 512 in 1.2 s, with the default in 8 s, and it is read no slower.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

SOCKET = "INHOUSE_ENGINE_SOCKET"
KEY = "INHOUSE_ENGINE_KEY"
MODEL = "INHOUSE_ENGINE_MODEL"
ALIAS = "INHOUSE_ENGINE_ALIAS"
THREADS = "INHOUSE_ENGINE_THREADS"

CONTEXT_LENGTH = 8192
"""Tokens at most, a model's own maximum permitting: the cache of a longer context would fill a laptop's memory."""

_BATCH = 128
"""Tokens of a prompt between two looks at whether anybody still waits for the answer."""
_PROMPT_CACHE_MIB = 256


def main() -> NoReturn:
    """Serve until stdin ends."""
    _end_with_parent(wanted=True)
    # stdout carries one line of ours; what a library prints goes to the log.
    ready = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = os.environ[MODEL]
    params.model_alias = [os.environ[ALIAS]]
    params.api_keys = [os.environ[KEY]]
    socket = os.environ.get(SOCKET)
    params.hostnames = [socket] if socket else ["127.0.0.1"]
    params.port = 0
    params.n_ctx = CONTEXT_LENGTH
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    params.cpuparams.n_threads = int(os.environ[THREADS])
    params.ui = False
    params.endpoint_slots = True
    server = xllamacpp.Server(params)
    ready.write(f"ready {server.listening_address}\n")
    ready.flush()
    _end_with_parent(wanted=False)
    sys.stdin.buffer.read()
    if socket:
        shutil.rmtree(Path(socket).parent, ignore_errors=True)
    # The server's own threads may be deep in a prompt; nothing they hold outlives the process.
    os._exit(0)


def _end_with_parent(*, wanted: bool) -> None:
    """Have Linux end this process with its parent: while a model is being loaded nobody looks at stdin."""
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL if wanted else 0)  # PR_SET_PDEATHSIG, linux/prctl.h


if __name__ == "__main__":
    main()
