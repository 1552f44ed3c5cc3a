"""How much memory do five editor windows take beside one, when all of them ask the embedded model?

The model must be there (`inhouse model pull`); each window is a server of its own, and all are one user's. Memory is
what is resident, shared pages divided among those who share them (PSS), of the servers and the engines together.

The reference is five windows that cannot share an engine, because others may write to their runtime folder.
Read the ratios: what a window adds is our server's own process, not a model.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from platformdirs import user_data_path

from harness.editor import Editor
from harness.goals import Goal, at_most, print_table, show
from harness.process import INHOUSE, Child

MODEL = user_data_path("inhouse") / "models" / "smollm2-135m-instruct.gguf"
ENGINE = b"inhouse.inference.embedded.engine"
WINDOWS = 5
OPEN_TO_ALL = 0o777
ASKED = {"messages": [{"role": "user", "content": "Say hello."}], "options": {"maxTokens": 5}}


def pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1e3


def engines(runtime: Path) -> list[int]:
    """Those of this user, by the folder in which they run."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _runs_in(entry) == runtime]


def _runs_in(process: Path) -> Path | None:
    try:
        is_engine = ENGINE in (process / "cmdline").read_bytes()
        return (process / "cwd").readlink().parent if is_engine else None
    except OSError:  # it has gone
        return None


def memory(windows: int, mode: int = 0o700) -> tuple[int, float, float]:
    """The number of engines, their memory and that of the servers, in MB."""
    with tempfile.TemporaryDirectory(prefix="ih-") as folder, ExitStack() as stack:
        home = Path(folder)
        home.chmod(mode)
        settings = home / ".config" / "inhouse" / "inhouse.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(f'[embedded]\nmodel = "{MODEL}"\nthreads = 1\n')
        environment = {"TMPDIR": folder}
        servers = [stack.enter_context(Child([*INHOUSE, "serve"], home, environment)) for _ in range(windows)]
        for server in servers:
            editor = Editor(server)
            editor.initialize()
            editor.request("inhouse/chat", ASKED)
        found = engines(home)
        return len(found), sum(map(pss_mb, found)), sum(pss_mb(server.pid) for server in servers)


def row(windows: int, number: int, theirs: float, ours: float) -> tuple[str, ...]:
    return (str(windows), str(number), f"{theirs:.0f}", f"{ours:.0f}")


def main() -> None:
    one, many, apart = memory(1), memory(WINDOWS), memory(WINDOWS, OPEN_TO_ALL)
    head = ("windows", "engines", "engines' PSS MB", "servers' PSS MB")
    print_table([head, row(1, *one), row(WINDOWS, *many), row(WINDOWS, *apart)])
    print()
    whole = sum(many[1:]) / sum(one[1:])
    goals = [
        at_most("-", f"engines with {WINDOWS} windows / with one", many[0] / one[0], 1),
        at_most("-", f"memory of the engines, {WINDOWS} windows / one", many[1] / one[1], 1.1),
        at_most(
            "-", f"memory in all, {WINDOWS} windows / {WINDOWS} that do not share", sum(many[1:]) / sum(apart[1:]), 0.6
        ),
        Goal("-", f"memory in all, {WINDOWS} windows / one", f"{whole:.2f} x"),
    ]
    show(goals)


if __name__ == "__main__":
    main()
