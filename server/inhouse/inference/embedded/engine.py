"""The engine's process: llama.cpp's server on a Unix socket (on Windows: loopback with a random port).

Run as `python -P -m inhouse.inference.embedded.engine` by `process`, in its folder and with the settings in the
environment. Once it listens it writes there, in the file `ready`, its address and a key that it made up: a command line
can be read by every user of the machine, that folder by one. An engine of one process ends when its stdin does; a
shared one when its folder is its own alone, which is to say that nobody uses it any more (`rendezvous`).

Facts about llama.cpp b11549, measured: without an alias the model's id is its file's full path; the host prompt cache
may grow to 8 GiB by default; with `n_batch` 128 a cancelled prompt of 2,000 tokens ends
in 0.8 s, with 512 in 1.2 s, with the default in 8 s, and it is read no slower; a model is loaded with Python's global
lock held, so that no thread runs meanwhile; by default it logs ten
lines a request, at verbosity 2 only what is wrong.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from inhouse.inference.embedded import ready

MODEL = "INHOUSE_ENGINE_MODEL"
ALIAS = "INHOUSE_ENGINE_ALIAS"
THREADS = "INHOUSE_ENGINE_THREADS"
SHARED = "INHOUSE_ENGINE_SHARED"
"""Set when it ends with its users, not with its stdin."""

CONTEXT_LENGTH = 8192
"""Tokens at most, a model's own maximum permitting: the cache of a longer context would fill a laptop's memory."""

_BATCH = 128
"""Tokens of a prompt between two looks at whether anybody still waits for the answer."""
_PROMPT_CACHE_MIB = 256
_WARNINGS = 2


def main() -> NoReturn:
    """Serve until nobody needs it."""
    _end_with_parent(wanted=True)
    folder = Path.cwd()
    import xllamacpp

    key = os.urandom(32).hex()
    params = xllamacpp.CommonParams()
    params.model.path = os.environ[MODEL]
    params.model_alias = [os.environ[ALIAS]]
    params.api_keys = [key]
    params.hostnames = ["127.0.0.1" if sys.platform == "win32" else str(folder / ready.SOCKET)]
    params.port = 0
    params.n_ctx = CONTEXT_LENGTH
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH
    params.cache_ram_mib = _PROMPT_CACHE_MIB
    params.cpuparams.n_threads = int(os.environ[THREADS])
    params.ui = False
    params.endpoint_slots = True
    params.verbosity = _WARNINGS
    server = xllamacpp.Server(params)
    ready.write(folder, ready.Ready(server.listening_address, key))
    _end_with_parent(wanted=False)
    _wait_until_nobody_needs_it(folder)
    # The server's own threads may be deep in a prompt; nothing they hold outlives the process.
    os._exit(0)


def _wait_until_nobody_needs_it(folder: Path) -> None:
    if os.environ.get(SHARED):
        from inhouse.inference.embedded import rendezvous

        rendezvous.wait_until_deserted(folder)
    else:
        sys.stdin.buffer.read()
        shutil.rmtree(folder, ignore_errors=True)


def _end_with_parent(*, wanted: bool) -> None:
    """Have Linux end this process with its parent: while a model is being loaded it looks at nothing.

    Others who wait for the same engine then start one of their own.
    """
    if sys.platform == "linux":
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL if wanted else 0)  # PR_SET_PDEATHSIG, linux/prctl.h


if __name__ == "__main__":
    main()
