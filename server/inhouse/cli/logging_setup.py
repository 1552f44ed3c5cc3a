"""Where log records go: to stderr, or to a file that is ours alone."""

import errno
import logging
import os
import stat
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from inhouse.cli.output import for_person
from inhouse.domain.errors import ErrorKind, InhouseError

LEVELS = ("debug", "info", "warning", "error", "critical")
VARIABLE = "INHOUSE_LOG_LEVEL"
NOISY = ("httpx", "httpcore", "pygls", "asyncio", "markdown_it")
"""Libraries that log whole messages, headers or URLs below WARNING."""


def level_name(flag: str | None, environ: Mapping[str, str]) -> str | None:
    """The level asked for, None if nobody did."""
    name = flag or environ.get(VARIABLE, "").strip().lower() or None
    if name is not None and name not in LEVELS:
        raise InhouseError(
            kind=ErrorKind.INVALID_CONFIG,
            message=f"{VARIABLE} names no log level.",
            hint=f"Use one of {', '.join(LEVELS)}.",
        )
    return name


def set_up(level: str | None, file: Path | None) -> None:
    """Unless a level or a file was asked for, warnings go to a person only."""
    root = logging.getLogger()
    if file is not None:
        handler: logging.Handler = logging.StreamHandler(open_private(file))
    elif level is not None or for_person():
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = logging.NullHandler()
    handler.setFormatter(OneLine(with_traceback=level == "debug"))
    root.handlers[:] = [handler]
    root.setLevel((level or "warning").upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """One record, one line, whatever a server put into it; a traceback only where it was asked for."""

    converter = time.gmtime
    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self, *, with_traceback: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._with_traceback = with_traceback

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)

    def formatException(self, ei: object) -> str:
        return super().formatException(ei) if self._with_traceback else ""  # pyright: ignore[reportArgumentType] - logging's


def open_private(path: Path) -> TextIO:
    """For appending; created for its owner alone. Raises for what could carry the records to somebody else."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as exc:
        why = "it is a symbolic link" if exc.errno == errno.ELOOP else exc.strerror or "the system refuses"
        raise _refused(path, why) from exc
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode) or state.st_nlink != 1 or state.st_uid != getattr(os, "geteuid", lambda: 0)():
        os.close(descriptor)
        raise _refused(path, "it is not a regular file of your own")
    if sys.platform != "win32":
        os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


def _refused(path: Path, why: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message=f"The log file {path} cannot be used: {why}.",
        hint="Name another one with --log-file.",
    )
