"""A diff as git prints it, taken apart by file."""

import re
from dataclasses import dataclass
from itertools import pairwise

_HEADER = re.compile(r"^(?:diff --git |diff --(?:cc|combined) |\* Unmerged path )", re.MULTILINE)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_CONTROLS = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


@dataclass(frozen=True, slots=True)
class FileChange:
    """`path` is relative to the repository's root, with slashes; `old_path` differs for a file that was renamed. `text`
    is the file's part of the diff, with its header."""

    path: str
    old_path: str
    text: str


def split_diff(diff: str) -> tuple[FileChange, ...]:
    """What stands before the first file is left out. The names of a file whose header cannot be read are empty."""
    starts = [match.start() for match in _HEADER.finditer(diff)]
    return tuple(_change(diff[start:end]) for start, end in pairwise([*starts, len(diff)]))


def _change(text: str) -> FileChange:
    head, *lines = text.partition("\n@@")[0].split("\n")
    old = new = ""
    for line in lines:
        if line.startswith(("--- ", "rename from ", "copy from ")):
            old = _name(line.partition(" from " if " from " in line[:12] else " ")[2], "a/") or old
        elif line.startswith(("+++ ", "rename to ", "copy to ")):
            new = _name(line.partition(" to " if " to " in line[:10] else " ")[2], "b/") or new
    if not old and not new:
        old = new = _from_head(head)
    return FileChange(new or old, old or new, text)


def _name(written: str, prefix: str) -> str:
    """Empty for /dev/null, which stands for a file that is not there. git puts a tab behind a name with blanks."""
    name = _unquoted(written.rstrip("\t\r"))
    if name == "/dev/null":
        return ""
    return name.removeprefix(prefix)


def _from_head(head: str) -> str:
    """Of a file without lines to show (mode, binary, empty), which has the same name twice: `diff --git a/x b/x`."""
    for start in ("* Unmerged path ", "diff --cc ", "diff --combined "):
        if head.startswith(start):
            return _unquoted(head.removeprefix(start))
    names = head.removeprefix("diff --git ")
    half = names[: len(names) // 2]
    return _unquoted(half).removeprefix("a/")


def _unquoted(name: str) -> str:
    """Without the quotation marks and escapes that git puts around a name with special characters."""
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':
        return name
    data = _ESCAPE.sub(_escaped, name[1:-1].encode("utf-8", "surrogatepass"))
    return data.decode("utf-8", "replace")


def _escaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _CONTROLS.get(code, code)
