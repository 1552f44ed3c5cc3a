"""What a backend can do with a request, well or badly: small behaviours, and ways to spoil them."""

import gzip
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, count, repeat

from tests.fakes.recorded import recorded
from tests.fakes.wire import Behaviour, Body, End, Fin, Framing, Head, Pause, Raw, Request, Stall, Step

Headers = tuple[tuple[str, str], ...]

SERVER: Headers = (("Server", "uvicorn"),)
EVENT_STREAM = "text/event-stream; charset=utf-8"
LOGIN_PAGE = b'<!DOCTYPE html><html><body><form action="/login"><input name="user"></form></body></html>'


def steps(*taken: Step) -> Behaviour:
    """Exactly these steps, whatever was asked."""
    return lambda _request: taken


def reply(status: int, body: bytes = b"", *, content_type: str = "", headers: Headers = ()) -> Behaviour:
    """A whole body with its Content-Length; an empty one has a single piece as well."""
    kind = (("Content-Type", content_type),) if content_type else ()
    length = (("Content-Length", str(len(body))),)
    return steps(Head(status, (*SERVER, *kind, *headers, *length), Framing.LENGTH), Body(body), End())


def json_reply(value: object, *, status: int = 200, headers: Headers = ()) -> Behaviour:
    return reply(status, json.dumps(value).encode(), content_type="application/json", headers=headers)


def html_page(status: int = 200, body: bytes = LOGIN_PAGE) -> Behaviour:
    """What a proxy or a login wall puts in the backend's place."""
    return reply(status, body, content_type="text/html; charset=utf-8")


def redirect(location: str, status: int = 307) -> Behaviour:
    return reply(status, headers=(("Location", location),))


def replay(name: str) -> Behaviour:
    """A recorded answer, e.g. `vllm/chat_overflow_400.json`; a stream goes out event by event."""
    answer = recorded(name)
    if name.endswith(".sse"):
        return stream(*answer.events, content_type=answer.content_type)
    return reply(answer.status, answer.body, content_type=answer.content_type)


def stream(
    *pieces: bytes | Pause,
    content_type: str = EVENT_STREAM,
    headers: Headers = (),
    framing: Framing = Framing.CHUNKED,
) -> Behaviour:
    """A 200 with a body of these pieces and a proper end. Pieces are bytes: nothing is added to them."""
    head = Head(200, (*SERVER, ("Content-Type", content_type), *headers), framing)
    body = (piece if isinstance(piece, Pause) else Body(piece) for piece in pieces)
    return steps(head, *body, End())


def compressed(behaviour: Behaviour) -> Behaviour:
    """The same body, gzipped as a whole."""

    def answer(request: Request) -> Iterable[Step]:
        plain = list(behaviour(request))
        head = next(step for step in plain if isinstance(step, Head))
        body = gzip.compress(b"".join(step.data for step in plain if isinstance(step, Body)))
        kept = tuple(header for header in head.headers if header[0] != "Content-Length")
        length = ("Content-Length", str(len(body)))
        return Head(head.status, (*kept, ("Content-Encoding", "gzip"), length), Framing.LENGTH), Body(body), End()

    return answer


def endless(*start: bytes, piece: bytes, limit: int = 1_000_000) -> Behaviour:
    """A stream that repeats `piece` after `start`, and is cut at `limit` pieces, so that a failing test ends too."""
    head = Head(200, (*SERVER, ("Content-Type", EVENT_STREAM)))
    return lambda _request: chain([head], map(Body, start), map(Body, repeat(piece, limit)), [Fin()])


def silence() -> Behaviour:
    """No answer at all on an open connection."""
    return steps(Stall())


def not_http(data: bytes = b"SSH-2.0-OpenSSH_9.2\r\n") -> Behaviour:
    """Another protocol on this port."""
    return steps(Raw(data), Fin())


def sequence(*behaviours: Behaviour) -> Behaviour:
    """One after the other, request by request; the last one stays."""
    turn = count()
    return lambda request: behaviours[min(next(turn), len(behaviours) - 1)](request)


def locked(key: str, behaviour: Behaviour) -> Behaviour:
    """401, as vLLM says it, without this bearer key."""
    refused = replay("vllm/unauthorised_401.json")
    return lambda request: (
        behaviour(request) if request.header("authorization") == f"Bearer {key}" else refused(request)
    )


def delayed(behaviour: Behaviour, seconds: float) -> Behaviour:
    """Waits before the headers."""
    return lambda request: chain([Pause(seconds)], behaviour(request))


def paced(behaviour: Behaviour, seconds: float) -> Behaviour:
    """Waits before every piece of the body."""
    return _each_piece(behaviour, lambda piece: (Pause(seconds), piece))


def dripped(behaviour: Behaviour, size: int = 1) -> Behaviour:
    """The same body in pieces of `size` bytes, each a chunk of its own."""
    return _each_piece(
        behaviour, lambda piece: (Body(piece.data[at : at + size]) for at in range(0, len(piece.data), size))
    )


def cut_after(behaviour: Behaviour, pieces: int, ending: Step) -> Behaviour:
    """The head and so many pieces of the body, then `ending`: Fin(), Rst() or Stall()."""

    def answer(request: Request) -> Iterator[Step]:
        left = pieces
        for step in behaviour(request):
            if isinstance(step, Body | End) and left == 0:
                break
            left -= isinstance(step, Body)
            yield step
        yield ending

    return answer


def held(behaviour: Behaviour, pieces: int, gate: threading.Event) -> Behaviour:
    """The head and so many pieces of the body, and the rest once the gate is open."""

    def answer(request: Request) -> Iterator[Step]:
        left = pieces
        for step in behaviour(request):
            if isinstance(step, Body | End) and left == 0:
                while not gate.is_set():
                    yield Pause(0.005)
            left -= isinstance(step, Body)
            yield step

    return answer


def without(behaviour: Behaviour, unwanted: Callable[[bytes], bool]) -> Behaviour:
    """The same answer without some pieces of its body."""
    return _each_piece(behaviour, lambda piece: () if unwanted(piece.data) else (piece,))


def without_last_chunk(behaviour: Behaviour) -> Behaviour:
    """All of the body, then a close in place of the chunk that ends it."""
    return lambda request: (Fin() if isinstance(step, End) else step for step in behaviour(request))


def unfinished(behaviour: Behaviour) -> Behaviour:
    """A stream of ours with a clean end but neither a finish reason nor `[DONE]`."""
    return without(behaviour, lambda data: is_done(data) or is_finish(data))


def is_done(data: bytes) -> bool:
    return data.removeprefix(b"data:").strip() == b"[DONE]"


def is_finish(data: bytes) -> bool:
    """True for the event that carries the finish reason, as `answers.chat` sends it."""
    return b'"finish_reason":"' in data


def _each_piece(behaviour: Behaviour, change: Callable[[Body], Iterable[Step]]) -> Behaviour:
    def answer(request: Request) -> Iterator[Step]:
        for step in behaviour(request):
            if isinstance(step, Body):
                yield from change(step)
            else:
                yield step

    return answer
