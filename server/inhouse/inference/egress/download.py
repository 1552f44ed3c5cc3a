"""Fetching one file for `inhouse model pull --from URL`, resumed where an earlier try broke off."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.origin import Origin
from inhouse.inference.egress.channel import Answer, Channel, Endpoint

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
    have = _size(target)
    headers = (("Range", f"bytes={have}-"),) if have else ()
    try:
        async with channel.request("GET", urlsplit(url).path or "/", headers=headers) as answer:
            await _append(answer, target, have, origin, on_progress)
    finally:
        await channel.aclose()


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
        try:
            async for chunk in answer.chunks:
                file.write(chunk)
                done += len(chunk)
                on_progress(done, total)
        except InhouseError as exc:
            if exc.kind is ErrorKind.UNREACHABLE:
                raise _broken_off(done, total, origin) from exc
            raise
    if total is not None and done != total:
        raise _broken_off(done, total, origin)


def _broken_off(done: int, total: int | None, origin: Origin) -> InhouseError:
    of = f" of {total}" if total is not None else ""
    return InhouseError(
        kind=ErrorKind.INCOMPLETE,
        message=f"The download from {origin} broke off after {done}{of} bytes.",
        hint="Run the same command again, and it goes on from there.",
    )


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
