"""A progress bar on stderr, for a person."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from inhouse.cli.output import for_person

Report = Callable[[str, int, int | None], None]
"""What is being done, the bytes done, and the bytes there are if that is known."""


@contextmanager
def progress_bar() -> Generator[Report]:
    """What to call with the progress; it does nothing where nobody looks."""
    if not for_person():
        yield lambda _label, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bar = Progress(*columns, console=Console(stderr=True), redirect_stdout=False, redirect_stderr=False, transient=True)
    task = bar.add_task("", total=None)

    def report(label: str, done: int, total: int | None) -> None:
        bar.start()  # not before: until then pip may be showing a bar of its own
        bar.update(task, description=label, completed=done, total=total)

    try:
        yield report
    finally:
        bar.stop()
