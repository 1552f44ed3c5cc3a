"""How much of a conversation goes into a prompt of a given size: the oldest turns go, some at once.

Requests are stateless, so what goes is derived from the conversation alone. Blocks go up to the next mark on a grid of
absolute sizes, counted from the conversation's beginning: as it grows turn by turn, the same blocks are gone until the
next mark is passed, and the prompt's beginning stays the same for the server's prefix cache.
"""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from inhouse.context.turns import Block, droppable, leading_system
from inhouse.context.weight import estimate_frame, estimate_message
from inhouse.domain.conversation import ChatRequest


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes are in estimated tokens; `sizes` has one for each message, `head` is what the prompt always begins with."""

    sizes: tuple[int, ...]
    head: int
    frame: int
    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, request: ChatRequest) -> Self:
        """Takes about 8 ms for 1 MB of text."""
        sizes = tuple(map(estimate_message, request.messages))
        frame = estimate_frame(request.tools)
        head = frame + sum(sizes[: leading_system(request.messages)])
        return cls(sizes, head, frame, droppable(request.messages))

    def tokens(self, gone: int = 0) -> int:
        """Of the prompt without the `gone` oldest blocks."""
        return self.frame + sum(self.sizes) - sum(self._weights()[:gone])

    def dropped(self, gone: int) -> frozenset[int]:
        """Indices of the messages in the `gone` oldest blocks."""
        return frozenset(at for block in self.blocks[:gone] for at in block)

    def gone_for(self, room: float) -> int:
        """How many blocks have to go for a prompt of at most `room`; all of them if that is not enough."""
        excess = self.tokens() - room
        if excess <= 0:
            return 0
        step = grid_step(room - self.head)
        mark = -(-excess // step) * step
        weights = self._weights()
        past = list(accumulate(weights))
        at_mark = bisect_left(past, mark)  # the block that reaches over the mark goes too, unless it is a large one
        if at_mark < len(past) and weights[at_mark] > step:
            return max(at_mark, bisect_left(past, excess) + 1)
        return min(at_mark + 1, len(past))

    def _weights(self) -> list[int]:
        return [sum(self.sizes[at] for at in block) for block in self.blocks]


def grid_step(room: float) -> int:
    """The largest power of two in a quarter of the room: it stays the same when the room changes a little, as it does
    with each exact count."""
    return 1 << max(0, int(max(room, 0) // 4).bit_length() - 1)
