"""The recorded answers of real servers, from `tests/data/backends`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "data" / "backends"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer; `name` is its path below the folder, e.g. `vllm/v1_models.json`."""

    name: str
    status: int
    content_type: str
    body: bytes
    provenance: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def events(self) -> tuple[bytes, ...]:
        """The stream's events, comments included, each with the blank line that ends it."""
        return tuple(event + b"\n\n" for event in self.body.rstrip(b"\n").split(b"\n\n"))


def recorded(name: str) -> Recorded:
    entry = json.loads((FOLDER / "manifest.json").read_text("utf-8"))[name]
    return Recorded(name, entry["status"], entry["content_type"], (FOLDER / name).read_bytes(), entry["provenance"])
