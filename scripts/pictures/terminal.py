"""Pictures of programs in a terminal, for the documentation: a real program on a real pseudo-terminal, drawn as SVG."""

import os
import pty
import select
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from fcntl import ioctl
from html import escape
from pathlib import Path
from termios import TIOCSWINSZ

import pyte

COLUMNS, ROWS = 96, 24
CELL_WIDTH, CELL_HEIGHT, MARGIN = 8.4, 18, 14
BACKGROUND, FOREGROUND = "#14161b", "#e0e2ea"
NAMED = {
    "black": "#07080d",
    "red": "#ffc0b9",
    "green": "#b3f6c0",
    "brown": "#fce094",
    "blue": "#a6dbff",
    "magenta": "#ffcaff",
    "cyan": "#8cf8f7",
    "white": "#eef1f8",
    "brightblack": "#808080",
}


class Terminal:
    """A program and what it shows. `close` ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._pid, self._master = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], list(command), dict(environment))  # noqa: S606 - the program to be shown
        ioctl(self._master, TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until(self, shown: Callable[[str], bool], seconds: float = 30) -> None:
        """Reads until the text on the screen is as wanted; raises TimeoutError."""
        end = time.monotonic() + seconds
        while not shown("\n".join(self._screen.display)):
            if time.monotonic() > end:
                raise TimeoutError("\n".join(self._screen.display))
            ready, _, _ = select.select([self._master], [], [], 0.05)
            if ready:
                self._stream.feed(os.read(self._master, 65536))

    def close(self) -> None:
        os.close(self._master)
        os.waitpid(self._pid, 0)

    def as_svg(self, title: str) -> str:
        """The screen as it is."""
        width, height = COLUMNS * CELL_WIDTH + 2 * MARGIN, ROWS * CELL_HEIGHT + 2 * MARGIN
        rows = "".join(self._row(row) for row in range(ROWS))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img">'
            f"<title>{escape(title)}</title>"
            f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>'
            f'<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">{rows}</g>'
            "</svg>\n"
        )

    def _row(self, row: int) -> str:
        cells = self._screen.buffer[row]
        found: list[str] = []
        start = 0
        while start < COLUMNS:
            style = _style(cells[start])
            end = start + 1
            while end < COLUMNS and _style(cells[end]) == style:
                end += 1
            text = "".join(cells[column].data for column in range(start, end))
            found.append(_run(text, row, start, style))
            start = end
        return "".join(found)


def _style(cell: pyte.screens.Char) -> tuple[str, str, bool, bool]:
    front, back = _colour(cell.fg, FOREGROUND), _colour(cell.bg, BACKGROUND)
    if cell.reverse:
        front, back = back, front
    return front, back, cell.bold, cell.italics


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return NAMED.get(name) or NAMED.get(name.removeprefix("bright"), f"#{name}")


def _run(text: str, row: int, column: int, style: tuple[str, str, bool, bool]) -> str:
    front, back, bold, italic = style
    x, y = MARGIN + column * CELL_WIDTH, MARGIN + row * CELL_HEIGHT
    width = len(text) * CELL_WIDTH
    area = ""
    if back != BACKGROUND:
        area = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{CELL_HEIGHT}" fill="{back}"/>'
    if not text.strip():
        return area
    looks = (' font-weight="bold"' if bold else "") + (' font-style="italic"' if italic else "")
    place = f'x="{x:g}" y="{y + 13.5:g}" textLength="{width:g}" lengthAdjust="spacingAndGlyphs"'
    return f'{area}<text {place} fill="{front}"{looks}>{escape(text)}</text>'
