"""What can be done with a piece of code, by the names that LSP code action kinds have (interface §4.1)."""

from enum import StrEnum


class ActionKind(StrEnum):
    FIX = "quickfix.inhouse"
    EXPLAIN_DIAGNOSTIC = "quickfix.inhouse.explain"
    REWRITE = "refactor.rewrite.inhouse"
    DOCUMENT = "refactor.inhouse.document"
    TESTS = "refactor.inhouse.tests"
    COMPLETE = "refactor.inhouse.complete"
    EXPLAIN = "refactor.inhouse.explain"
    REVIEW = "source.inhouse.review"
    COMMIT_MESSAGE = "source.inhouse.commitMessage"
    CHAT = "source.inhouse.chat"
