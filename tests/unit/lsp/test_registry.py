"""What the registry writes for lsprotocol's types is what lsprotocol's own converter writes."""

import json

import pytest
from lsprotocol import converters, types
from pygls.feature_manager import FeatureManager

from inhouse.lsp.registry import Registry

RANGE = types.Range(types.Position(0, 1), types.Position(2, 3))
VALUES = (
    types.InitializeResult(
        types.ServerCapabilities(
            position_encoding=types.PositionEncodingKind.Utf8,
            text_document_sync=types.TextDocumentSyncOptions(open_close=True, change=types.TextDocumentSyncKind.Full),
            execute_command_provider=types.ExecuteCommandOptions(commands=["a"], work_done_progress=True),
            experimental={"inhouse": {"version": 1}},
        ),
        types.ServerInfo(name="inhouse", version="1"),
    ),
    types.Command(title="t", command="c", arguments=[1, None, {"a_b": True}]),
    types.CodeAction(title="fix", kind=types.CodeActionKind.QuickFix, diagnostics=[types.Diagnostic(RANGE, "m")]),
    types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(uri="file:///a", version=None),
                [types.TextEdit(RANGE, "x")],
            )
        ]
    ),
    types.ShowMessageRequestParams(types.MessageType.Info, "m", [types.MessageActionItem(title="Yes")]),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_are_written_as_lsprotocol_writes_them(value: object) -> None:
    registry = Registry(FeatureManager())
    written = json.loads(json.dumps(value, default=registry.unstructure))
    assert written == converters.get_converter().unstructure(value)
