"""Which key a request carries, what happens when the server refuses it, and what a person is told then."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.keys import editor as editor_module
from inhouse.inference.keys.editor import EditorKeys, Wanted
from inhouse.inference.keys.keyring_store import KeyringStore
from inhouse.inference.keys.source import Keys, KeySettings
from inhouse.inference.known import Known
from inhouse.inference.prober import Prober
from inhouse.inference.servers import openai
from inhouse.inference.waiting import hurried, within
from tests.fakes import answers
from tests.fakes.behaviours import locked
from tests.fakes.file_keyring import uses
from tests.fakes.server import MODELS, FakeBackend
from tests.unit.inference.keys.test_command import program
from tests.until import until

GOOD, BAD = "sk-good-1234567890", "sk-bad-0987654321"


class Editor:
    """Answers with these values, the last one for ever; None for no key."""

    def __init__(self, *values: str | None) -> None:
        self._values = list(values)
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, wanted: Wanted) -> Secret | None:
        self.asked.append(wanted.reason)
        await self.may_answer.wait()
        value = self._values.pop(0) if len(self._values) > 1 else self._values[0]
        return None if value is None else Secret(value)


class Lab:
    """A backend that wants `GOOD`, and a channel to it."""

    def __init__(self, backend: FakeBackend, state: Path, editor: Editor, settings: KeySettings) -> None:
        self.backend = backend
        self.editor = editor
        self.store = KeyringStore(state)
        self.editor_keys = EditorKeys(editor)
        self.settings = settings
        self.reconfigure(settings)

    def reconfigure(self, settings: KeySettings) -> None:
        keys = Keys(settings, self.store, self.editor_keys)
        self.channel = Channel(Endpoint("lab", self.backend.url), keys=keys)

    async def ask(self) -> str:
        """`ok`, or the error's words."""
        try:
            await openai.list_models(Prober(self.channel, Known()))
        except InhouseError as error:
            assert error.backend == "lab"
            words = f"{error.kind}: {error.message} {error.hint}"
            assert GOOD not in words
            assert BAD not in words
            return words
        return "ok"

    @property
    def sent(self) -> list[str | None]:
        """The keys so far, without the scheme."""
        headers = [one.request.header("authorization") for one in self.backend.exchanges()]
        return [header and header.removeprefix("Bearer ") for header in headers]


@asynccontextmanager
async def lab(tmp_path: Path, *editor: str | None, **settings: object) -> AsyncGenerator[Lab]:
    with FakeBackend(models=locked(GOOD, answers.models())) as backend:
        given = KeySettings("lab", Origin.parse(backend.url), **settings)  # pyright: ignore[reportArgumentType]
        made = Lab(backend, tmp_path / "state", Editor(*(editor or (None,))), given)
        try:
            yield made
        finally:
            await made.editor_keys.aclose()
            await made.channel.aclose()


class TestOrder:
    async def test_a_variable_comes_first(self, tmp_path: Path, ring: Path) -> None:
        sso = (program(tmp_path, f"echo {BAD}"),)
        async with lab(tmp_path, BAD, variable="LAB_KEY", secret=Secret(GOOD), command=sso) as it:
            await it.store.save(it.settings.origin, Secret(BAD))
            before = uses(ring)
            assert await it.ask() == "ok"
            assert (it.sent, it.editor.asked, uses(ring)) == ([GOOD], [], before)

    async def test_then_a_command(self, tmp_path: Path, ring: Path) -> None:
        async with lab(tmp_path, BAD, variable="LAB_KEY", command=(program(tmp_path, f"echo {GOOD}"),)) as it:
            await it.store.save(it.settings.origin, Secret(BAD))
            before = uses(ring)
            assert await it.ask() == "ok"
            assert (it.sent, it.editor.asked, uses(ring)) == ([GOOD], [], before)

    async def test_then_the_keyring_which_is_read_once(self, tmp_path: Path, ring: Path) -> None:
        async with lab(tmp_path, BAD, variable="LAB_KEY") as it:
            await it.store.save(it.settings.origin, Secret(GOOD))
            before = len(uses(ring))
            assert [await it.ask() for _ in range(3)] == ["ok"] * 3
            assert (it.sent, it.editor.asked, len(uses(ring))) == ([GOOD] * 3, [], before + 1)

    async def test_then_the_editor_once_the_server_wants_a_key(self, tmp_path: Path) -> None:
        async with lab(tmp_path, GOOD) as it:
            assert [await it.ask() for _ in range(3)] == ["ok"] * 3
            assert (it.sent, it.editor.asked) == ([None, GOOD, GOOD, GOOD], ["missing"])

    async def test_a_server_that_wants_no_key_gets_none(self, tmp_path: Path) -> None:
        async with lab(tmp_path, GOOD) as it:
            it.backend.answer(MODELS, answers.models())
            assert await it.ask() == "ok"
            assert (it.sent, it.editor.asked) == ([None], [])

    @pytest.mark.parametrize(
        ("header", "scheme"), [("api-key", ""), ("Ocp-Apim-Subscription-Key", ""), ("X-Key", "Key")]
    )
    async def test_every_source_uses_the_header_that_is_set(
        self, tmp_path: Path, ring: Path, header: str, scheme: str
    ) -> None:
        async with lab(tmp_path, GOOD, header=header, scheme=scheme) as it:
            await it.ask()
            await it.store.save(it.settings.origin, Secret(GOOD))
            await it.ask()
            it.reconfigure(replace(it.settings, command=(program(tmp_path, f"echo {GOOD}"),)))
            await it.ask()
            it.reconfigure(replace(it.settings, secret=Secret(GOOD), variable="LAB_KEY"))
            await it.ask()
            requests = [one.request for one in it.backend.exchanges()]
            seen = {(each.header(header.lower()), each.header("authorization")) for each in requests[1:]}
        assert seen == {(f"{scheme} {GOOD}".strip(), None)}


class TestRefused:
    async def test_a_command_runs_once_more_and_the_request_is_sent_once_more(self, tmp_path: Path) -> None:
        sso = program(tmp_path, f"echo run >> {tmp_path}/runs; test -e {tmp_path}/in && echo {GOOD} || echo {BAD}")
        async with lab(tmp_path, GOOD, command=(sso,)) as it:
            words = await it.ask()
            assert "unauthorized" in words
            assert "api_key_command" in words
            assert (it.sent, it.editor.asked) == ([BAD, BAD], [])
            (tmp_path / "in").touch()
            assert await asyncio.gather(*(it.ask() for _ in range(8))) == ["ok"] * 8
        assert (tmp_path / "runs").read_text().split() == ["run"] * 3

    async def test_a_command_that_fails_sends_nothing(self, tmp_path: Path) -> None:
        async with lab(tmp_path, GOOD, command=(program(tmp_path, "exit 3"),)) as it:
            assert "exit code 3" in await it.ask()
            assert it.sent == []

    async def test_the_editor_is_asked_for_a_better_key_than_the_variables(self, tmp_path: Path) -> None:
        async with lab(tmp_path, GOOD, variable="LAB_KEY", secret=Secret(BAD)) as it:
            assert [await it.ask() for _ in range(2)] == ["ok"] * 2
            assert (it.sent, it.editor.asked) == ([BAD, GOOD, GOOD], ["rejected"])
            it.reconfigure(replace(it.settings, secret=Secret("sk-new")))  # the variable has changed: it counts again
            await it.ask()
            assert it.sent[3] == "sk-new"

    async def test_a_new_key_in_the_keyring_is_taken_at_once(self, tmp_path: Path, ring: Path) -> None:
        async with lab(tmp_path) as it:
            await it.store.save(it.settings.origin, Secret(BAD))
            assert "keyring" in await it.ask()
            await it.store.save(it.settings.origin, Secret(GOOD))
            assert await it.ask() == "ok"
            assert it.sent == [BAD, GOOD]
            await it.store.delete(it.settings.origin)
            await it.ask()
            assert it.sent[2] is None

    async def test_nobody_is_asked_twice_after_a_no(self, tmp_path: Path) -> None:
        async with lab(tmp_path, None) as it:
            for _ in range(3):
                assert "none is set" in await it.ask()
            assert (it.sent, it.editor.asked) == ([None] * 3, ["missing"])
            it.editor_keys.ask_again()
            await it.ask()
            assert it.editor.asked == ["missing"] * 2

    async def test_the_same_key_again_is_not_tried_again(self, tmp_path: Path) -> None:
        async with lab(tmp_path, BAD) as it:
            for _ in range(3):
                assert "the editor gave" in await it.ask()
            assert (it.sent, it.editor.asked) == ([None, BAD, BAD, BAD], ["missing", "rejected"])

    async def test_many_who_wait_ask_once(self, tmp_path: Path) -> None:
        async with lab(tmp_path, GOOD) as it:
            it.editor.may_answer.clear()
            waiting = [asyncio.create_task(it.ask()) for _ in range(8)]
            await until(lambda: len(it.sent) == 8 and bool(it.editor.asked))
            it.editor.may_answer.set()
            assert await asyncio.gather(*waiting) == ["ok"] * 8
            assert it.editor.asked == ["missing"]

    async def test_what_the_editor_gives_must_be_a_key(self, tmp_path: Path) -> None:
        async with lab(tmp_path, f"{BAD}\nX-Other: 1") as it:
            words = await it.ask()
            assert words.startswith("invalid_config")
            assert it.sent == [None]

    async def test_a_key_for_one_origin_is_no_key_for_another(self, tmp_path: Path, ring: Path) -> None:
        async with lab(tmp_path, GOOD) as it:
            assert await it.ask() == "ok"
            await it.store.save(it.settings.origin, Secret(GOOD))
            with FakeBackend() as other:
                moved = replace(it.settings, origin=Origin.parse(other.url))
                channel = Channel(Endpoint("lab", other.url), keys=Keys(moved, it.store, it.editor_keys))
                await openai.list_models(Prober(channel, Known()))
                await channel.aclose()
                assert other.exchanges()[0].request.header("authorization") is None


class TestPeople:
    """Somebody who types a key is not a backend that is silent."""

    late = InhouseError(kind=ErrorKind.TIMEOUT, message="late", hint="wait", backend="lab")

    async def test_a_limit_on_the_request_stands_still_meanwhile(self, tmp_path: Path) -> None:
        async with lab(tmp_path, GOOD) as it:
            it.editor.may_answer.clear()

            async def ask() -> str:
                async with within(0.3, self.late):
                    return await it.ask()

            asking = asyncio.create_task(ask())
            await until(lambda: bool(it.editor.asked))
            assert await asyncio.wait({asking}, timeout=0.5) == (set(), {asking})
            it.editor.may_answer.set()
            assert await asking == "ok"

    async def test_an_overview_does_not_wait_and_the_answer_counts_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(editor_module, "HURRIED_SECONDS", 0.05)
        async with lab(tmp_path, GOOD) as it:
            it.editor.may_answer.clear()
            with hurried():
                assert "none is set" in await it.ask()
                assert "none is set" in await it.ask()
            it.editor.may_answer.set()
            assert await it.ask() == "ok"
            assert it.editor.asked == ["missing"]

    async def test_the_question_goes_on_when_the_request_is_cancelled(self, tmp_path: Path) -> None:
        async with lab(tmp_path, GOOD) as it:
            it.editor.may_answer.clear()
            asking = asyncio.create_task(it.ask())
            await until(lambda: bool(it.editor.asked))
            asking.cancel()
            await asyncio.wait({asking})
            it.editor.may_answer.set()
            assert await it.ask() == "ok"
            assert it.editor.asked == ["missing"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "`inhouse secret set lab`"),
        ({"variable": "LAB_KEY"}, "LAB_KEY is not set"),
        ({"variable": "LAB_KEY", "secret": Secret(BAD)}, "Set LAB_KEY to a valid key"),
    ],
)
async def test_what_to_do_depends_on_where_the_key_came_from(
    tmp_path: Path, settings: dict[str, object], says: str
) -> None:
    async with lab(tmp_path, **settings) as it:
        assert says in await it.ask()


@pytest.mark.parametrize("in_a_hurry", [False, True])
async def test_a_command_that_takes_its_time_is_not_counted_as_the_backends(tmp_path: Path, in_a_hurry: bool) -> None:
    """Else a command slower than the limit of a list would be ended each time, and no list would ever come."""
    sso = program(tmp_path, f"sleep 0.5; echo {GOOD}")
    settings = KeySettings("lab", Origin.parse("http://127.0.0.1:1"), command=(sso,))
    keys = Keys(settings, KeyringStore(tmp_path), EditorKeys(Editor(None)))
    late = InhouseError(kind=ErrorKind.TIMEOUT, message="late", hint="")
    with hurried() if in_a_hurry else nullcontext():
        async with within(0.2, late):
            key = await keys.current()
    assert key is not None
    assert key.secret.reveal() == GOOD
