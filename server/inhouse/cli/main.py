"""One run of the program: parse, run the command, and turn whatever happens into an exit code and one sentence."""

import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType

from inhouse.cli import commands, output
from inhouse.cli.exit_codes import BUG, DONE, EXIT_CODES, INTERRUPTED
from inhouse.cli.logging_setup import level_name, set_up
from inhouse.cli.parser import build
from inhouse.domain.errors import InhouseError


def run(argv: Sequence[str]) -> int:
    """The exit code."""
    try:
        try:
            code = _run(argv)
        except SystemExit as exc:  # argparse, after --help, --version or an error
            code = exc.code if isinstance(exc.code, int) else DONE
        output.write("")  # what could not be written must be known before the code is given
    except InhouseError as exc:
        output.error(exc.message, exc.hint)
        code = EXIT_CODES[exc.kind]
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:  # whoever reads had enough, as `head` does
        code = DONE
    except Exception as exc:  # noqa: BLE001  the last line of defence: nobody is shown a traceback unasked
        _report_bug(exc)
        code = BUG
    _discard_unwritten()
    return code


def _run(argv: Sequence[str]) -> int:
    parser = build()
    args = parser.parse_args(argv)
    if args.run is None:
        parser.print_help()
        return DONE
    args.log_level = level_name(args.log_level, os.environ)
    if args.run is not commands.serve:  # the server logs, writes and ends in its own ways
        set_up(args.log_level, args.log_file)
        signal.signal(signal.SIGTERM, _as_interrupt)
        _make_stdout_tolerant()
    return args.run(args)


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Being ended by another program is handled as Ctrl-C is: the backend is told, temporary files are removed."""
    if signal.getsignal(signal.SIGINT) in {signal.SIG_IGN, signal.SIG_DFL, None}:
        raise KeyboardInterrupt
    signal.raise_signal(signal.SIGINT)


def _make_stdout_tolerant() -> None:
    """A character that the locale cannot show must not end an answer."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _discard_unwritten() -> None:
    """What stdout would not take is not tried again by the interpreter at its end, which would complain of it."""
    try:
        output.write("")
    except (InhouseError, BrokenPipeError):
        if output.is_open():
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report_bug(exc: Exception) -> None:
    output.error(
        f"Something went wrong that we did not expect ({type(exc).__name__}).",
        "Please report it, with what `--log-level debug` prints.",
    )
    if logging.getLogger().isEnabledFor(logging.DEBUG):
        traceback.print_exc()
