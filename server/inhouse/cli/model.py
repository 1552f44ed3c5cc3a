"""`inhouse model`: the models of the embedded engine."""

import os
from argparse import Namespace
from pathlib import Path

from inhouse.cli import output, settings
from inhouse.cli.exit_codes import DONE
from inhouse.cli.progress_bar import progress_bar
from inhouse.cli.table import print_table
from inhouse.config.paths import Paths
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.governance.policy import Policy, read_policy
from inhouse.inference.embedded import pull as pulling
from inhouse.inference.embedded import store
from inhouse.inference.embedded.install import Report, parse_sha256


def show_list(args: Namespace) -> int:
    models = store.listing(store.models_dir(Paths.current()))
    if args.json:
        output.write_json({"models": [_value(model) for model in models]})
        return DONE
    rows = [
        (model.name, "yes" if model.installed else "no", _megabytes(model.size), model.licence or "?", str(model.path))
        for model in models
    ]
    print_table(("model", "installed", "size", "licence", "path"), rows)
    return DONE


def pull(args: Namespace) -> int:
    with progress_bar() as report:
        pulled = _pull(args, report)
    done = "is installed" if pulled.fresh else "was here already"
    output.write_line(f"{pulled.name} {done}: {pulled.path}")
    if args.source is not None and args.sha256 is None:
        output.note(f"Its SHA-256 is {pulled.sha256}; nobody said what it should be.")
    return DONE


def path(args: Namespace) -> int:
    paths = Paths.current()
    name = args.name or settings.require(args, paths).config.embedded.model
    output.write_line(str(store.resolve(name, store.models_dir(paths))))
    return DONE


def remove(args: Namespace) -> int:
    gone = store.remove(args.name, store.models_dir(Paths.current()))
    output.note(f"{gone} is removed.")
    return DONE


def _pull(args: Namespace, report: Report) -> pulling.Pulled:
    paths = Paths.current()
    folder = store.models_dir(paths)
    config = settings.require(args, paths).config
    policy = read_policy(config, paths.system_policy, os.environ)
    sha256 = None if args.sha256 is None else parse_sha256(args.sha256)
    if args.source is None:
        if sha256 is not None:
            raise InhouseError(
                kind=ErrorKind.INVALID_REQUEST,
                message="--sha256 goes with --from.",
                hint="The checksum of a known model is built in.",
            )
        return _pull_known(args.name or config.embedded.model, folder, policy, report)
    if args.source.startswith(("http://", "https://")):
        return pulling.from_url(args.source, folder, policy, name=args.name, sha256=sha256, report=report)
    return pulling.from_file(Path(args.source), folder, name=args.name, sha256=sha256, report=report)


def _pull_known(name: str, folder: Path, policy: Policy, report: Report) -> pulling.Pulled:
    """A model that was added by hand is only looked for: nothing but its owner knows where it comes from."""
    if known := store.KNOWN.get(name):
        return pulling.from_index(known, folder, policy, visible=output.for_person(), report=report)
    return pulling.Pulled(name, store.resolve(name, folder), sha256="", fresh=False)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"


def _value(model: store.Listed) -> dict[str, object]:
    value: dict[str, object] = {
        "name": model.name,
        "installed": model.installed,
        "size": model.size,
        "path": str(model.path),
    }
    return value if model.licence is None else {**value, "licence": model.licence}
