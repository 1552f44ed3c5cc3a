"""Fetching one file for `inhouse model pull --from URL`, resumed where an earlier try broke off.

What tells one version of the file from another (its ETag, else Last-Modified) lies beside it meanwhile, as `*.etag`:
without it nothing is gone on with, for two halves of different versions make a broken file.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.inference.egress.channel import Answer, Channel, Endpoint

IDLE_SECONDS = 60.0
"""For how long a server may send nothing."""

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


async def download(url: str, target: Path, *, on_progress: Callable[[int, int | None], None]) -> None:
    """Append to `target` what it still lacks of `url`; `on_progress` hears bytes so far and in all.

    Raises InhouseError (`invalid_request` for a URL that cannot be used), and OSError from the file.
    """
    try:
        origin = Origin.parse(url)
    except ValueError as exc:
        raise InhouseError(kind=ErrorKind.INVALID_REQUEST, message=f"Cannot download: {exc}.", hint="") from None
    channel = Channel(Endpoint(backend=origin.host, base_url=str(origin), connect_timeout=30))
    validator = _validator_of(target)
    have = _size(target) if validator else 0
    headers = (("Range", f"bytes={have}-"), ("If-Range", validator)) if have else ()
    try:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(IDLE_SECONDS):
                request = channel.request("GET", urlsplit(url).path or "/", headers=headers)
                answer = await stack.enter_async_context(request)
            await _append(answer, target, have, origin, on_progress)
    except TimeoutError:
        raise InhouseError(
            kind=ErrorKind.TIMEOUT, message=f"{origin} sent nothing for {IDLE_SECONDS:g} s.", hint=_AGAIN
        ) from None
    finally:
        await channel.aclose()
    _sidecar(target).unlink(missing_ok=True)


async def _append(
    answer: Answer, target: Path, have: int, origin: Origin, on_progress: Callable[[int, int | None], None]
) -> None:
    if answer.status == 416 and answer.headers.get("content-range") == f"bytes */{have}":
        return  # nothing is left to send: the file was whole already
    start, total = _extent(answer, origin)
    if start not in (0, have):
        raise _refused(answer.status, origin)
    done = start
    with target.open("ab") as file:
        file.truncate(start)
        if start == 0:
            _sidecar(target).write_text(_validator(answer), encoding="latin-1")
        try:
            while chunk := await _next(answer):
                file.write(chunk)
                done += len(chunk)
                on_progress(done, total)
        except InhouseError as exc:
            if exc.kind is ErrorKind.UNREACHABLE:
                raise _broken_off(done, total, origin) from exc
            raise
    if total is not None and done != total:
        raise _broken_off(done, total, origin)


async def _next(answer: Answer) -> bytes:
    """Empty at the end."""
    async with asyncio.timeout(IDLE_SECONDS):
        async for chunk in answer.chunks:
            if chunk:
                return chunk
    return b""


def _sidecar(target: Path) -> Path:
    return target.with_name(f"{target.name}.etag")


def _validator_of(target: Path) -> str:
    try:
        return _sidecar(target).read_text(encoding="latin-1")
    except FileNotFoundError:
        return ""


def _validator(answer: Answer) -> str:
    """What If-Range takes: a weak ETag would also stand for other bytes (RFC 9110, 13.1.5)."""
    tag = answer.headers.get("etag", "")
    return answer.headers.get("last-modified", "") if not tag or tag.startswith("W/") else tag


def _broken_off(done: int, total: int | None, origin: Origin) -> InhouseError:
    of = f" of {total}" if total is not None else ""
    return InhouseError(
        kind=ErrorKind.INCOMPLETE,
        message=f"The download from {origin} broke off after {done}{of} bytes.",
        hint=_AGAIN,
    )


_AGAIN = "Run the same command again; it goes on from there if the server can."


def _size(target: Path) -> int:
    try:
        return target.stat().st_size
    except FileNotFoundError:
        return 0


def _extent(answer: Answer, origin: Origin) -> tuple[int, int | None]:
    """Where the body begins in the file, and the file's size."""
    if answer.status == 206 and (match := _RANGE.fullmatch(answer.headers.get("content-range", ""))):
        return int(match[1]), int(match[2])
    if answer.status != 200:
        raise _refused(answer.status, origin)
    length = answer.headers.get("content-length", "")
    return 0, int(length) if length.isdecimal() else None


def _refused(status: int, origin: Origin) -> InhouseError:
    redirect = 300 <= status < 400
    return InhouseError(
        kind=ErrorKind.BAD_RESPONSE,
        message=f"{origin} answered the download with status {status}.",
        hint="Redirects are not followed; give the final address." if redirect else "Check the URL.",
        status=status,
    )
