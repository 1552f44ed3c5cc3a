"""How much CPU time and memory does our language server take before it is of use, and the command line to say hello?

Each round spawns a bare pygls server and ours, in turn, with VS Code's capabilities, an empty home folder and no
backend but the embedded one. Measured is the CPU time of the process from its spawn until the first request after
`initialize` is answered, since wall time says more about the machine's other work; then the memory after a second of
idling, when all that is made ready in the background is there.

Read the ratios: absolute times are the machine's. 1.00 x means that everything of ours costs no more than pygls alone.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from harness.editor import Editor
from harness.goals import Goal, at_most, median, print_table, show
from harness.process import INHOUSE, Child, run_cpu_ms, script

IDLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    command: list[str]
    request: str


@dataclass(frozen=True, slots=True)
class Start:
    initialized_ms: float
    answered_ms: float
    wall_ms: float
    idle_ms: float
    rss_mb: float


BARE = Server("bare pygls", script("bare.py"), "bench/ping")
OURS = Server("inhouse", [*INHOUSE, "serve", "--stdio"], "inhouse/status")


def start(server: Server, home: Path) -> Start:
    began = time.monotonic()
    with Child(server.command, home) as child:
        editor = Editor(child)
        editor.initialize()
        initialized = child.cpu_ms()
        editor.request(server.request, {})
        answered, wall = child.cpu_ms(), time.monotonic() - began
        editor.idle(IDLE_SECONDS)
        return Start(initialized, answered, wall * 1e3, child.cpu_ms(), child.rss_mb())


def row(server: Server, starts: list[Start]) -> tuple[str, ...]:
    columns = [
        [each.initialized_ms for each in starts],
        [each.answered_ms for each in starts],
        [each.wall_ms for each in starts],
        [each.idle_ms for each in starts],
        [each.rss_mb for each in starts],
    ]
    return (server.name, *(f"{median(column):.0f}" for column in columns))


def goals(bare: list[Start], ours: list[Start], words: dict[str, list[float]]) -> list[Goal]:
    ratio = median(mine.answered_ms / theirs.answered_ms for mine, theirs in zip(ours, bare, strict=True))
    memory = median(each.rss_mb for each in ours) / median(each.rss_mb for each in bare)
    return [
        at_most("1", "start-up CPU, spawn to first answer after initialize / bare pygls", ratio, 1.0),
        at_most("1", "  the same, moonshot", ratio, 0.6),
        at_most("2", "RSS idle / bare pygls", memory, 1.3),
        *(at_most("3", f"CPU of inhouse {word}", median(times), 100, "ms") for word, times in words.items()),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11, help="default: %(default)s")
    rounds: int = parser.parse_args().rounds
    bare: list[Start] = []
    ours: list[Start] = []
    words: dict[str, list[float]] = {"--version": [], "--help": []}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for server in (BARE, OURS):
            start(server, home)  # writes the .pyc files
        for _ in range(rounds):
            bare.append(start(BARE, home))
            ours.append(start(OURS, home))
            for word, times in words.items():
                times.append(run_cpu_ms([*INHOUSE, word], home))
    head = ("server", "CPU ms initialized", "CPU ms answered", "wall ms answered", "CPU ms after idling", "RSS MB")
    print_table([head, row(BARE, bare), row(OURS, ours)])
    print()
    show(goals(bare, ours, words))


if __name__ == "__main__":
    main()
