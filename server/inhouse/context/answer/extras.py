"""What models add around the code that they were asked for: imports above it, an example of its use below."""

import re
from collections.abc import Sequence

from inhouse.context.answer.declarations import first_declaration, imports, leading_imports
from inhouse.context.answer.fences import fenced_blocks
from inhouse.context.answer.indentation import indent
from inhouse.context.answer.place import Place
from inhouse.context.answer.region import Region

_USAGE = re.compile(
    r"^(?:#|//|--|/\*)\s*(?:example(?:s)?(?: of)?(?: usage| use)?|usage(?: example)?|sample usage|how to use"
    r"|beispiel|exemple)\b[^\n]{0,60}$|^if __name__ == ['\"]__main__['\"]:",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:#|//|--)\s*(?:the )?(?:original|old|new|updated|modified|fixed|corrected|improved|refactored|rewritten|"
    r"revised|complete|completed|optimi[sz]ed|simplified|shorter|selected|replacement)(?: \w+)? "
    r"(?:code|function|method|version|implementation|class)\s*:?",
    re.IGNORECASE,
)
"""What models write above the code to say which one it is."""


def without_extras(lines: Sequence[str], place: Place) -> Sequence[str]:
    """The answer without them, where the region begins with a declaration and has none itself."""
    if first_declaration(place.old, place.language) is None:
        return lines
    return _without_usage(_without_label(_without_imports(lines, place), place), place)


def missing_imports(answer: str, region: Region) -> tuple[str, ...]:
    """Imports that the answer has and the file has not: an edit of a region inside does not bring them."""
    language = region.file.language
    blocks = fenced_blocks(answer.replace("\r\n", "\n"), language)
    there = {line.strip() for line in region.file.lines}
    code = [line for block in blocks for line in block.text.split("\n")]
    found = [line.strip() for line in code if imports(line, language) and not indent(line)]
    return tuple(dict.fromkeys(line for line in found if line not in there))


def _without_imports(lines: Sequence[str], place: Place) -> Sequence[str]:
    if any(imports(line, place.language) for line in place.old):
        return lines
    count = leading_imports(lines, place.language)
    rest = lines[count:]
    return rest if any(line.strip() for line in rest) else lines


def _without_label(lines: Sequence[str], place: Place) -> Sequence[str]:
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    label = lines[first].strip() if lines else ""
    return lines[first + 1 :] if _LABEL.fullmatch(label) and label not in map(str.strip, place.old) else lines


def _without_usage(lines: Sequence[str], place: Place) -> Sequence[str]:
    """An example begins at the left margin of the answer, behind the code."""
    base = indent(next((line for line in lines if line.strip()), ""))
    old = {line.strip() for line in place.old}
    for at, line in enumerate(lines):
        if at and line.strip() not in old and indent(line) == base and _USAGE.match(line.strip()):
            return lines[:at]
    return lines
