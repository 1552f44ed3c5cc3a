"""The client's process, watched: a server must not outlive its editor."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

INTERVAL = 1.0
"""Seconds between two looks."""


async def watch(pid: int, on_gone: Callable[[], None]) -> None:
    """Returns after calling `on_gone`, or at once if there is no such process to begin with: in a container the
    editor's number means nothing, and closing stdin still ends the server."""
    if not is_alive(pid):
        return
    while is_alive(pid):  # noqa: ASYNC110 - nothing announces the end of a process that is not our child
        await asyncio.sleep(INTERVAL)
    on_gone()


def is_alive(pid: int) -> bool:
    """A process that has ended and waits for its parent to notice is not alive."""
    if pid <= 0 or pid > 0x7FFFFFFF:
        return False
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[:1] in (["Z"], ["X"])


def _is_alive_on_windows(pid: int) -> bool:
    """`os.kill(pid, 0)` would send Ctrl-C there."""
    if sys.platform != "win32":
        raise AssertionError
    import ctypes

    kernel = ctypes.windll.kernel32
    synchronize, timed_out = 0x100000, 0x102
    handle = kernel.OpenProcess(synchronize, 0, pid)
    if not handle:
        return False
    try:
        return kernel.WaitForSingleObject(handle, 0) == timed_out
    finally:
        kernel.CloseHandle(handle)
