"""Writes what a real server answers into `tests/data/backends`, with its entry in the manifest."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.servers.running import PATIENCE, RunningServer
from tests.fakes.recorded import FOLDER

_SHOWN_OF_REQUEST = 240
_LEFT_OUT = re.compile("date|content-.*|transfer-encoding|connection|vary|x-frame-options|x-content-.*|.*-cost-.*")
"""Of the headers: said elsewhere in the entry, or about nothing that a client of the API looks at."""
_MANIFEST = FOLDER / "manifest.json"


@dataclass(slots=True)
class Recorder:
    """`folder` is the server's below `tests/data/backends`; `hidden` are texts to be replaced, e.g. a temporary path.

    Headers beyond the usual go into the manifest where there are any. A request's header with the value "" is left out.
    """

    server: RunningServer
    folder: str
    hidden: dict[str, str] = field(default_factory=dict[str, str])
    _entries: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def get(self, name: str, path: str, *, note: str = "", headers: dict[str, str] | None = None) -> httpx.Response:
        return self._record(name, "GET", path, None, note, headers)

    def post(
        self, name: str, path: str, body: dict[str, Any], *, note: str = "", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return self._record(name, "POST", path, body, note, headers)

    def save(self) -> None:
        manifest = json.loads(_MANIFEST.read_text("utf-8")) | self._entries
        _MANIFEST.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def _record(
        self,
        name: str,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        note: str,
        headers: dict[str, str] | None,
    ) -> httpx.Response:
        sent = {key: value for key, value in (self.server.headers | (headers or {})).items() if value}
        with httpx.Client(base_url=self.server.url, headers=sent, timeout=5 * PATIENCE, trust_env=False) as client:
            response = client.request(method, path, json=body)
        more = {key: value for key, value in response.headers.items() if not _LEFT_OUT.fullmatch(key)}
        entry: dict[str, Any] = {
            "status": response.status_code,
            "content_type": response.headers.get("content-type", ""),
            "provenance": "recorded",
            "version": self.server.version,
            "request": self._scrub(f"{method} {path}  request: {json.dumps(body)}"[:_SHOWN_OF_REQUEST]),
            "note": note,
        }
        if more:
            entry["headers"] = {key: self._scrub(value) for key, value in more.items()}
        self._entries[f"{self.folder}/{name}"] = entry
        target = FOLDER / self.folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(self._scrub(_readable(response)), "utf-8")
        return response

    def _scrub(self, text: str) -> str:
        for secret, instead in (self.hidden | {f":{self.server.port}": ":8080"}).items():
            text = text.replace(secret, instead)
        return re.sub(str(Path.home()), "/home/user", text)


def _readable(response: httpx.Response) -> str:
    if not response.headers.get("content-type", "").startswith("application/json"):
        return response.text
    body = response.json()
    if isinstance(body, dict) and "tensors" in body:  # of Ollama: hundreds, and all alike
        body["tensors"] = body["tensors"][:2]
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"
