"""How many requests does typing cost, and how long until a suggestion is there?

A file is typed into our server letter by letter, with a slip now and then that is erased, at the pace of a quick typist
(the pauses are drawn once, with a seed). After each step a suggestion is asked for as an editor does it, without
waiting for the last one. Behind the server stands a model that is right two times of three (harness/oracle.py). The
reference is a request to the model with every step, which is what typing costs without debounce and cache.

Then the embedded model (`inhouse model pull`) is asked at the end of each line, as by a key of the user's, so that no
time of quiet counts.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from platformdirs import user_data_path

from harness.editor import Editor
from harness.goals import Goal, at_most, median, percentile, print_table, show
from harness.oracle import Oracle
from harness.process import INHOUSE, Child

MODEL = user_data_path("inhouse") / "models" / "smollm2-135m-instruct.gguf"
URI = "file:///bench/basket.py"
INVOKED, AUTOMATIC = 1, 2
TEXT = '''"""A basket of goods and what it costs."""

from dataclasses import dataclass, field


@dataclass
class Item:
    name: str
    price: int
    count: int = 1

    @property
    def total(self) -> int:
        return self.price * self.count


@dataclass
class Basket:
    items: list[Item] = field(default_factory=list)

    def add(self, item: Item) -> None:
        for known in self.items:
            if known.name == item.name:
                known.count += item.count
                return
        self.items.append(item)

    @property
    def total(self) -> int:
        return sum(item.total for item in self.items)
'''


@dataclass(frozen=True, slots=True)
class Step:
    """A letter that is typed or, if it is empty, erased; `pause` in seconds comes before it."""

    letter: str
    pause: float


def steps(text: str) -> Iterator[Step]:
    """Indentation comes from the editor, with the line end."""
    drawn = random.Random(1)
    lines = text.splitlines(keepends=True)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        for letter in line.strip():
            if drawn.random() < 0.02:
                yield Step("q", drawn.uniform(0.06, 0.16))
                yield Step("", drawn.uniform(0.2, 0.4))
            yield Step(letter, drawn.uniform(0.06, 0.2))
        indentation = following[: len(following) - len(following.lstrip())].strip("\n")
        yield Step("\n" + indentation, drawn.uniform(0.2, 0.5))
        if drawn.random() < 0.4:
            yield Step(" ", drawn.uniform(0.5, 1.2))  # a look at what is there
            yield Step("", 0.1)


class Typing:
    """A file that is typed at its end."""

    def __init__(self, server: Child) -> None:
        self.editor = Editor(server)
        self.editor.initialize()
        self.text = ""
        self._version = 1
        document = {"uri": URI, "languageId": "python", "version": 1, "text": ""}
        self.editor.notify("textDocument/didOpen", {"textDocument": document})

    def become(self, text: str) -> None:
        self.text = text
        self._version += 1
        document = {"uri": URI, "version": self._version}
        self.editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def ask(self, trigger: int) -> int:
        position = {"line": self.text.count("\n"), "character": len(self.text.rpartition("\n")[2])}
        params = {"textDocument": {"uri": URI}, "position": position, "context": {"triggerKind": trigger}}
        return self.editor.start("textDocument/inlineCompletion", params)


@dataclass
class Session:
    steps: int = 0
    suggestions: int = 0


def replay(server: Child) -> Session:
    typing, session = Typing(server), Session()
    for step in steps(TEXT):
        session.suggestions += _idle(typing.editor, server, step.pause)
        typing.become(typing.text + step.letter if step.letter else typing.text[:-1])
        typing.ask(AUTOMATIC)
        session.steps += 1
    return session


def _idle(editor: Editor, server: Child, seconds: float) -> int:
    """How many suggestions came meanwhile."""
    end, found = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        if server.readable(left):
            results = (cast("dict[str, list[object]]", one.get("result") or {}) for one in editor.receive().messages)
            found += sum(bool(result.get("items")) for result in results)
    return found


def waits(server: Child) -> list[float]:
    """Milliseconds from a key to what the embedded model suggests, at the end of each line with text."""
    typing, found = Typing(server), list[float]()
    for number, line in enumerate(TEXT.splitlines()):
        if line.strip() and number > 2:
            typing.become("".join(TEXT.splitlines(keepends=True)[:number]) + line[: len(line) * 2 // 3])
            began = time.monotonic()
            typing.editor.answer(typing.ask(INVOKED))
            found.append((time.monotonic() - began) * 1e3)
    return found


def with_settings(home: Path, settings: str) -> None:
    file = home / ".config" / "inhouse" / "inhouse.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(settings)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ih-") as folder, Oracle(TEXT) as oracle:
        with_settings(Path(folder), f'[backends.lab]\nurl = "{oracle.url}"\n')
        with Child([*INHOUSE, "serve"], Path(folder)) as server:
            session = replay(server)
        requests, given_up = oracle.requests, oracle.given_up
    with tempfile.TemporaryDirectory(prefix="ih-") as folder:
        with_settings(Path(folder), f'[embedded]\nmodel = "{MODEL}"\n')
        with Child([*INHOUSE, "serve"], Path(folder), {"TMPDIR": folder}) as server:
            first, *later = waits(server)
    head = ("steps", "suggestions shown", "requests to the model", "of these stopped early")
    print_table([head, (str(session.steps), str(session.suggestions), str(requests), str(given_up))])
    print()
    show(
        [
            at_most("-", "requests to the model / steps", requests / session.steps, 0.3),
            Goal("-", "embedded model: first suggestion, its start included", f"{first:.0f} ms"),
            Goal("-", "embedded model: suggestion, median", f"{median(later):.0f} ms"),
            Goal("-", "embedded model: suggestion, p90", f"{percentile(later, 90):.0f} ms"),
        ]
    )


if __name__ == "__main__":
    main()
