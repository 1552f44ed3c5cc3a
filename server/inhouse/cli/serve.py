"""`inhouse serve`: the language server."""

from argparse import Namespace
from pathlib import Path
from typing import Protocol

from inhouse.cli.logging_setup import open_private


class Serve(Protocol):
    """The server, which this layer does not know. Returns the exit code."""

    def __call__(self, *, config_file: Path | None, log_level: str, log_file: Path | None) -> int: ...


def run(args: Namespace) -> int:
    serve: Serve = args.serve
    if args.log_file is not None:
        open_private(args.log_file).close()  # now it is there and ours, so the server may open it by its name
    return serve(config_file=args.config, log_level=args.log_level or "warning", log_file=args.log_file)
