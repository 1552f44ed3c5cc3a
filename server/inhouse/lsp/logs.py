"""The log: written by a thread, so that nobody who fails to read stderr can stop the server."""

import logging
import queue
import sys
import threading
from typing import TextIO

QUEUED_RECORDS = 10_000
"""Waiting for a reader of stderr; what comes when so many wait is dropped."""

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

QUIET = ("pygls", "httpx", "httpcore", "asyncio")
"""Libraries whose lower levels hold message bodies, or tell nobody anything."""


def configure_logging(level: str | int, stream: TextIO | None = None) -> None:
    """Sends the root logger's records to `stream`, else to stderr."""
    handler = BackgroundHandler(stream or sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    logging.basicConfig(level=level.upper() if isinstance(level, str) else level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class BackgroundHandler(logging.Handler):
    """Formats where the record is made, writes in a thread of its own, drops rather than waits."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.Queue[str] = queue.Queue(QUEUED_RECORDS)
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(self.format(record) + "\n")
        except queue.Full:
            return
        except Exception:  # noqa: BLE001 - a record that cannot be formatted must not fail its caller
            self.handleError(record)

    def flush(self) -> None:
        """For logging.shutdown: gives the thread half a second for what is queued."""
        with self._lines.all_tasks_done:
            self._lines.all_tasks_done.wait_for(lambda: not self._lines.unfinished_tasks, timeout=0.5)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                self._stream.write(line)
                self._stream.flush()
            except (OSError, ValueError):
                continue  # stderr is closed: nobody wants the log
            finally:
                self._lines.task_done()
