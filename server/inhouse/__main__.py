"""`python -m inhouse`, and the `inhouse` command: where the command line meets the language server."""

import sys
from pathlib import Path


def main() -> int:
    from inhouse.cli.main import run

    return run(sys.argv[1:], _serve)


def _serve(*, config_file: Path | None, log_level: str, log_file: Path | None) -> int:
    from inhouse.lsp.main import serve

    return serve(config_file=config_file, log_level=log_level, log_file=log_file)


if __name__ == "__main__":
    sys.exit(main())
