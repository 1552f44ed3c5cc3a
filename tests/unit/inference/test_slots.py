"""Who goes on at a backend that takes so many at once: chats before titles, each in order, and nobody is forgotten."""

import asyncio
from contextlib import AsyncExitStack

from hypothesis import given
from hypothesis import strategies as st

from inhouse.inference.slots import Slots, Urgency


class Crowd:
    """Tasks that each want a slot; `entered` is the order in which they got one."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.entered: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._leave: dict[str, asyncio.Event] = {}

    async def come(self, name: str, urgency: int = 0) -> None:
        self._leave[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._stay(name, urgency))
        await settled()

    async def _stay(self, name: str, urgency: int) -> None:
        async with self.slots.slot(urgency):
            self.entered.append(name)
            await self._leave[name].wait()

    async def leave(self, name: str) -> None:
        self._leave[name].set()
        await asyncio.wait_for(self.tasks[name], 5)
        await settled()

    async def give_up(self, name: str) -> None:
        self.tasks[name].cancel()
        await asyncio.wait({self.tasks[name]})
        await settled()


async def settled() -> None:
    """Everybody who can go on has done so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_so_many_at_once_and_the_others_in_their_order() -> None:
    crowd = Crowd(Slots(2))
    for name in "abcde":
        await crowd.come(name)
    assert crowd.entered == ["a", "b"]
    assert crowd.slots.locked()
    await crowd.leave("b")
    await crowd.leave("a")
    assert crowd.entered == ["a", "b", "c", "d"]
    for name in "cde":
        await crowd.leave(name)
    assert crowd.entered == list("abcde")
    assert not crowd.slots.locked()


async def test_urgent_ones_go_first() -> None:
    crowd = Crowd(Slots(1))
    await crowd.come("first")
    for name, urgency in (("title", 1), ("chat", 0), ("another title", 1), ("another chat", 0)):
        await crowd.come(name, urgency)
    for name in ("first", "chat", "another chat", "title"):
        await crowd.leave(name)
    assert crowd.entered == ["first", "chat", "another chat", "title", "another title"]
    await crowd.leave("another title")


async def test_a_suggestion_comes_behind_a_chat_and_before_a_title() -> None:
    crowd = Crowd(Slots(1))
    await crowd.come("first")
    for name in ("background", "fill", "chat"):
        await crowd.come(name, Urgency[name.upper()])
    for name in ("first", "chat", "fill", "background"):
        await crowd.leave(name)
    assert crowd.entered == ["first", "chat", "fill", "background"]


async def test_who_gives_up_waiting_is_in_nobodys_way() -> None:
    crowd = Crowd(Slots(1))
    for name in "abc":
        await crowd.come(name)
    await crowd.give_up("b")
    await crowd.leave("a")
    assert crowd.entered == ["a", "c"]
    await crowd.leave("c")
    assert not crowd.slots.locked()


async def test_slot_given_to_who_is_cancelled_in_the_same_moment_goes_to_the_next() -> None:
    crowd = Crowd(Slots(1))
    async with crowd.slots.slot(0):
        await crowd.come("b")
        await crowd.come("c")
    crowd.tasks["b"].cancel()  # it has been given the slot, and has not run since
    await settled()
    assert crowd.entered == ["c"]
    await crowd.leave("c")
    assert not crowd.slots.locked()


async def test_slot_is_given_back_by_who_fails() -> None:
    slots = Slots(1)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(slots.slot(0))
    assert not slots.locked()


@given(st.lists(st.tuples(st.sampled_from(["come", "leave", "give up"]), st.integers(0, 2)), max_size=40))
def test_no_slot_is_lost_and_none_is_given_twice(script: list[tuple[str, int]]) -> None:
    asyncio.run(_play(script))


async def _play(script: list[tuple[str, int]]) -> None:
    crowd, inside = Crowd(Slots(2)), set[str]()
    for number, (what, urgency) in enumerate(script):
        running = [name for name, task in crowd.tasks.items() if not task.done()]
        if what == "come":
            await crowd.come(str(number), urgency)
        elif what == "leave" and inside:
            await crowd.leave(min(inside))
        elif what == "give up" and running:
            await crowd.give_up(running[-1])
        running = [name for name, task in crowd.tasks.items() if not task.done()]
        inside = set(running) & set(crowd.entered)
        assert len(inside) == min(2, len(running))
        assert crowd.slots.locked() is (len(inside) == 2)
    for name in [name for name, task in crowd.tasks.items() if not task.done()]:
        await crowd.give_up(name)
    assert not crowd.slots.locked()
