"""A conversation cut into the blocks that may be left out of a prompt, oldest first.

A turn is a user message with everything up to the next one. Never left out are system messages, wherever they stand,
and of the last turn its user message and the newest step. The older steps of that turn, each an answer with its tool
calls and their results, may go when all other turns have: an agent's turn grows without end. A call and its result are
always in the same block.
"""

from collections.abc import Sequence
from itertools import pairwise

from inhouse.domain.conversation import Message, Role, ToolCallPart, ToolResultPart

Block = tuple[int, ...]
"""Indices of messages that stay or go together."""


def droppable(messages: Sequence[Message]) -> tuple[Block, ...]:
    """The blocks in the order in which they go."""
    first = leading_system(messages)
    borders = _borders(messages)
    questions = [at for at in range(first, len(messages)) if _is_question(messages[at])]
    last = questions[-1] if questions else first
    current = max((at for at in questions if at in borders), default=first)
    turns = _cut(first, current, {at for at in questions if at in borders})
    steps = {at for at in range(current, len(messages)) if messages[at].role is Role.ASSISTANT and at in borders}
    # What stands before the first step is the question itself, the last step is what it has come to.
    middle = [block for block in _cut(current, len(messages), steps)[1:-1] if last not in block]
    blocks = (tuple(at for at in block if messages[at].role is not Role.SYSTEM) for block in (*turns, *middle))
    return tuple(block for block in blocks if block)


def leading_system(messages: Sequence[Message]) -> int:
    """How many system messages the conversation begins with."""
    return next((at for at, message in enumerate(messages) if message.role is not Role.SYSTEM), len(messages))


def _is_question(message: Message) -> bool:
    """Some clients put tool results into messages of the user; these begin no turn."""
    return message.role is Role.USER and not (
        message.parts and all(isinstance(part, ToolResultPart) for part in message.parts)
    )


def _borders(messages: Sequence[Message]) -> set[int]:
    """Where the conversation can be cut in two without parting a call from its result.

    Servers repeat ids from one answer to the next, so a result belongs to the newest call of its id before it.
    """
    calls: dict[str, int] = {}
    reach = list(range(len(messages)))  # up to where each message's calls have results
    for at, message in enumerate(messages):
        for part in message.parts:
            if isinstance(part, ToolResultPart) and part.id in calls:
                reach[calls[part.id]] = at
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                calls[part.id] = at
    borders: set[int] = set()
    furthest = -1
    for at in range(len(messages)):
        if furthest < at:
            borders.add(at)
        furthest = max(furthest, reach[at])
    return borders


def _cut(start: int, end: int, at: set[int]) -> list[Block]:
    """The indices from `start` to `end`, in pieces that begin at `start` and at each of `at`."""
    edges = [*sorted({start, *(edge for edge in at if start <= edge < end)}), end]
    return [tuple(range(begin, stop)) for begin, stop in pairwise(edges) if begin < stop]
