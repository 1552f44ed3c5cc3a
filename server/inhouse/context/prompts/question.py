"""An action in the words of a user, as the first turn of the chat document that keeps its answer."""

from inhouse.domain.actions import ActionKind
from inhouse.domain.code import SourceFile
from inhouse.domain.markdown import fenced

_WORDS = {
    ActionKind.FIX: "Fix this code",
    ActionKind.EXPLAIN_DIAGNOSTIC: "Explain what is wrong with this code",
    ActionKind.REWRITE: "Rewrite this code",
    ActionKind.DOCUMENT: "Document this code",
    ActionKind.TESTS: "Write tests for this code",
    ActionKind.COMPLETE: "Complete this code",
    ActionKind.EXPLAIN: "Explain this code",
}


def question(kind: ActionKind, file: SourceFile, piece: str, instruction: str) -> str:
    told = f": {instruction}" if instruction else ""
    return f"{_WORDS.get(kind, kind.value)} of {file.name}{told}\n\n{fenced(piece, file.language)}"
