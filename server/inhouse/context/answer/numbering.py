"""Line numbers that a model puts before each line because its prompt had them, or an editor's view."""

import re
from collections.abc import Sequence

_NUMBERED = re.compile(r"^\s*(?P<number>\d{1,9})(?:\s?[|:│→]\s?|\t|\.\s|\s{2}|\s?$)(?P<text>.*)$")


def without_numbers(lines: Sequence[str], old: Sequence[str]) -> list[str]:
    """Only where each line has one more than the line before, and the old code is not numbered like this itself."""
    found = [_NUMBERED.match(line) for line in lines if line.strip()]
    numbers = [int(each["number"]) for each in found if each is not None]
    if len(numbers) < 2 or len(numbers) < len(found) or numbers != sorted(set(numbers)):
        return list(lines)
    if numbers[-1] - numbers[0] >= 2 * len(lines) or all(_NUMBERED.match(line) for line in old if line.strip()):
        return list(lines)
    return [match["text"] if (match := _NUMBERED.match(line)) else line for line in lines]
