"""`inhouse serve`: the language server."""

import gc
from argparse import Namespace

from inhouse.cli.logging_setup import open_private

YOUNG_OBJECTS = 3_000
"""New objects after which the garbage collector looks at them, in place of Python's 700."""


def run(args: Namespace) -> int:
    # The imports make a quarter of a million objects, and most of them stay: looking through them at Python's own pace
    # takes a tenth of the start, and later, each time, a pause of tens of milliseconds in whatever is being streamed.
    # Not at all would be faster still, for 10 MB of memory that never come back.
    gc.set_threshold(YOUNG_OBJECTS)
    from inhouse.lsp.main import serve

    gc.freeze()
    log = None if args.log_file is None else open_private(args.log_file)
    return serve(config_file=args.config, log_level=args.log_level or "warning", log=log)
