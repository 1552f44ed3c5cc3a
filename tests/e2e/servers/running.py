"""A real server in a process of its own: started, awaited, stopped, killed and restarted on the same port."""

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

PATIENCE = 60.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started. It is ready once a GET of `ready` answers 200."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: str
    log: Path
    patience: float = PATIENCE


@dataclass(slots=True)
class RunningServer:
    """`kind` as in the settings; `context_length` is what one request has, as loaded; `url` has no `/v1`."""

    kind: str
    version: str
    port: int
    model: str
    context_length: int
    launch: Launch = field(repr=False)
    key: str | None = field(default=None, repr=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.key is None else {"Authorization": f"Bearer {self.key}"}

    @property
    def log(self) -> Path:
        """Everything that it has written, over all its starts."""
        return self.launch.log

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.kind} is not running"
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def client(self) -> httpx.Client:
        """Straight to the server, past all of Inhouse; to be closed."""
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=PATIENCE, trust_env=False)

    def start(self) -> None:
        """Returns when it is ready; fails with the end of its log if it ends or takes too long."""
        self.start_unawaited()
        self.await_ready()

    def start_unawaited(self) -> None:
        assert not self.runs
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.launch.command,
                env=dict(self.launch.environment),
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own: its children go with it
                preexec_fn=_end_with_parent,
            )

    def await_ready(self) -> None:
        until = time.monotonic() + self.launch.patience
        with self.client() as client:
            while not _answers(client, self.launch.ready):
                assert self.runs, f"{self.kind} has ended: {self._end_of_log()}"
                assert time.monotonic() < until, f"{self.kind} is not ready: {self._end_of_log()}"
                time.sleep(0.05)

    def stop(self) -> None:
        """As an administrator does; killed if that takes too long."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a crash does: the connections break, with nothing said."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """On the same port, with the same settings."""
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10.0)
        with suppress(ProcessLookupError):  # whoever is left of its group
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _end_of_log(self) -> str:
        return self.log.read_text("utf-8", errors="replace")[-2000:]


@contextmanager
def started(server: RunningServer) -> Generator[RunningServer]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """Below the ports that the system hands out by itself, so that a restart finds it free again."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


def environment_below(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the user's: a home below `folder`, no proxies, no settings, no telemetry."""
    (folder / "home").mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(folder / "home"), "LC_ALL": "C.UTF-8", "DO_NOT_TRACK": "1"} | more


def _answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path, timeout=5.0).status_code == 200
    except httpx.TransportError:
        return False


def _end_with_parent() -> None:
    """Should the test run itself be killed, Linux ends the server with it."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
