"""An OpenAI-compatible backend on 127.0.0.1, scripted per path and able to misbehave down to the byte."""

import asyncio
import itertools
import socket
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Generator, Iterable
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from tests.fakes import answers
from tests.fakes.behaviours import json_reply, replay
from tests.fakes.connection import Connection
from tests.fakes.exchange import PATIENCE, Exchange
from tests.fakes.wire import Behaviour, Request, Step

MODELS = "GET /v1/models"
CHAT = "POST /v1/chat/completions"
TOKENIZE = "POST /tokenize"


class FakeBackend:
    """A context manager: listens on a free port in a thread of its own, so that sync and async tests use it alike.

    By default a healthy vLLM with one model; a path without a behaviour gets vLLM's 404.
    """

    def __init__(
        self,
        *,
        models: Behaviour | None = None,
        chat: Behaviour | None = None,
        tokenize: Behaviour | None = None,
    ) -> None:
        self._routes: dict[str, Behaviour] = {
            MODELS: models or answers.models(),
            CHAT: chat or answers.chat(),
            TOKENIZE: tokenize or answers.tokenize(),
        }
        self._not_found = replay("vllm/404.json")
        self._exchanges: list[Exchange] = []
        self._arrival = threading.Condition()
        self._numbers = itertools.count(1)
        self._open: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._started: Future[tuple[asyncio.AbstractEventLoop, int]] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="fake backend", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.result(PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        loop, _port = self._started.result()
        loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the fake backend does not stop"

    @property
    def port(self) -> int:
        return self._started.result(PATIENCE)[1]

    @property
    def url(self) -> str:
        """The base URL without `/v1`."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, route: str, behaviour: Behaviour) -> None:
        """From the next request on, `route` (e.g. CHAT) behaves so."""
        self._routes[route] = behaviour

    def exchanges(self, route: str | None = None) -> list[Exchange]:
        """The requests so far, in order of arrival; of one route, or all."""
        with self._arrival:
            return [one for one in self._exchanges if route in (None, one.request.route)]

    def wait_for(self, route: str, number: int = 1, seconds: float = PATIENCE) -> Exchange:
        """The route's n-th request, once it has arrived; raises TimeoutError."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.exchanges(route)) >= number, seconds):
                raise TimeoutError(f"{number} of {route} awaited, {len(self.exchanges(route))} came")
            return self.exchanges(route)[number - 1]

    async def wait_for_async(self, route: str, number: int = 1, seconds: float = PATIENCE) -> Exchange:
        return await asyncio.to_thread(self.wait_for, route, number, seconds)

    def drop_connections(self) -> None:
        """Closes every connection where it stands, as the end of a process would; new ones are taken."""
        loop, _port = self._started.result()
        loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        for task in self._open:
            task.cancel()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port: int = server.sockets[0].getsockname()[1]
        self._started.set_result((asyncio.get_running_loop(), port))
        await self._stop.wait()
        server.close()
        self._cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        connection = Connection(next(self._numbers), reader, writer, self._begin)
        task = asyncio.create_task(connection.run())
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    def _begin(self, request: Request) -> tuple[Exchange, Iterable[Step]]:
        exchange = Exchange(request)
        with self._arrival:
            self._exchanges.append(exchange)
            self._arrival.notify_all()
        return exchange, self._steps(request)

    def _steps(self, request: Request) -> Iterable[Step]:
        try:
            return self._routes.get(request.route, self._not_found)(request)
        except (KeyError, TypeError, ValueError) as error:
            return json_reply({"error": f"the fake cannot read this request: {error!r}"}, status=400)(request)


@contextmanager
def refusing_url() -> Generator[str]:
    """A URL whose port refuses connections, and stays taken so that nobody else listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def full_url() -> Generator[str]:
    """A URL whose port takes no more connections: the queue of a listener that never accepts is full (Linux)."""
    with socket.socket() as listener, ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
