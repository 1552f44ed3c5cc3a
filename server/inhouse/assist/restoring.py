"""Secrets put back into a tool call: what the model wants done is done with them, not with what stood for them."""

import dataclasses
from collections.abc import Mapping
from typing import cast

from inhouse.domain.events import Notice, ToolCall
from inhouse.governance.redaction.redactor import Redactor


def restored(call: ToolCall, redactor: Redactor) -> tuple[ToolCall, tuple[Notice, ...]]:
    """The call, and what the user is to be told of it. A call without placeholders is passed on as it is."""
    arguments, count = _value(call.arguments, redactor)
    if not count:
        return call, ()
    what, them = ("A secret was", "it") if count == 1 else (f"{count} secrets were", "them")
    notice = Notice(f"{what} put back into a call of {call.name}: the model saw only what stands for {them}.")
    return dataclasses.replace(call, arguments=cast("Mapping[str, object]", arguments)), (notice,)


def _value(value: object, redactor: Redactor) -> tuple[object, int]:
    if isinstance(value, str):
        return redactor.restore(value)
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        pairs = {name: _value(member, redactor) for name, member in members.items()}
        return {name: member for name, (member, _) in pairs.items()}, sum(count for _, count in pairs.values())
    if isinstance(value, list):
        items = [_value(item, redactor) for item in cast("list[object]", value)]
        return [item for item, _ in items], sum(count for _, count in items)
    return value, 0
