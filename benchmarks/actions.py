"""How long does an editor wait for the list of code actions in a file of 10,000 lines?

In turn a bare pygls server answers an empty request (the floor: what a round trip costs on this machine now) and ours
is asked for actions, at places all over the file: for the light bulb with nothing wrong there, for the light bulb on an
error, and for the menu with everything in it. A change comes before each request, as it does when somebody types.

Read the ratios: absolute times are the machine's.
"""

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from harness.editor import Editor
from harness.goals import Goal, at_most, median, percentile, print_table, show
from harness.process import INHOUSE, Child, script

LINES = 10_000
URI = "file:///bench/big.py"
BLOCK = (
    "def total_{0}(items: list[int]) -> int:\n"
    "    result = 0\n"
    "    for item in items:\n"
    "        if item > {0}:\n"
    "            result += item\n"
    "    return result\n"
    "\n\n"
)
AUTOMATIC, INVOKED = 2, 1


@dataclass(slots=True)
class Times:
    """Milliseconds from the request to its answer."""

    name: str
    values: list[float] = field(default_factory=list[float])

    def row(self) -> tuple[str, ...]:
        return (self.name, f"{median(self.values):.2f}", f"{percentile(self.values, 99):.2f}")


class Bench:
    def __init__(self, child: Child) -> None:
        self._editor = Editor(child)
        self._version = 1
        self._editor.initialize()
        text = "".join(BLOCK.format(number) for number in range(LINES // 8 + 1))
        document = {"uri": URI, "languageId": "python", "version": 1, "text": text}
        self._editor.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, line: int) -> None:
        self._version += 1
        here = {"line": line, "character": 0}
        change = {"range": {"start": here, "end": here}, "text": " " if self._version % 2 else ""}
        identified = {"uri": URI, "version": self._version}
        self._editor.notify("textDocument/didChange", {"textDocument": identified, "contentChanges": [change]})

    def offered(self, line: int) -> list[str]:
        """The menu's titles; the first request also makes everything ready."""
        found = self._editor.request("textDocument/codeAction", asked(line, trigger=INVOKED, wrong=True))
        return [action["title"] for action in cast("list[dict[str, str]]", found)]

    def timed(self, method: str, params: object) -> float:
        id_ = self._editor.start(method, params)
        began = self._editor.sent_at
        while True:
            received = self._editor.receive()
            for message in received.messages:
                if message.get("id") == id_:
                    assert "error" not in message, message
                    return (received.at - began) / 1e6


def asked(line: int, *, trigger: int, wrong: bool) -> object:
    area = {"start": {"line": line, "character": 4}, "end": {"line": line, "character": 8}}
    here = {"start": area["start"], "end": area["start"]}
    found = [{"range": area, "message": "undefined name", "severity": 1}] if wrong else []
    context = {"diagnostics": found, "triggerKind": trigger}
    return {"textDocument": {"uri": URI}, "range": here, "context": context}


def run(requests: int) -> tuple[Times, list[Times]]:
    floor = Times("bare pygls, an empty request")
    bulb, fix, menu = Times("light bulb, nothing wrong"), Times("light bulb on an error"), Times("menu")
    with tempfile.TemporaryDirectory() as home:
        bare, ours = Child(script("bare.py"), Path(home)), Child([*INHOUSE, "serve"], Path(home))
        with bare, ours:
            theirs, mine = Bench(bare), Bench(ours)
            assert mine.offered(5), "nothing is offered"
            for number in range(requests):
                line = 5 + (number * 1237) % (LINES - 10)
                theirs.change(line)
                floor.values.append(theirs.timed("bench/ping", {}))
                for times, trigger, wrong in ((bulb, AUTOMATIC, False), (fix, AUTOMATIC, True), (menu, INVOKED, True)):
                    mine.change(line)
                    params = asked(line, trigger=trigger, wrong=wrong)
                    times.values.append(mine.timed("textDocument/codeAction", params))
    return floor, [bulb, fix, menu]


def goals(floor: Times, ours: list[Times]) -> list[Goal]:
    menu = ours[-1]
    return [
        at_most("-", "menu, p50 / an empty request to bare pygls", median(menu.values) / median(floor.values), 2),
        at_most("-", "menu, p99", percentile(menu.values, 99), 50, "ms"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="default: %(default)s")
    floor, ours = run(parser.parse_args().requests)
    print_table([(f"{LINES} lines", "p50 ms", "p99 ms"), floor.row(), *(times.row() for times in ours)])
    print()
    show(goals(floor, ours))


if __name__ == "__main__":
    main()
