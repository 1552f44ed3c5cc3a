"""What a model is asked to do, in words that small models follow too.

The system text of a kind never changes, and what is asked comes last: a server's prefix cache then serves for every
action on the same file.
"""

from collections.abc import Sequence

from inhouse.domain.actions import ActionKind
from inhouse.domain.code import Diagnostic
from inhouse.domain.markdown import fenced

_EDIT = (
    "You edit source code. You are given selected code, what stands around it, and a task. "
    "Answer with the complete new text of the selected code and nothing else, in one fenced code block. "
    "Keep everything that the task does not speak of exactly as it is: names, comments, indentation, line breaks. "
    "Never abbreviate with placeholders."
)
_EXPLAIN = (
    "You explain source code to its programmer. Be brief and concrete: what it does, how, and what is easy to get "
    "wrong. Use Markdown. Do not repeat the code at length."
)
_TESTS = (
    "You write tests. You are given code and where its tests belong. "
    "Answer with test code and nothing else, in one fenced code block. "
    "Use only what the given code and the test framework offer. Never abbreviate with placeholders."
)

SYSTEM = {
    ActionKind.FIX: _EDIT,
    ActionKind.REWRITE: _EDIT,
    ActionKind.DOCUMENT: _EDIT,
    ActionKind.COMPLETE: _EDIT,
    ActionKind.TESTS: _TESTS,
    ActionKind.EXPLAIN: _EXPLAIN,
    ActionKind.EXPLAIN_DIAGNOSTIC: _EXPLAIN,
}

_EDITING = frozenset({ActionKind.FIX, ActionKind.REWRITE, ActionKind.DOCUMENT, ActionKind.COMPLETE})

_TASKS = {
    ActionKind.DOCUMENT: "Add a documentation comment in the style that is usual for {language}. Change no code.",
    ActionKind.COMPLETE: "Write what is missing: empty bodies, and what TODO comments ask for. Keep the signatures.",
    ActionKind.EXPLAIN: "Explain the selected code.",
}

_ONLY = "Answer with only the replacement of the selected code, in one fenced code block."


def task(
    kind: ActionKind, language: str, instruction: str = "", diagnostic: Diagnostic | None = None, line: str = ""
) -> str:
    """The last words of the prompt. `line` is the text of the line that the diagnostic is about."""
    said = [_TASKS[kind].format(language=language or "this language")] if kind in _TASKS else []
    if diagnostic is not None:
        said += _problem(kind, diagnostic, line)
    if instruction:
        said.append(f"Task: {instruction}" if kind is ActionKind.REWRITE else instruction)
    if kind in _EDITING:
        said.append(_ONLY)
    return "\n".join(said)


def tests_go(name: str | None, framework: str, *, exists: bool) -> str:
    """The task of writing tests. `name`: the test file's, where there is one or is to be one."""
    said = f"Write tests for the selected code{f' with {framework}' if framework else ''}."
    if name is None:
        return said
    if exists:
        return f"{said} They are added to {name}: answer with only the new tests, and the imports that they need."
    return f"{said} They are all of the new file {name}: answer with the whole file."


def _problem(kind: ActionKind, diagnostic: Diagnostic, line: str) -> Sequence[str]:
    named = ", ".join(filter(None, (diagnostic.source, diagnostic.code)))
    said = [f"A tool reports this {diagnostic.severity.value}{f' ({named})' if named else ''}: {diagnostic.message}"]
    if line.strip():
        said.append(f"It is about the line: {line.strip()}")
    if diagnostic.suggestion:
        said.append(f"This was suggested for its lines:\n{fenced(diagnostic.suggestion)}")
    said += [f"See {each.name}, line {each.line + 1}: {each.message}" for each in diagnostic.related]
    if kind is ActionKind.EXPLAIN_DIAGNOSTIC:
        return [*said, "Explain what it means here, why it comes up, and what would put it right."]
    return [*said, "Fix exactly this problem."]
