"""The life of a session: who may ask what when, and how it ends (security.md, C01-C11)."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from tests.lsp.raw_client import COMMAND, ENVIRONMENT, PATIENCE, as_object, client, framed, is_answer


def test_nothing_is_answered_before_initialize_and_initialize_still_works() -> None:
    with client() as it:
        assert it.fail("inhouse/echo")["code"] == -32002
        assert it.fail("shutdown")["code"] == -32002
        it.notify("workspace/didChangeConfiguration", {"settings": {}})
        result = it.initialize()
        assert not [message for message in it.seen if message.get("method")]
        assert result["serverInfo"] == {"name": "tiny", "version": "1"}
        assert it.quit() == 0


def test_the_answer_to_initialize_says_what_the_server_can_do() -> None:
    with client() as it:
        capabilities = as_object(
            it.initialize({"general": {"positionEncodings": ["x", "utf-32", "utf-8"]}})["capabilities"]
        )
        assert capabilities["positionEncoding"] == "utf-32"
        sync = as_object(capabilities["textDocumentSync"])
        assert (sync["openClose"], sync["change"]) == (True, 2)
        assert capabilities["executeCommandProvider"] == {"commands": ["tiny.echo", "tiny.sleep"]}
        experimental = as_object(as_object(capabilities["experimental"])["inhouse"])
        methods = cast(list[str], experimental["methods"])
        assert experimental["version"] == 1
        assert "inhouse/echo" in methods
        assert methods == sorted(methods)
        assert all(method.startswith("inhouse/") for method in methods)


def test_a_second_initialize_is_refused_and_resets_nothing() -> None:
    with client() as it:
        it.initialize(workspaceFolders=[{"uri": "file:///a%20b", "name": "a"}, {"uri": "untitled:x", "name": "x"}])
        it.notify("textDocument/didOpen", document("file:///x", "text"))
        assert it.fail("initialize", {"capabilities": {}})["code"] == -32600
        assert it.call("inhouse/folders") == ["/a b"]
        assert as_object(it.call("inhouse/document", {"uri": "file:///x"}))["text"] == "text"


def test_requests_that_do_not_wait_for_initialize_are_handled_after_it() -> None:
    with client() as it:
        first = it.start("initialize", {"capabilities": {}})
        it.notify("initialized", {})
        it.notify("textDocument/didOpen", document("file:///x", "text"))
        second = it.start("inhouse/document", {"uri": "file:///x"})
        third = it.start("inhouse/sleep")
        it.notify("$/cancelRequest", {"id": third})
        assert "result" in it.answer(first)
        assert as_object(it.answer(second)["result"])["text"] == "text"
        assert as_object(it.answer(third)["error"])["code"] == -32800


def test_workspace_folders_follow_the_client() -> None:
    with client() as it:
        it.initialize(rootUri="file:///root", rootPath="/ignored")
        assert it.call("inhouse/folders") == ["/root"]
        event = {"added": [{"uri": "file:///b", "name": ""}, 5, {}], "removed": [{"uri": "file:///root"}]}
        it.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        it.notify("workspace/didChangeWorkspaceFolders", {"event": 5})
        assert it.call("inhouse/folders") == ["/b"]


def test_parameters_of_initialize_that_are_no_object_are_refused_and_better_ones_taken() -> None:
    with client() as it:
        assert it.fail("initialize", None)["code"] == -32602
        assert it.fail("initialize", [1])["code"] == -32602
        it.initialize()
        assert it.call("inhouse/echo", [1]) == [1]


def test_shutdown_answers_open_requests_first_and_then_refuses_new_ones() -> None:
    with client() as it:
        it.initialize()
        sleepers = [it.start("inhouse/sleep", {"key": key}) for key in range(3)]
        command = it.start("workspace/executeCommand", {"command": "tiny.sleep", "arguments": ["c"]})
        it.call("inhouse/running")
        assert it.call("shutdown") is None
        for id_ in [*sleepers, command]:
            (answer,) = [message for message in it.seen if is_answer(message, id_)]
            assert as_object(answer["error"])["code"] == -32800
        assert it.fail("inhouse/echo")["code"] == -32600
        it.notify("exit")
        assert it.exit_code() == 0


def test_shutdown_and_exit_in_one_breath_answer_all_and_end_with_0() -> None:
    with client() as it:
        it.initialize()
        sleeper = it.start("inhouse/sleep")
        shutdown = it.start("shutdown")
        it.notify("exit")
        it.answer(sleeper)
        assert it.answer(shutdown)["result"] is None
        assert it.exit_code() == 0


def test_a_request_that_cannot_be_cancelled_is_answered_all_the_same() -> None:
    with client() as it:
        it.initialize()
        deaf = it.start("inhouse/deaf")
        it.wait_for(lambda message: message.get("method") == "$/progress")
        it.notify("exit")
        assert as_object(it.answer(deaf)["error"])["code"] == -32800
        assert it.exit_code() == 1


@pytest.mark.parametrize("initialized", [False, True])
def test_exit_without_shutdown_ends_with_1(*, initialized: bool) -> None:
    with client() as it:
        if initialized:
            it.initialize()
        it.notify("exit")
        assert it.exit_code() == 1


@pytest.mark.parametrize(("shut_down", "code"), [(False, 1), (True, 0)])
def test_the_end_of_stdin_is_the_end(*, shut_down: bool, code: int) -> None:
    with client() as it:
        it.initialize()
        open_request = it.start("inhouse/sleep")
        if shut_down:
            it.call("shutdown")
        it.close_stdin()
        if not shut_down:
            assert as_object(it.answer(open_request)["error"])["code"] == -32800
        assert it.exit_code(5) == code


def test_sigterm_answers_open_requests_stops_what_was_started_and_ends(tmp_path: Path) -> None:
    mark = tmp_path / "stopped"
    with client(str(mark)) as it:
        it.initialize()
        open_request = it.start("inhouse/sleep")
        it.wait_for(lambda message: message.get("method") == "$/progress")
        it.process.send_signal(signal.SIGTERM)
        assert as_object(it.answer(open_request)["error"])["code"] == -32800
        assert it.exit_code(5) == 1
        assert mark.exists()


def test_ctrl_c_in_the_editors_terminal_is_not_the_end() -> None:
    with client() as it:
        it.initialize()
        it.process.send_signal(signal.SIGINT)
        assert it.call("inhouse/echo", [1]) == [1]
        assert it.quit() == 0


def test_the_server_ends_when_its_parent_has_died(tmp_path: Path) -> None:
    """With stdin held open by somebody else, as after a crash of the editor; the dead parent is a zombie here."""
    mark = tmp_path / "stopped"
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with client(str(mark)) as it:
        it.call("initialize", {"processId": editor.pid, "capabilities": {}})
        assert it.call("inhouse/echo", [1]) == [1]
        editor.kill()
        assert it.exit_code(5) == 1
        assert mark.exists()
    editor.communicate()


def test_a_process_number_from_another_container_is_not_a_dead_parent() -> None:
    with client() as it:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        it.call("initialize", {"processId": gone.pid, "capabilities": {}})
        assert it.call("inhouse/echo", [1]) == [1]


def test_a_client_that_closes_stdout_ends_the_server() -> None:
    with client() as it:
        it.initialize()
        assert it.process.stdout
        it.process.stdout.close()
        it.start("inhouse/echo")
        assert it.exit_code(8) == 1


def test_a_thread_that_never_ends_does_not_keep_the_process() -> None:
    with client() as it:
        it.initialize()
        it.call("inhouse/block-thread")
        it.call("shutdown")
        it.notify("exit")
        assert it.exit_code(5) == 0


def test_stdin_can_be_a_file(tmp_path: Path) -> None:
    """As when a recorded session is replayed: the end of the file is the end of stdin."""
    session = tmp_path / "session"
    bodies = [b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}']
    bodies += [b'{"jsonrpc":"2.0","id":2,"method":"inhouse/echo"}', b'{"jsonrpc":"2.0","id":3,"method":"shutdown"}']
    session.write_bytes(b"".join(framed(body) for body in bodies))
    with session.open("rb") as stdin:
        done = subprocess.run(COMMAND, stdin=stdin, capture_output=True, env=ENVIRONMENT, timeout=PATIENCE, check=False)
    assert done.returncode == 0
    assert done.stdout.count(b"Content-Length") == 3


def test_a_print_of_some_library_does_not_reach_the_client() -> None:
    with client() as it:
        it.initialize()
        assert it.call("inhouse/print") == ""
        assert it.quit() == 0
        log = it.stderr()
        assert "this must not reach the stream\n" in log
        assert "nor this\n" in log


def document(uri: str, text: str) -> dict[str, object]:
    return {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}}
