"""placeholder until context/code is there"""

from collections.abc import Callable, Sequence

from inhouse.domain.code import Span


def around(lines: Sequence[str], span: Span, room: int, tokens: Callable[[str], int]) -> str:
    text = "".join(lines)
    return text if tokens(text) <= room else ""
