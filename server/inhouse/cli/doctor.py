"""`inhouse doctor`: what works here, what does not, and what to do about it."""

from argparse import Namespace

from inhouse.assist.doctor import Check, examine
from inhouse.assist.session import Session
from inhouse.cli import output, settings
from inhouse.cli.exit_codes import DONE, FOUND, USAGE
from inhouse.cli.session import run_on
from inhouse.cli.table import print_table
from inhouse.config.paths import Paths

WORDS = {True: "ok", False: "FAIL", None: "-"}


def run(args: Namespace) -> int:
    """Goes on with faulty settings, since that is what one asks a doctor about."""
    paths = Paths.current()
    loaded = settings.read(args, paths)

    async def look(session: Session) -> tuple[Check, ...]:
        return await examine(session, loaded)

    checks = run_on(loaded, paths, look)
    failed = any(check.ok is False for check in checks)
    if args.json:
        output.write_json({"ok": not failed and not loaded.errors, "checks": [_value(check) for check in checks]})
    else:
        print_table(("check", "", "ms", "detail"), [_row(check) for check in checks])
    settings.report(loaded)
    if loaded.errors:
        return USAGE
    return FOUND if failed else DONE


def _row(check: Check) -> tuple[str, ...]:
    time = "" if check.milliseconds is None else f"{check.milliseconds:.1f}"
    hint = check.hint if check.ok is False else ""
    return check.name, WORDS[check.ok], time, f"{check.detail} {hint}".strip()


def _value(check: Check) -> dict[str, object]:
    value: dict[str, object] = {"name": check.name, "ok": check.ok, "detail": check.detail, "hint": check.hint}
    if check.milliseconds is not None:
        value["milliseconds"] = round(check.milliseconds, 1)
    return value
