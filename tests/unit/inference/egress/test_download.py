"""A large file comes whole, and a download that broke off goes on where it stopped."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.egress.download import download
from tests.fakes.behaviours import cut_after, redirect, reply, silence, steps, stream
from tests.fakes.server import FakeBackend
from tests.fakes.wire import Behaviour, Fin, Framing, Head, Raw, Request, Rst, Stall, Step

CONTENT = bytes(range(256)) * 8
ROUTE = "GET /files/model.gguf"


ETAG = '"v1"'


def part(target: Path, content: bytes, validator: str = ETAG) -> Path:
    """What an earlier try left."""
    target.write_bytes(content)
    sidecar(target).write_text(validator)
    return target


def sidecar(target: Path) -> Path:
    return target.with_name(f"{target.name}.etag")


def ranges(request: Request) -> Iterable[Step]:
    """A server that knows ranges and versions."""
    asked = request.header("range")
    if asked is None or request.header("if-range") not in {None, ETAG}:
        return reply(200, CONTENT, headers=(("ETag", ETAG),))(request)
    start = int(asked.removeprefix("bytes=").removesuffix("-"))
    if start >= len(CONTENT):
        return reply(416, headers=(("Content-Range", f"bytes */{len(CONTENT)}"),))(request)
    extent = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
    return reply(206, CONTENT[start:], headers=(("Content-Range", extent),))(request)


async def fetch(behaviour: Behaviour, target: Path) -> list[tuple[int, int | None]]:
    heard: list[tuple[int, int | None]] = []

    def hear(done: int, total: int | None) -> None:
        heard.append((done, total))

    with FakeBackend() as backend:
        backend.answer(ROUTE, behaviour)
        await download(f"{backend.url}/files/model.gguf", target, on_progress=hear)
    return heard


async def kind(behaviour: Behaviour, target: Path) -> ErrorKind:
    with pytest.raises(InhouseError) as caught:
        await fetch(behaviour, target)
    assert caught.value.hint
    return caught.value.kind


@pytest.mark.parametrize("behaviour", [ranges, reply(200, CONTENT), stream(CONTENT[:9], CONTENT[9:])])
async def test_a_whole_file(tmp_path: Path, behaviour: Behaviour) -> None:
    heard = await fetch(behaviour, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert heard[-1][0] == len(CONTENT)


@pytest.mark.parametrize("have", [1, 1000, len(CONTENT) - 1, len(CONTENT)])
async def test_the_rest_of_a_file(tmp_path: Path, have: int) -> None:
    target = part(tmp_path / "file", CONTENT[:have])
    heard = await fetch(ranges, target)
    assert target.read_bytes() == CONTENT
    assert not sidecar(target).exists()
    assert all(have < done <= total for done, total in heard if total)


@pytest.mark.parametrize("validator", ['"v0"', "", None])
async def test_another_version_is_not_glued_to_the_old_half(tmp_path: Path, validator: str | None) -> None:
    target = part(tmp_path / "file", b"old" * 100, validator or "")
    if validator is None:
        sidecar(target).unlink()
    await fetch(ranges, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ((("ETag", ETAG), ("Last-Modified", "Mon")), ETAG),
        ((("ETag", 'W/"v1"'), ("Last-Modified", "Mon")), "Mon"),
        ((("ETag", 'W/"v1"'),), ""),
    ],
)
async def test_what_tells_the_version_is_kept_until_the_file_is_whole(
    tmp_path: Path, headers: tuple[tuple[str, str], ...], kept: str
) -> None:
    target = tmp_path / "file"
    cut = steps(Head(200, (*headers, ("Content-Length", "9")), Framing.LENGTH), Raw(b"x"), Fin())
    assert await kind(cut, target) is ErrorKind.INCOMPLETE
    assert sidecar(target).read_text() == kept


@pytest.mark.parametrize("behaviour", [silence(), steps(Head(200), Stall())])
async def test_a_server_that_stalls(tmp_path: Path, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inhouse.inference.egress.download.IDLE_SECONDS", 0.2)
    assert await kind(behaviour, tmp_path / "file") is ErrorKind.TIMEOUT


@pytest.mark.parametrize("behaviour", [reply(200, CONTENT), stream(CONTENT)])
async def test_a_server_without_ranges_sends_it_all_again(tmp_path: Path, behaviour: Behaviour) -> None:
    target = part(tmp_path / "file", b"x" * 3000)
    await fetch(behaviour, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("ending", [Fin(), Rst()])
async def test_what_came_of_a_cut_file_is_kept(tmp_path: Path, ending: Fin | Rst) -> None:
    target = tmp_path / "file"
    cut = cut_after(stream(CONTENT[:1000], CONTENT[1000:]), 1, ending)
    assert await kind(cut, target) is ErrorKind.INCOMPLETE
    await fetch(ranges, target)
    assert target.read_bytes() == CONTENT


async def test_less_than_was_promised_is_incomplete(tmp_path: Path) -> None:
    short = reply(206, CONTENT[500:600], headers=(("Content-Range", f"bytes 500-2047/{len(CONTENT)}"),))
    target = part(tmp_path / "file", CONTENT[:500])
    assert await kind(short, target) is ErrorKind.INCOMPLETE
    assert target.read_bytes() == CONTENT[:600]


@pytest.mark.parametrize(
    "behaviour",
    [
        redirect("http://127.0.0.1:9/elsewhere"),
        reply(404),
        reply(206, b"x", headers=(("Content-Range", "bytes 7-7/8"),)),
        reply(206, b"x"),
        reply(416),
        reply(500, b"<html>"),
    ],
)
async def test_another_answer_is_refused_and_nothing_written(tmp_path: Path, behaviour: Behaviour) -> None:
    assert await kind(behaviour, tmp_path / "file") is ErrorKind.BAD_RESPONSE
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("url", ["ftp://lab/x", "http://user:sekret@lab/x", "lab/x", ""])
async def test_what_is_no_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(InhouseError) as caught:
        await download(url, tmp_path / "file", on_progress=lambda _done, _total: None)
    assert caught.value.kind is ErrorKind.INVALID_REQUEST
    assert "sekret" not in caught.value.message
