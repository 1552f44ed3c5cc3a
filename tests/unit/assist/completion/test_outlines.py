"""Outlines are there or on their way: nobody waits for one."""

from itertools import count

from inhouse.assist.completion.outlines import Outlines
from inhouse.context.completion.snippets import Outlined
from inhouse.domain.code import SourceFile
from tests.until import until


def file(text: str, name: str = "a.py") -> SourceFile:
    return SourceFile(f"file:///{name}", name, "python", text.splitlines(keepends=True))


def names(found: Outlined | None) -> list[str]:
    return [block.name for block in found.outline.blocks] if found else []


async def test_the_last_one_serves_until_a_newer_one_is_made() -> None:
    outlines = Outlines()
    old, new = file("def old(): pass\n"), file("def new(): pass\n")
    assert outlines.latest(old) is None
    await until(lambda: names(outlines.latest(old)) == ["old"])
    assert names(outlines.latest(new)) == ["old"]
    await until(lambda: names(outlines.latest(new)) == ["new"])


async def test_typing_does_not_make_one_for_each_key() -> None:
    """They take a twentieth of the time at most: one that took a second is good for twenty."""
    outlines = Outlines(clock=count(step=1.0).__next__)
    first, newer = file("def first(): pass\n"), file("def newer(): pass\n")
    await until(lambda: outlines.latest(first) is not None)
    seen: list[str] = []

    def made_anew() -> bool:
        seen.extend(names(outlines.latest(newer)))
        return seen[-1] == "newer"

    await until(made_anew)
    assert seen[:20] == ["first"] * 20


async def test_a_file_that_has_not_changed_is_not_looked_at_again() -> None:
    """Although making its outline took no time at all."""
    outlines = Outlines(clock=lambda: 0.0)
    same = file("def same(): pass\n")
    await until(lambda: outlines.latest(same) is not None)
    first = outlines.latest(same)
    for number in range(3):
        assert outlines.latest(same) is first
        await until(lambda number=number: outlines.latest(file("x", f"{number}.py")) is not None)
    assert outlines.latest(same) is first


async def test_only_so_many_are_kept() -> None:
    outlines = Outlines()
    first = file("def first(): pass\n")
    await until(lambda: outlines.latest(first) is not None)
    for number in range(20):
        await until(lambda number=number: outlines.latest(file("x", f"{number}.py")) is not None)
    assert outlines.latest(first) is None
