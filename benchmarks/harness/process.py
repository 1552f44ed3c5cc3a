"""Child processes, and what they cost so far. Linux only: other systems have no clock of another process."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

HARNESS = Path(__file__).parent

INHOUSE = [str(Path(sys.executable).with_name("inhouse"))]

PATIENCE = 30.0
"""Seconds without a byte after which a child is given up."""


def script(name: str, *arguments: str) -> list[str]:
    """The command of a peer in this folder."""
    return [sys.executable, str(HARNESS / name), *arguments]


class Child:
    """A process with pipes for stdin and stdout; leaving the context kills it."""

    def __init__(self, command: list[str], home: Path, variables: Mapping[str, str] | None = None) -> None:
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **(variables or {})}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment, cwd=home
        )
        self._lines = b""

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def write(self, data: bytes) -> None:
        assert self._process.stdin
        view = memoryview(data)
        while view:
            view = view[self._process.stdin.write(view) :]

    def readable(self, within: float) -> bool:
        assert self._process.stdout
        return bool(select.select([self._process.stdout], [], [], within)[0])

    def read(self) -> bytes:
        """What there is, at least one byte; raises TimeoutError, or EOFError at the end."""
        assert self._process.stdout
        if not self.readable(PATIENCE):
            raise TimeoutError(f"{self._process.args} says nothing")
        data = os.read(self._process.stdout.fileno(), 1 << 20)
        if not data:
            raise EOFError(f"{self._process.args} has ended")
        return data

    def line(self) -> bytes:
        """The next line; not to be mixed with `read`."""
        while b"\n" not in self._lines:
            self._lines += self.read()
        line, _, self._lines = self._lines.partition(b"\n")
        return line

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_ms(self) -> float:
        """User and system time of the process and its children, since it was spawned."""
        return _cpu_ms(self._process.pid)

    def rss_mb(self) -> float:
        """Resident memory of the process and its children."""
        return _rss_mb(self._process.pid)


def _cpu_ms(pid: int) -> float:
    clock = (~pid << 3) | 2  # the CPU clock of a process, in ns (clock_getcpuclockid(3)); stat(5) has ticks of 10 ms
    own = time.clock_gettime_ns(clock) / 1e6
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended_children = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK") * 1e3
    return own + ended_children + sum(map(_cpu_ms, _children(pid)))


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(map(_rss_mb, _children(pid)))


def _children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for text in lists for child in text.read_text().split()]


def run_cpu_ms(command: list[str], home: Path) -> float:
    """CPU time of a command from its start to its end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={"HOME": str(home)}, cwd=home)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return (usage.ru_utime + usage.ru_stime) * 1e3
