"""Stands in for context/answer and context/code until they are there."""

from inhouse.context.prompts.piece import text_of
from inhouse.domain.code import SourceFile, Span, TextEdit


def read_answer(answer: str, file: SourceFile, span: Span) -> tuple[TextEdit, ...] | str:
    if "```" not in answer:
        return "The answer holds no code."
    body = answer.split("```", 2)[1].partition("\n")[2]
    old = text_of(file.lines, span)
    if not old.endswith("\n"):
        body = body.rstrip("\n")
    return () if body == old else (TextEdit(span, body),)
