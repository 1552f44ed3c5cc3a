"""What the suite found out about each server: recorded once, and held to from then on.

`RECORD_TABLE=1 pytest tests/e2e/backends` writes the rows of the servers that it runs; `scripts/generate_docs.py` makes
the table of docs/backends.md from them.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

ROWS = Path(__file__).resolve().parents[2] / "data" / "found.json"
RECORDING = os.environ.get("RECORD_TABLE") == "1"

Cells = dict[str, str]


def rows() -> dict[str, Cells]:
    return json.loads(ROWS.read_text("utf-8")) if ROWS.is_file() else {}


@dataclass(frozen=True, slots=True)
class Row:
    """Of one server, by the name of its Start."""

    name: str

    def found(self, column: str, value: str) -> None:
        """Equal to what is recorded, or recorded now."""
        if RECORDING:
            self._record(column, value)
        known = rows().get(self.name, {}).get(column)
        assert value == known, f"{self.name}, {column}: {value!r} is new; see {__name__} for how to record it"

    def _record(self, column: str, value: str) -> None:
        every = rows()
        every.setdefault(self.name, {})[column] = value
        ROWS.write_text(json.dumps(dict(sorted(every.items())), indent=1, ensure_ascii=False) + "\n", "utf-8")
