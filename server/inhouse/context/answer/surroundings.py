"""Takes out of an answer what stands around the region: models send the whole function for a few of its lines, the
whole class for a method, or the whole file.

What is cut away must be what is there already, or left out by the model; else the answer wants to change code that it
was not asked to change.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from inhouse.context.answer.declarations import declared, decorates, first_declaration, imports, leading_imports
from inhouse.context.answer.indentation import indent
from inhouse.context.answer.lexing import balance
from inhouse.context.answer.place import Place
from inhouse.context.answer.placeholders import placeholder
from inhouse.context.answer.region import Unreadable

_MORE = Unreadable("The answer has more than the asked place, and where that begins in it cannot be told.")
_ELSEWHERE = Unreadable("The answer changes code outside of the asked place.")

_CLOSER = re.compile(r"[)\]}>;,]+|end;?|fi|done|esac")


@dataclass(frozen=True, slots=True)
class _Filled:
    """Lines that are not blank: where they stand, and their words."""

    at: tuple[int, ...]
    keys: tuple[str, ...]


def narrowed(lines: Sequence[str], place: Place) -> Sequence[str] | Unreadable:
    """The lines of the answer that are meant for the region."""
    before, own, after = (_filled(part).keys for part in (place.before, place.old, place.after))
    if not before and not after:
        return lines
    lines = _without_imports(lines, place)
    answer = _filled(lines)
    if answer.keys == own:
        return lines
    head = _head(answer.keys, before, own, place)
    if isinstance(head, Unreadable):
        return head
    tail = _tail(answer.keys[head:], own, after, larger=head > 0)
    if isinstance(tail, Unreadable):
        return tail
    if head + tail >= len(answer.at):
        return lines
    start = answer.at[head] if head else 0
    end = answer.at[len(answer.at) - tail] if tail else len(lines)
    mine = _without_placeholders(lines[start:end], place) if head else lines[start:end]
    return mine if tail else _without_rest(mine, place, after, larger=head > 0)


def _filled(lines: Sequence[str]) -> _Filled:
    at = tuple(at for at, line in enumerate(lines) if line.strip())
    return _Filled(at, tuple(" ".join(lines[each].split()) for each in at))


def _head(keys: Sequence[str], before: Sequence[str], own: Sequence[str], place: Place) -> int | Unreadable:
    """How many of the answer's lines stand above the region in the file."""
    for count in range(min(len(keys), len(before)), 0, -1):
        if (
            keys[0] == before[-count]
            and keys[:count] == before[-count:]
            and _telling(keys[:count])
            and keys[:count] != own[:count]
        ):
            return count
    if not keys or not before or keys[0] in own or keys[0] not in _outer_starts(place):
        return 0
    start = _own_start(keys, before, own, place)
    if start is None:
        return _MORE
    there = _in_order(keys[:start], before)
    last = max((at for at, found in enumerate(there) if found), default=-1)
    # What is new right above the region belongs to it, unless it stands for something that is there.
    whole = last >= 0 and keys[last] == before[-1]
    unknown = [key for key, found in zip(keys[: last + 1 if whole else start], there, strict=False) if not found]
    return _ELSEWHERE if _changes(unknown, place) else last + 1


def _without_imports(lines: Sequence[str], place: Place) -> Sequence[str]:
    """Where imports come before something that is more than the region."""
    rest = lines[leading_imports(lines, place.language) :]
    first = next(iter(_filled(rest).keys), "")
    return rest if first and place.before and first in _outer_starts(place) else lines


def _without_placeholders(lines: Sequence[str], place: Place) -> Sequence[str]:
    """Without words for the code above the region that the answer leaves out."""
    kept = list(lines)
    while kept and (not kept[0].strip() or placeholder(kept[:1], place.old, place.language)):
        del kept[0]
    return kept


def _left_out_behind(lines: Sequence[str], place: Place) -> bool:
    """Whether the last line says so, and stands no deeper than the region begins: else it is the region's own code."""
    deep = len(indent(lines[-1])) > len(indent(lines[0]))
    return not deep and placeholder(lines[-1:], place.old, place.language) is not None


def _outer_starts(place: Place) -> frozenset[str]:
    """How an answer begins that is more than the region: as the file does, or as something that holds the region."""
    found = [line for line in place.before if line.strip()][:1]
    deepest = min((len(indent(line)) for line in place.old if line.strip()), default=0)
    for at in range(len(place.before) - 1, -1, -1):
        line = place.before[at]
        if line.strip() and len(indent(line)) < deepest and _telling((line,)):
            deepest = len(indent(line))
            found.append(line)
            found += [above for above in place.before[max(0, at - 3) : at] if decorates(above)]
    return frozenset(" ".join(line.split()) for line in found)


def _own_start(keys: Sequence[str], before: Sequence[str], own: Sequence[str], place: Place) -> int | None:
    """Where in the answer the region's own lines begin."""
    line = first_declaration(place.old, place.language)
    first = " ".join(line.split()) if line is not None else next(iter(own), "")
    name = declared(first, place.language)
    start = next((at for at, key in enumerate(keys) if key == first), None)
    if start is None and name:
        start = next((at for at, key in enumerate(keys) if declared(key, place.language) == name), None)
    if start is None and _telling(before[-1:]):
        start = next((at + 1 for at, key in enumerate(keys) if key == before[-1]), None)
    while start and (decorates(keys[start - 1]) or keys[start - 1] in own[:3]):
        start -= 1
    return start


def _tail(keys: Sequence[str], own: Sequence[str], after: Sequence[str], *, larger: bool) -> int | Unreadable:
    """How many of the answer's last lines stand below the region in the file. `larger`: some stand above it."""
    for count in range(min(len(keys) - 1, len(after)), 0, -1):
        if (
            keys[-1] == after[count - 1]
            and keys[-count:] == after[:count]
            and (larger or _telling(after[:count]))
            and keys[-count:] != own[-count:]
        ):
            return count
    first = next((at for at, key in enumerate(after) if _telling((key,))), None)
    if first is None or not (larger or (len(after) > 1 and keys[-2:] == after[-2:])):
        return 0
    for at in range(1, len(keys)):
        if keys[at] == after[first] and keys[at] not in own and keys[max(0, at - first) : at] == after[:first]:
            changed = [key for key, found in zip(keys[at:], _in_order(keys[at:], after), strict=True) if not found]
            return _ELSEWHERE if any(placeholder([key], (), "") is None for key in changed) else len(keys) - at + first
    return 0


def _without_rest(lines: Sequence[str], place: Place, after: Sequence[str], *, larger: bool) -> Sequence[str]:
    """Without brackets at the end that close what is open around the region, and without words for left-out code."""
    kept = list(lines)
    closers = iter(after)
    while kept and (
        not kept[-1].strip()
        or (larger and _left_out_behind(kept, place))
        or (_closes_more(kept, place) and (larger or _same_closer(next(closers, ""), kept[-1])))
    ):
        del kept[-1]
    return kept


def _closes_more(lines: Sequence[str], place: Place) -> bool:
    """Whether the last line closes what was opened before the region."""
    if not _CLOSER.fullmatch(lines[-1].strip()):
        return False
    has, wanted = (balance("\n".join(part), place.language) for part in (lines, place.old))
    if has is None or wanted is None or lines[-1].strip().rstrip(";").isalpha():
        return len(indent(lines[-1])) < len(indent(lines[0])) and _further_out(lines) > _further_out(place.old)
    return any(has[sign] < wanted[sign] for sign in "([{")


def _further_out(lines: Sequence[str]) -> int:
    """How many lines stand less deep than the first one."""
    filled = [len(indent(line)) for line in lines if line.strip()]
    return sum(depth < filled[0] for depth in filled)


def _same_closer(one: str, other: str) -> bool:
    return one.strip().rstrip(",;") == other.strip().rstrip(",;")


def _in_order(keys: Sequence[str], there: Sequence[str]) -> list[bool]:
    """For each key, whether it is there, in the same order."""
    places: dict[str, list[int]] = {}
    for at, key in enumerate(there):
        places.setdefault(key, []).append(at)
    found: list[bool] = []
    least = 0
    for key in keys:
        known = places.get(key, [])
        next_at = bisect_left(known, least)
        found.append(next_at < len(known))
        least = known[next_at] + 1 if found[-1] else least
    return found


def _changes(keys: Sequence[str], place: Place) -> bool:
    """Whether one of these lines is more than an import or a word for left-out code."""
    return any(not imports(key, place.language) and placeholder([key], (), place.language) is None for key in keys)


def _telling(keys: Sequence[str]) -> bool:
    """Whether one of the lines is more than brackets and the like, which stand everywhere."""
    return any(len(key) > 3 and any(sign.isalnum() for sign in key) and not _CLOSER.fullmatch(key) for key in keys)
