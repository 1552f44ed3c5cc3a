"""What was found out about a server, kept for a day and shared by the user's processes, so that nobody asks twice."""

import contextlib
import dataclasses
import hashlib
import os
import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from inhouse.domain.models import Kind
from inhouse.inference.listing import ListedModel, plausible
from inhouse.inference.tolerant import Json, as_list, as_object, flag, integer, parse, text

DAY = 86_400.0
MISSED_SECONDS = 900.0
_LOCKED = (401, 403)
_SPREAD = 0.1
"""Of a day: thousands of machines that asked at nine o'clock do not all ask again at nine the next day."""

_FORMAT = 3
_MOST_MODELS = 200


@dataclass(slots=True)
class Known:
    """One server's record. `kind` is None until it is told; `evidence` is for people.

    `refused` holds routes that it does not have or not for us, with the status, and `keyed` whether a key was sent.
    `facts` is what only a trial can tell, by a name of the server module's own, and `missed` since when (`time.time`)
    one does not hold. `face` is what an unknown server looked like: with another face it is another server. `models`
    were listed last, so that they can be shown while the server is down.
    """

    kind: Kind | None = None
    evidence: str = ""
    version: str | None = None
    face: str = ""
    refused: dict[str, int] = field(default_factory=dict[str, int])
    facts: dict[str, bool] = field(default_factory=dict[str, bool])
    missed: dict[str, float] = field(default_factory=dict[str, float])
    keyed: bool = False
    models: tuple[ListedModel, ...] = ()

    def fact(self, name: str) -> bool | None:
        """None for what has to be tried; again after a while if it did not hold: people start servers anew for it."""
        value = self.facts.get(name)
        return None if value is False and time.time() > self.missed.get(name, 0) + MISSED_SECONDS else value

    def learn(self, name: str, *, value: bool) -> bool:
        self.facts[name] = value
        if not value:
            self.missed[name] = time.time()
        return value

    def sent(self, *, key: bool) -> None:
        """With another key, or the first one, routes may open that were locked."""
        if key != self.keyed:
            self.keyed = key
            self.refused = {route: status for route, status in self.refused.items() if status not in _LOCKED}

    def tell(self, kind: Kind, evidence: str) -> None:
        self.kind, self.evidence = kind, evidence


class KnownServers:
    """Records in a folder of the user's, one small file for each base URL. A folder that cannot be written costs only
    the sharing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, base_url: str) -> Known:
        """The record, or an empty one if there is none that is fresh and can be read."""
        try:
            record = as_object(parse(self._file(base_url).read_bytes()))
        except (OSError, ValueError):
            return Known()
        until = record.get("until")
        fresh = isinstance(until, int | float) and time.time() < until < time.time() + 2 * DAY
        if not fresh or record.get("format") != _FORMAT or text(record, "url") != base_url:
            return Known()
        return _known(record)

    def write(self, base_url: str, known: Known) -> None:
        record: Mapping[str, object] = {
            "format": _FORMAT,
            "url": base_url,
            "until": time.time() + DAY * random.uniform(1 - _SPREAD, 1 + _SPREAD),  # noqa: S311 - spreads load
            "kind": known.kind.value if known.kind else "",
            "evidence": known.evidence,
            "version": known.version or "",
            "face": known.face,
            "refused": known.refused,
            "facts": known.facts,
            "missed": known.missed,
            "keyed": known.keyed,
            "models": [dataclasses.asdict(model) for model in known.models[:_MOST_MODELS]],
        }
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(orjson.dumps(record))
                Path(name).replace(self._file(base_url))
            except OSError:
                Path(name).unlink(missing_ok=True)

    def _file(self, base_url: str) -> Path:
        return self._folder / f"{hashlib.sha256(base_url.encode()).hexdigest()[:32]}.json"


def _known(record: Json) -> Known:
    try:
        kind = Kind(text(record, "kind"))
    except ValueError:
        kind = None
    facts = {name: value for name, value in as_object(record.get("facts")).items() if isinstance(value, bool)}
    refused = as_object(record.get("refused"))
    missed = as_object(record.get("missed"))
    return Known(
        kind,
        text(record, "evidence"),
        text(record, "version") or None,
        text(record, "face"),
        {route: status for route, status in refused.items() if isinstance(status, int)},
        facts,
        {name: float(when) for name, when in missed.items() if isinstance(when, int | float)},
        flag(record, "keyed") is True,
        _models(record),
    )


def _models(record: Json) -> tuple[ListedModel, ...]:
    entries = map(as_object, as_list(record.get("models"))[:_MOST_MODELS])
    return tuple(_model(entry) for entry in entries if text(entry, "name") and text(entry, "name").isprintable())


def _model(entry: Json) -> ListedModel:
    return ListedModel(
        text(entry, "name"),
        plausible(integer(entry, "context_length")),
        chat=flag(entry, "chat"),
        tools=flag(entry, "tools"),
        images=flag(entry, "images"),
        thinking=flag(entry, "thinking"),
        fim=flag(entry, "fim"),
        family=text(entry, "family") or None,
        elsewhere=flag(entry, "elsewhere") is not False,
    )
