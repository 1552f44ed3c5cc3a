"""A table: drawn for a person, aligned columns for a pipe."""

from collections.abc import Sequence

from inhouse.cli.output import printable, to_person, write_line


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if to_person():
        _draw(headings, rows)
    else:
        write_line(aligned([headings, *rows]))


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns two spaces apart, one line a row whatever the cells hold."""
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def _draw(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(table)
