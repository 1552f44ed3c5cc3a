"""What a llama.cpp server has done, by its own log: the one place where all replicas of a cluster tell it alike."""

import re
from dataclasses import dataclass

from tests.e2e.servers.running import RunningServer

_READ = re.compile(r"task (\d+) \| prompt eval time = .* / +(\d+) tokens")
_WRITTEN = re.compile(r"task (\d+) \|        eval time = .* / +(\d+) tokens")
_RELEASED = re.compile(r"task (\d+) \| stop processing: n_tokens = (\d+)")


@dataclass(frozen=True, slots=True)
class Served:
    """One whole answer, in tokens: of its prompt what was read and what was cached, and what was written."""

    read: int
    cached: int
    written: int

    @property
    def prompt(self) -> int:
        return self.cached + self.read


def served(server: RunningServer, since: int = 0) -> list[Served]:
    """In order, from this byte of its log on."""
    text = server.log.read_bytes()[since:].decode(errors="replace")
    read, written = (dict(pattern.findall(text)) for pattern in (_READ, _WRITTEN))
    found: list[Served] = []
    for task, held in _RELEASED.findall(text):
        if task in written:
            new, out = int(read[task]), int(written[task])
            found.append(Served(new, int(held) + 1 - new - out, out))  # the last token is written but not held
    return found
