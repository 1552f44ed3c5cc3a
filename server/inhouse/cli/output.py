"""What is written where: results to stdout, everything else to stderr, and most of that to a person only."""

import json
import os
import re
import sys

from inhouse.domain.errors import ErrorKind, InhouseError

ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
CONTROL = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def printable(text: str) -> str:
    """Text from elsewhere, without what would steer a terminal: escape sequences, C0 and C1 control characters."""
    return ESCAPE_SEQUENCE.sub("", text).translate(CONTROL)


def for_person() -> bool:
    """Whether somebody reads stderr."""
    return sys.stderr is not None and sys.stderr.isatty()  # pyright: ignore[reportUnnecessaryComparison] - None under pythonw and in services


def is_open() -> bool:
    """Whether there is a stdout at all: whoever started us may have closed it."""
    return sys.stdout is not None and not sys.stdout.closed  # pyright: ignore[reportUnnecessaryComparison] - None under pythonw and in services


def to_person() -> bool:
    """Whether stdout is a terminal."""
    return is_open() and sys.stdout.isatty()


def write(text: str) -> None:
    """Write to stdout at once."""
    if not text and not is_open():
        return
    if not is_open():
        raise _unwritable("it is closed")
    try:
        sys.stdout.write(printable(text) if to_person() else text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise _unwritable(exc.strerror or "the system refuses") from exc


def write_line(text: str) -> None:
    write(f"{text}\n")


def write_json(value: object, *, indent: int | None = 2) -> None:
    """One JSON document; in ASCII, so that it survives whatever stands behind the pipe."""
    write_line(json.dumps(value, indent=indent))


def dim(text: str) -> str:
    """For stderr, if `for_person`."""
    return text if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else f"\x1b[2m{text}\x1b[0m"


def note(text: str) -> None:
    """A hint or warning: to a person, or not at all."""
    if for_person():
        sys.stderr.write(f"{dim(printable(text))}\n")


def error(message: str, hint: str = "") -> None:
    """One sentence that says what is wrong, and one that says what to do."""
    if sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison] - None under pythonw and in services
        sys.stderr.write(f"inhouse: {printable(message)}{' ' if hint else ''}{printable(hint)}\n")


def _unwritable(why: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message=f"The standard output cannot be written: {why}.",
        hint="See where it is redirected to.",
    )
