"""`inhouse serve`: the language server."""

import gc
from argparse import Namespace

from inhouse.cli.logging_setup import open_private


def run(args: Namespace) -> int:
    # The imports make a quarter of a million objects, and most of them stay: going through them over and over takes a
    # sixth of the start. The server looks through them once, when it is idle.
    gc.disable()
    from inhouse.lsp.main import serve

    gc.freeze()
    gc.enable()
    if args.log_file is not None:
        open_private(args.log_file).close()  # now it is there and ours, so the server may open it by its name
    return serve(config_file=args.config, log_level=args.log_level or "warning", log_file=args.log_file)
