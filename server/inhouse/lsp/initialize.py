"""`initialize`: what the client says of itself, read tolerantly, and what the server answers.

The parameters are read as plain JSON: cattrs takes 40 ms of a cold start to build readers for all of a client's
capabilities, and refuses the whole message for one enumeration value that it does not know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import uris
from inhouse.lsp.documents import Encoding
from inhouse.lsp.jsonrpc import Members, members

INTERFACE_VERSION = 1

_ENCODINGS: dict[str, Encoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """What `initialize` told; `options` are the initializationOptions, as sent."""

    process_id: int | None
    capabilities: Members
    options: object
    name: str | None
    folders: tuple[Path, ...]
    encoding: Encoding


def read(params: object) -> ClientInfo:
    if not isinstance(params, dict):
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST, message="The params of initialize must be an object.", hint="Send one."
        )
    values = members(cast(object, params))
    pid = values.get("processId")
    capabilities = members(values.get("capabilities"))
    name = members(values.get("clientInfo")).get("name")
    return ClientInfo(
        process_id=pid if isinstance(pid, int) and not isinstance(pid, bool) else None,
        capabilities=capabilities,
        options=values.get("initializationOptions"),
        name=name if isinstance(name, str) else None,
        folders=_folders(values),
        encoding=choose_encoding(capabilities),
    )


def choose_encoding(capabilities: Members) -> Encoding:
    """The first of the client's that we know; UTF-16 if it names none (LSP 3.17)."""
    for name in _list(members(capabilities.get("general")).get("positionEncodings")):
        if isinstance(name, str) and name in _ENCODINGS:
            return _ENCODINGS[name]
    return "utf-16"


def _folders(values: Members) -> tuple[Path, ...]:
    given = folder_paths(values.get("workspaceFolders"))
    if given or isinstance(values.get("workspaceFolders"), list):
        return given
    root, path = values.get("rootUri"), values.get("rootPath")
    found = uris.to_path(root) if isinstance(root, str) else None
    if found is None and isinstance(path, str) and path and "\0" not in path:
        found = Path(path)
    return (found,) if found is not None else ()


def folder_paths(folders: object) -> tuple[Path, ...]:
    """The paths of those workspace folders that are files, each once."""
    named = (members(folder).get("uri") for folder in _list(folders))
    paths = (uris.to_path(uri) for uri in named if isinstance(uri, str))
    return tuple(dict.fromkeys(path for path in paths if path is not None))


def changed_folders(now: Iterable[Path], params: object) -> tuple[Path, ...]:
    """After `workspace/didChangeWorkspaceFolders`."""
    event = members(members(params).get("event"))
    removed = set(folder_paths(event.get("removed")))
    kept = [path for path in now if path not in removed]
    return tuple(dict.fromkeys([*kept, *folder_paths(event.get("added"))]))


def _list(value: object) -> list[object]:
    return cast(list[object], value) if isinstance(value, list) else []


def announcement(methods: Iterable[str]) -> Members:
    """`capabilities.experimental`: the requests that are ours."""
    ours = sorted(method for method in methods if method.startswith("inhouse/"))
    return {"inhouse": {"version": INTERFACE_VERSION, "methods": ours}}
