"""What a model is shown from elsewhere lies outside of the text around the cursor, and stays while one types."""

from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.completion.snippets import Outlined, View, snippets
from inhouse.context.estimate import estimate_tokens
from inhouse.context.syntax.outline import outline
from inhouse.domain.code import SourceFile
from inhouse.domain.fill import Snippet
from tests.unit.context.completion.cases import place

HEAD = "import os\nfrom typing import (\n    Any,\n)\n\nclass Store(Base):\n"
METHOD = "    def method_{0}(self, key: str) -> int:\n        first = key\n        return first\n\n"
TAIL = "def helper(a):\n    def inner():\n        pass\n    return a\n"
FILE = HEAD + "".join(METHOD.format(number) for number in range(30)) + TAIL
ROOM = 1000


def file(name: str, text: str) -> SourceFile:
    return SourceFile(f"file:///{name}", name, "python", [*text.splitlines(keepends=True), ""])


def outlined(name: str, text: str) -> Outlined:
    return Outlined(file(name, text), outline(file(name, text)))


STORE = outlined("store.py", FILE)
MIDDLE = FILE.index("        return first", FILE.index("def method_15"))


def view(text: str, at: int, before: int, after: int) -> View:
    """The cursor stands at a character; so many lines are shown before and behind it."""
    cursor = place(text[:at] + "█" + text[at:])
    prefix = "\n".join(cursor.before.split("\n")[-before - 1 :])
    return View.of(cursor, prefix, "\n".join(cursor.after.split("\n")[: after + 1]))


def shown(view: View, *others: Outlined, own: Outlined = STORE, now: str = FILE, room: int = ROOM) -> list[Snippet]:
    return list(snippets(own, file("store.py", now), view, others, room))


def lines(found: list[Snippet]) -> list[str]:
    return found[-1].text.splitlines()


def test_imports_and_headers_that_the_text_around_does_not_show() -> None:
    found = lines(shown(view(FILE, MIDDLE, 10, 10)))
    assert found[:5] == ["import os", "from typing import (", "    Any,", ")", "class Store(Base):"]
    assert found[-1] == "def helper(a):"
    assert "    def method_2(self, key: str) -> int:" in found
    assert not any("method_15" in line or "method_14" in line or "inner" in line for line in found)


def test_nothing_where_everything_is_shown() -> None:
    whole = view(FILE, MIDDLE, 1000, 1000)
    assert whole.shows_whole(file("store.py", FILE))
    assert not view(FILE, MIDDLE, 1000, 10).shows_whole(file("store.py", FILE))
    assert not view(FILE, MIDDLE, 10, 1000).shows_whole(file("store.py", FILE))
    assert shown(whole) == []


def test_little_room_is_for_what_stands_beside() -> None:
    found = lines(shown(view(FILE, MIDDLE, 4, 4), room=100))
    assert found[0] == "import os"
    assert "class Store(Base):" in found
    assert "    def method_13(self, key: str) -> int:" in found
    assert "    def method_1(self, key: str) -> int:" not in found
    assert "def helper(a):" not in found


def test_other_files_are_their_headers_in_the_order_of_their_names_and_come_first() -> None:
    others = (outlined("z.py", TAIL), outlined("a.py", METHOD.format(1) + TAIL), outlined("empty.py", "x = 1\n"))
    found = shown(view(FILE, MIDDLE, 10, 10), *others)
    assert [each.name for each in found] == ["a.py", "z.py", "store.py"]
    assert found[1] == Snippet("z.py", "def helper(a):")


def test_the_last_used_file_has_the_first_right_to_room() -> None:
    others = (outlined("z.py", FILE), outlined("a.py", FILE))
    a, z, _ = shown(view(FILE, MIDDLE, 10, 10), *others, room=200)
    assert len(z.text) > 3 * len(a.text)


def test_typing_changes_nothing() -> None:
    """Neither on a line nor by further lines, whether the file's outline was made before that or after it."""
    typed = "        a = 1\n        b = 2\n        c = [a, b]"
    other = outlined("a.py", TAIL)
    seen = {
        (*snippets(own, file("store.py", now), view(now, at, 10 + now[MIDDLE:at].count("\n"), 10), (other,), 300),)
        for length in range(len(typed))
        for now, at in [(FILE[:MIDDLE] + typed[:length] + FILE[MIDDLE:], MIDDLE + length)]
        for own in (STORE, outlined("store.py", now))
    }
    assert len(seen) == 1


def test_a_file_that_has_shrunk_since_its_outline_was_made() -> None:
    now = FILE[:MIDDLE]
    assert shown(view(now, len(now), 10, 10), now=now)
    assert shown(view("x", 1, 10, 10), now="x\n") == []


@given(
    text=st.text("def cls(:)ai\n ", max_size=200),
    then=st.text("def cls(:)ai\n ", max_size=200),
    at=st.integers(0, 200),
    before=st.integers(0, 5),
    after=st.integers(0, 5),
    room=st.integers(0, 60),
)
def test_never_more_than_there_is_room_for(text: str, then: str, at: int, before: int, after: int, room: int) -> None:
    around = view(text, min(at, len(text)), before, after)
    found = shown(around, outlined("b.py", then), own=outlined("a.py", then), now=text, room=room)
    assert sum(estimate_tokens(each.text) for each in found) <= room
