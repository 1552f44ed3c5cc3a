"""`inhouse serve`: the language server."""

from argparse import Namespace

from inhouse.cli.logging_setup import open_private
from inhouse.lsp.main import serve


def run(args: Namespace) -> int:
    if args.log_file is not None:
        open_private(args.log_file).close()  # now it is there and ours, so the server may open it by its name
    return serve(config_file=args.config, log_level=args.log_level or "warning", log_file=args.log_file)
