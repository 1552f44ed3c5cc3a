"""What only named modules may do, and nobody may do: held here where no linter can see it (docs/architecture.md)."""

import ast
import sys
from collections.abc import Callable, Iterable

from tests.unit.architecture.source import called, imported, modules, named

NETWORK = {
    "open_connection",
    "open_unix_connection",
    "create_connection",
    "create_unix_connection",
    "create_datagram_endpoint",
    "sock_connect",
    "start_server",
    "start_unix_server",
    "create_server",
    "getaddrinfo",
    "getnameinfo",
    "create_default_context",
}
NETWORK_MODULES = {"socket", "ssl", "socketserver", "http.client", "http.server", "urllib.request", "ftplib", "smtplib"}
PROCESSES = {
    "create_subprocess_exec",
    "create_subprocess_shell",
    "subprocess_exec",
    "subprocess_shell",
    *(f"os.{name}" for name in ("system", "popen", "fork", "execv", "execve", "posix_spawn", "spawnv", "startfile")),
}
PROCESS_MODULES = {"subprocess", "multiprocessing", "pty", "concurrent.futures.process"}
MAY_START_PROCESSES = {
    "inference.embedded.process": "the engine",
    "inference.embedded.index": "pip or uv, in `model pull`",
    "inference.keys.command": "api_key_command",
    "workspace.git_program": "git",
}


def users_of(found: Callable[[ast.Module], Iterable[str]], forbidden: set[str]) -> set[str]:
    return {name for name, tree in modules().items() if forbidden & set(found(tree))}


def test_only_the_egress_opens_connections() -> None:
    users = users_of(imported, NETWORK_MODULES) | users_of(named, NETWORK)
    assert {name for name in users if not name.startswith("inference.egress.")} == set()
    assert "inference.egress.network" in users


def test_only_named_modules_start_processes() -> None:
    assert users_of(imported, PROCESS_MODULES) | users_of(named, PROCESSES) == set(MAY_START_PROCESSES)


def test_nobody_prints() -> None:
    """stdout is the protocol's, or the result's."""
    assert users_of(called, {"print", "input", "breakpoint"}) == set()


def test_imports_are_static_and_nothing_is_unpickled() -> None:
    assert users_of(imported, {"importlib", "runpy", "pickle", "marshal", "shelve"}) == set()
    assert users_of(called, {"__import__", "eval", "exec", "compile"}) == set()


def test_the_domain_needs_nothing_but_python() -> None:
    for name, tree in modules().items():
        if name.startswith("domain"):
            roots = {each.partition(".")[0] for each in imported(tree)}
            assert roots <= {*sys.stdlib_module_names, "inhouse"}
