"""llama.cpp on TCP, as an administrator would start it: `python -m tests.e2e.servers.llamacpp_program JSON`."""

import json
import sys
import threading
from typing import Any

import xllamacpp


def main(settings: dict[str, Any]) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.model_alias = [settings["alias"]]
    params.api_keys = settings["keys"]
    params.hostnames = ["127.0.0.1"]
    params.port = settings["port"]
    params.n_ctx = settings["n_ctx"]
    params.n_parallel = settings["n_parallel"]
    params.cpuparams.n_threads = settings["threads"]
    params.n_batch = params.n_ubatch = 128
    params.cache_ram_mib = settings["prompt_cache_mib"]
    params.ui = False
    params.endpoint_slots = settings["slots"]
    if settings["template"] is not None:
        params.chat_template = settings["template"]
    server = xllamacpp.Server(params)
    assert server.listening_address
    threading.Event().wait()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
