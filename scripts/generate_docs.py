"""Writes the generated parts of docs/: every setting, and every command's options.

`python scripts/generate_docs.py` writes them; with `--check` it only says which file differs, and ends with 1.
A part stands between two markers; the rest of the file is written by hand.
"""

import argparse
import ast
import dataclasses
import json
import re
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import cast

from inhouse.cli import parser as commands
from inhouse.config import schema
from inhouse.config.rules import ListOf, Node, Rule, TableOf, nodes_of

DOCS = Path(__file__).resolve().parent.parent / "docs"

FOUND = DOCS.parent / "tests" / "data" / "found.json"
REAL = "real-"
CELLS = (
    "context length",
    "exact counts",
    "chat",
    "tools",
    "thinking",
    "fill-in-the-middle",
    "cancel",
    "requests",
)

NOT_YET = "this version"
"""What a rule's refusal says of a value that it knows and this version cannot honour."""
WITHOUT_EFFECT = ("review.fail_on", "audit")
"""Settings, and sections of them, that are read and checked and that nothing acts on in this version."""

Row = tuple[str, ...]
Docstrings = Mapping[tuple[str, str], str]
"""By class and attribute; a class's own under an empty name."""


class Wrong(Exception):
    """What has to be put right in the sources or in this script first."""


def parts() -> dict[str, dict[str, str]]:
    """By file and marker."""
    return {
        "backends.md": {"servers": servers_part()},
        "configuration.md": {"settings": settings_part()},
        "cli.md": {"commands": commands_part()},
    }


# ----------------------------------------------------------------- servers


def servers_part() -> str:
    """What the end-to-end suite found out about each server (tests/e2e/backends/found.py)."""
    rows = cast("dict[str, dict[str, str]]", json.loads(FOUND.read_text("utf-8")))
    real = {name: cells for name, cells in rows.items() if name.startswith(REAL)}
    fakes = {name: cells for name, cells in rows.items() if name not in real}
    return "\n\n".join(map(_servers, (real, fakes)))


def _servers(rows: Mapping[str, Mapping[str, str]]) -> str:
    headings = ("server", "tried with", "recognised as", "because", *CELLS)
    return _table(headings, [_server(name, cells) for name, cells in sorted(rows.items())])


def _server(name: str, cells: Mapping[str, str]) -> Row:
    version = "" if cells["version"] == "-" else f" {cells['version']}"
    told = (name.removeprefix(REAL), cells["tried"], f"`{cells['kind']}`{version}", cells["evidence"])
    return *told, *(cells.get(column, "-") for column in CELLS)


# ---------------------------------------------------------------- settings


def settings_part() -> str:
    gone = set(WITHOUT_EFFECT) - set(_names("", schema.Config))
    if gone:
        raise Wrong(f"WITHOUT_EFFECT names {', '.join(sorted(gone))}, which is no setting; take it out")
    docstrings = _docstrings(Path(schema.__file__).read_text("utf-8"))
    return "\n\n".join(_section("", "", schema.Config, docstrings))


def _names(prefix: str, cls: type) -> Iterator[str]:
    """Every setting and section as the tables name them."""
    for name, node in nodes_of(cls).items():
        inner, path = _inner(node), _path(prefix, name, node)
        yield path
        if inner is not None:
            yield from _names(path, inner)


def _section(title: str, prefix: str, cls: type, docstrings: Docstrings) -> Iterator[str]:
    """The table of a section's own settings, then the sections in it."""
    nodes = nodes_of(cls)
    rows = [
        _row(prefix, cls, name, node, docstrings) for name, node in nodes.items() if isinstance(node, Rule | ListOf)
    ]
    heading = f"### `{title}`\n\n{docstrings[cls.__name__, '']}" if prefix else "### Before any section"
    unused = "\n\nNothing acts on these yet." if prefix in WITHOUT_EFFECT else ""
    yield f"{heading}{unused}\n\n{_table(('setting', 'must be', 'default', 'meaning'), rows)}"
    for name, node in nodes.items():
        inner = _inner(node)
        if inner is not None:
            path = _path(prefix, name, node)
            title = f"[[{path}]]" if isinstance(node, ListOf) else f"[{path}]"
            yield from _section(title, path, inner, docstrings)


def _inner(node: Node) -> type | None:
    return None if isinstance(node, Rule) else node.cls


def _path(prefix: str, name: str, node: Node) -> str:
    """A table under the user's own names is written with NAME."""
    path = f"{prefix}.{name}" if prefix else name
    return f"{path}.NAME" if isinstance(node, TableOf) else path


def _row(prefix: str, cls: type, name: str, node: Node, docstrings: Docstrings) -> Row:
    meaning = docstrings.get((cls.__name__, name))
    if meaning is None:
        raise Wrong(f"{cls.__name__}.{name} in config/schema.py has no docstring; write one")
    notes = [meaning]
    if isinstance(node, Rule) and _is_not_yet(node):
        notes.append("Not yet: anything but the default is refused.")
    elif f"{prefix}.{name}".lstrip(".") in WITHOUT_EFFECT:
        notes.append("Nothing acts on it yet.")
    return f"`{name}`", _words(node), _default(cls, name), " ".join(notes)


def _words(node: Node) -> str:
    """What the rule itself tells a person whose value is wrong."""
    if not isinstance(node, Rule):
        return "a list of tables"
    refusal = _refusal(node, object())
    return refusal.removeprefix("must be ") if refusal.startswith("must be ") else "text"


def _is_not_yet(rule: Rule) -> bool:
    return any(NOT_YET in _refusal(rule, value) for value in (True, "x", ["x"]))


def _refusal(rule: Rule, value: object) -> str:
    try:
        rule.convert(value)
    except ValueError as error:
        return str(error)
    return ""


def _default(cls: type, name: str) -> str:
    """As TOML has it; a dash where there is none."""
    field = next(each for each in dataclasses.fields(cls) if each.name == name)
    if field.default_factory is not dataclasses.MISSING:
        return "`{}`"
    value = cast("object", field.default)
    if value is dataclasses.MISSING or value is None:
        return "-"
    return f"`{json.dumps(value.value if isinstance(value, Enum) else value)}`"


def _docstrings(source: str) -> Docstrings:
    found: dict[tuple[str, str], str] = {}
    for cls in ast.parse(source).body:
        if isinstance(cls, ast.ClassDef):
            found[cls.name, ""] = _one_line(ast.get_docstring(cls) or "")
            for before, after in zip(cls.body, cls.body[1:], strict=False):
                match before, after:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                        found[cls.name, name] = _one_line(text)
                    case _:
                        pass
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


# ---------------------------------------------------------------- commands


def commands_part() -> str:
    program = commands.build()
    return "\n\n".join([_options("Every command takes:", program), *_commands(program)])


def _commands(parser: commands.Parser) -> Iterator[str]:
    """Each command that does something, with its own options; the global ones are told once."""
    for action in _actions(parser):
        if isinstance(action.choices, Mapping):
            for each in cast("Mapping[str, commands.Parser]", action.choices).values():
                if not any(isinstance(inner.choices, Mapping) for inner in _actions(each)):
                    yield _options(f"### `{each.prog}`\n\n{_sentence(each.description or '')}", each, own=True)
                yield from _commands(each)


def _options(heading: str, parser: commands.Parser, *, own: bool = False) -> str:
    shown = [action for action in _actions(parser, own=own) if not isinstance(action.choices, Mapping)]
    rows = [(_spelling(action), action.help or "") for action in shown if action.dest != "help"]
    return f"{heading}\n\n{_table(('option', 'meaning'), rows)}" if rows else heading


def _actions(parser: commands.Parser, *, own: bool = False) -> list[argparse.Action]:
    """Taken from what argparse hands to its formatter, whose own layout differs from Python to Python."""
    sections: list[tuple[str, list[argparse.Action]]] = []

    class Collector(argparse.HelpFormatter):
        def start_section(self, heading: str | None) -> None:
            sections.append((heading or "", []))
            super().start_section(heading)

        def add_argument(self, action: argparse.Action) -> None:
            sections[-1][1].append(action)

    parser.formatter_class = Collector
    parser.format_help()
    return [action for heading, actions in sections if not (own and heading == "global options") for action in actions]


def _spelling(action: argparse.Action) -> str:
    value = str(action.metavar or action.dest.upper())
    if not action.option_strings:
        return f"`{value}`"
    return ", ".join(f"`{name}`" if action.nargs == 0 else f"`{name} {value}`" for name in action.option_strings)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


# ------------------------------------------------------------------- files


def _table(headings: Row, rows: list[Row]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def filled(text: str, marker: str, part: str) -> str:
    """`text` with `part` between its markers."""
    begin, end = f"<!-- generated: {marker} -->", f"<!-- end of generated: {marker} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise Wrong(f"there is no place for {marker}; put {begin} and {end} where it belongs")
    return pattern.sub(lambda _: f"{begin}\n\n{part}\n\n{end}", text)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Write the generated parts of docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if a file differs")
    parser.add_argument("--docs", type=Path, default=DOCS, help="another folder")
    args = parser.parse_args(argv)
    try:
        stale = [file for file, new in _files(args.docs) if file.read_text("utf-8") != new and _take(args, file, new)]
    except (Wrong, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for file in stale:
        sys.stderr.write(f"docs/{file.name} is out of date; run `python scripts/generate_docs.py` and commit it.\n")
    return 1 if stale else 0


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for name, markers in parts().items():
        text = (folder / name).read_text("utf-8")
        for marker, part in markers.items():
            text = filled(text, marker, part)
        yield folder / name, text


def _take(args: argparse.Namespace, file: Path, text: str) -> bool:
    """True if the file stays out of date."""
    if not args.check:
        file.write_text(text, "utf-8")
    return bool(args.check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
