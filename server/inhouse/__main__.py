"""`python -m inhouse`, and the `inhouse` command."""

import sys


def main() -> int:
    from inhouse.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
