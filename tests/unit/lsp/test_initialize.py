"""A client that says odd things of itself is served as far as what it says makes sense."""

from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import initialize
from inhouse.lsp.jsonrpc import Members


def test_what_a_usual_client_says_is_kept() -> None:
    info = initialize.read(
        {
            "processId": 7,
            "clientInfo": {"name": "editor"},
            "capabilities": {"general": {"positionEncodings": ["utf-8", "utf-16"]}, "window": {}},
            "initializationOptions": {"settings": {"a-b": 1}},
            "workspaceFolders": [{"uri": "file:///a%20b", "name": ""}, {"uri": "file:///a b", "name": "again"}],
            "rootUri": "file:///other",
        }
    )
    assert (info.process_id, info.name, info.encoding) == (7, "editor", "utf-8")
    assert info.options == {"settings": {"a-b": 1}}
    assert info.folders == (Path("/a b"),)


@pytest.mark.parametrize(
    ("params", "folders"),
    [
        ({"rootUri": "file:///r", "rootPath": "/p"}, ["/r"]),
        ({"rootUri": None, "rootPath": "/p"}, ["/p"]),
        ({"workspaceFolders": None, "rootUri": "untitled:x", "rootPath": ""}, []),
        ({"workspaceFolders": [], "rootUri": "file:///r"}, []),
        ({"workspaceFolders": [None, 5, {"uri": None}, {"uri": "file:///%00"}, {"uri": "vscode-vfs://x/y"}]}, []),
        ({"workspaceFolders": "x", "rootUri": "file://[", "rootPath": "a\0b"}, []),
        ({"workspaceFolders": [{"uri": "file://localhost/x"}, {"uri": "file://elsewhere/x"}]}, ["/x"]),
    ],
)
def test_folders_are_those_that_can_be_paths(params: Members, folders: list[str]) -> None:
    assert [str(path) for path in initialize.read(params).folders] == folders


ODD: list[Members] = [
    {},
    {"processId": "x", "capabilities": None, "clientInfo": 5},
    {"processId": True, "capabilities": [], "clientInfo": {"name": 5}},
    {"processId": 1.5, "capabilities": {"general": 5}},
    {"capabilities": {"general": {"positionEncodings": "utf-8"}}, "rootUri": 5},
    {"capabilities": {"general": {"positionEncodings": [None, {}, "utf-7"]}}, "rootPath": 5},
    {"capabilities": {"textDocument": {"completion": {"completionItemKind": {"valueSet": [99999]}}}}},
]


@pytest.mark.parametrize("params", ODD)
def test_odd_values_count_as_not_given(params: Members) -> None:
    info = initialize.read(params)
    assert (info.process_id, info.name, info.encoding, info.folders) == (None, None, "utf-16", ())


@pytest.mark.parametrize("params", [None, []])
def test_params_that_are_no_object_are_refused(params: object) -> None:
    with pytest.raises(InhouseError) as refused:
        initialize.read(params)
    assert refused.value.kind is ErrorKind.INVALID_REQUEST


def test_folders_follow_a_change() -> None:
    event = {"added": [{"uri": "file:///b"}, 5, {"uri": "file:///c"}], "removed": [{"uri": "file:///a"}, None]}
    assert initialize.changed_folders((Path("/a"), Path("/c")), {"event": event}) == (Path("/c"), Path("/b"))
    assert initialize.changed_folders((Path("/a"),), {"event": 5}) == (Path("/a"),)
