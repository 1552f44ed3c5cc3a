"""The settings that a command runs on."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from inhouse.cli import output
from inhouse.cli.exit_codes import USAGE
from inhouse.config.load import Loaded, Sources, load
from inhouse.config.paths import Paths
from inhouse.workspace.root import root_of


def read(args: Namespace, paths: Paths) -> Loaded:
    """All layers, with whatever is wrong in them."""
    return load(sources(args, paths))


def sources(args: Namespace, paths: Paths) -> Sources:
    """Where a command's settings come from: the project is the one that it is started in."""
    return Sources(paths, os.environ, user_file=args.config, project_roots=(root_of(Path.cwd()),))


def require(args: Namespace, paths: Paths) -> Loaded:
    """The settings, or the program's end with every error named."""
    loaded = read(args, paths)
    report(loaded)
    if loaded.errors:
        sys.exit(USAGE)
    return loaded


def report(loaded: Loaded) -> None:
    """Errors to everybody, warnings to a person."""
    for problem in loaded.problems:
        if problem.severity == "error":
            output.error(str(problem))
        else:
            output.note(f"warning: {problem}")
