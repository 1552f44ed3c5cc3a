"""The three layers that are files: machine defaults, the user's file, and one file for each project."""

import os
import re
from dataclasses import replace
from pathlib import Path

from inhouse.config.check import Refuse, anything
from inhouse.config.files import UnreadableError, read_text
from inhouse.config.layer import Key, Layer, Place, broken
from inhouse.config.problem import LayerName
from inhouse.config.reading import only_adding, read_layer

PROJECT_FILE = ".inhouse.toml"
PROJECT_MAY_SAY: tuple[Key, ...] = (
    ("model",),
    ("completion_model",),
    ("privacy", "exclude"),
    ("review",),
    ("prompts",),
    ("tokens",),
)
"""What is harmless coming from a stranger's repository (interface §3)."""

MAX_DOTS = 1000
"""Of one line: tomllib's time grows with the square of a dotted key's parts."""


def user_layer(path: Path, *, named: bool) -> Layer:
    """`named`: the user said that it is there."""
    place = Place(LayerName.USER, file=path)
    try:
        found = read_text(path)
    except UnreadableError as error:
        return broken(place, f"the file {error}")
    if found is None:
        return broken(place, "there is no such file; create it or name another") if named else Layer(place)
    return _from_toml(place, found[0])


def machine_layer(path: Path) -> Layer:
    """Counts only where no ordinary user can have written it."""
    place = Place(LayerName.MACHINE, file=path)
    try:
        found = read_text(path)
    except UnreadableError as error:
        return broken(place, f"the file {error}")
    if found is None:
        return Layer(place)
    reason = _writable_by_others(path, found[1])
    return broken(place, reason) if reason else _from_toml(place, found[0])


def project_layer(root: Path) -> Layer:
    """Never through a link that leaves the project: it would show the linked file's words in messages."""
    path = root / PROJECT_FILE
    place = Place(LayerName.PROJECT, source=str(root), file=path, severity="warning")
    try:
        real = path.resolve()
        if not real.is_relative_to(root.resolve()):
            return broken(place, "the file is a link to outside the project, so it is ignored")
        found = read_text(real, follow=False)
    except UnreadableError as error:
        return broken(place, f"the file {error}")
    except (OSError, RuntimeError, ValueError):  # a loop of links, a name with a NUL
        return broken(place, "the file cannot be opened")
    if found is None:
        return Layer(place)
    return only_adding(_from_toml(place, found[0], refuse=_not_for_projects))


def _not_for_projects(key: Key) -> str | None:
    for allowed in PROJECT_MAY_SAY:
        if key[: len(allowed)] == allowed or allowed[: len(key)] == key:
            return None
    return "a project cannot set this, so it is ignored; put it in your own settings"


def _from_toml(place: Place, text: str, *, refuse: Refuse = anything) -> Layer:
    import tomllib  # only when there is a file

    if any(line.count(".") > MAX_DOTS for line in text.split("\n")):
        return broken(place, f"a line holds more than {MAX_DOTS} dots; shorten it")
    placed = replace(place, text=text)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return _syntax_error(place, str(error) if isinstance(error, tomllib.TOMLDecodeError) else "")
    return read_layer(placed, raw, refuse=refuse)


def _syntax_error(place: Place, error: str) -> Layer:
    at = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", error, re.DOTALL)
    what = f"column {at[3]}: {at[1][0].lower()}{at[1][1:]}" if at else "it cannot be read to its end"
    layer = broken(place, f"this is not valid TOML ({what}); correct it")
    if not at:
        return layer
    (problem,) = layer.problems
    return replace(layer, problems=(replace(problem, line=int(at[2])),))


def _writable_by_others(path: Path, state: os.stat_result) -> str | None:
    if os.name != "posix":
        return "it cannot be made sure on this system that only administrators may write the file, so it is ignored"
    try:
        folders = [folder.stat() for folder in {path.parent, path.resolve().parent}]
    except (OSError, RuntimeError):
        return "its folder cannot be read, so the file is ignored"
    for what, each in [("the file", state), *(("its folder", folder) for folder in folders)]:
        if each.st_uid != 0 or each.st_mode & 0o022:
            return f"{what} can be written by others than root, so the file is ignored; give it to root with chmod go-w"
    return None
