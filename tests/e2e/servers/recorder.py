"""Writes what a real server answers into `tests/data/backends`, with its entry in the manifest."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.servers.running import PATIENCE, RunningServer
from tests.fakes.recorded import FOLDER

_SHOWN_OF_REQUEST = 240
_BROKEN = "; then the connection broke, without the end of the chunked body"
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

    def get(self, name: str, path: str, *, note: str = "", headers: dict[str, str] | None = None) -> None:
        self._record(name, httpx.Request("GET", self.server.url + path), note, headers or {})

    def post(
        self,
        name: str,
        path: str,
        body: dict[str, Any],
        *,
        note: str = "",
        headers: dict[str, str] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """`meanwhile` is called once the first piece of the answer is there."""
        self._record(name, httpx.Request("POST", self.server.url + path, json=body), note, headers or {}, meanwhile)

    def save(self) -> None:
        manifest = json.loads(_MANIFEST.read_text("utf-8")) | self._entries
        _MANIFEST.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def _record(
        self,
        name: str,
        request: httpx.Request,
        note: str,
        headers: dict[str, str],
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        request.headers.update({key: value for key, value in (self.server.headers | headers).items() if value})
        with httpx.Client(timeout=5 * PATIENCE, trust_env=False) as client:
            response = client.send(request, stream=True)
            content, whole = _read(response, meanwhile)
            response.close()
        self._entries[f"{self.folder}/{name}"] = self._entry(request, response, note if whole else f"{note}{_BROKEN}")
        target = FOLDER / self.folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(self._scrub(_readable(response, content)), "utf-8")

    def _entry(self, request: httpx.Request, response: httpx.Response, note: str) -> dict[str, Any]:
        shown = f"{request.method} {request.url.path}  request: {request.content.decode() or 'null'}"
        more = {key: value for key, value in response.headers.items() if not _LEFT_OUT.fullmatch(key)}
        return {
            "status": response.status_code,
            "content_type": response.headers.get("content-type", ""),
            "provenance": "recorded",
            "version": self.server.version,
            "request": self._scrub(shown[:_SHOWN_OF_REQUEST]),
            "note": note,
        } | ({"headers": {key: self._scrub(value) for key, value in more.items()}} if more else {})

    def _scrub(self, text: str) -> str:
        for secret, instead in (self.hidden | {f":{self.server.port}": ":8080"}).items():
            text = text.replace(secret, instead)
        return re.sub(str(Path.home()), "/home/user", text)


def _read(response: httpx.Response, meanwhile: Callable[[], None] | None) -> tuple[bytes, bool]:
    """The body so far, and whether it came to its end."""
    content = b""
    try:
        for piece in response.iter_bytes():
            content += piece
            if meanwhile is not None:
                meanwhile()
                meanwhile = None
    except httpx.TransportError:
        return content, False
    return content, True


def _readable(response: httpx.Response, content: bytes) -> str:
    if not response.headers.get("content-type", "").startswith("application/json"):
        return content.decode()
    body = json.loads(content)
    if isinstance(body, dict) and "tensors" in body:  # of Ollama: hundreds, and all alike
        body["tensors"] = body["tensors"][:2]
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"
