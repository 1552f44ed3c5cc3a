"""Which failures are worth another try at the same backend, after how long, and how often."""

import pytest

from inhouse.config.schema import BackendSettings, Config
from inhouse.domain.conversation import ChatRequest, Message, Role, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.prompt import Prompt
from inhouse.governance.admission import admit
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.egress.channel import Channel, Endpoint
from inhouse.inference.remote import RemoteBackend
from inhouse.inference.retry import FIRST_PAUSE, LONGEST_PAUSE, TRIES, pause
from tests.fakes.server import FakeBackend
from tests.unit.inference.test_remote import NOWHERE

REDACTOR = Redactor()


def failing(
    kind: ErrorKind, status: int | None = None, *, after: float | None = None, unsent: bool = False
) -> InhouseError:
    return InhouseError(kind=kind, message="No.", status=status, retry_after=after, unsent=unsent)


PASSES = {
    "no connection": failing(ErrorKind.UNREACHABLE, unsent=True),
    "502": failing(ErrorKind.SERVER_ERROR, 502),
    "503": failing(ErrorKind.SERVER_ERROR, 503),
    "503 of a full queue": failing(ErrorKind.OVERLOADED, 503),
    "429 that says when": failing(ErrorKind.OVERLOADED, 429, after=0),
}
STAYS = {
    "cut before the headers": failing(ErrorKind.UNREACHABLE),
    "429 without a time": failing(ErrorKind.OVERLOADED, 429),
    "500": failing(ErrorKind.SERVER_ERROR, 500),
    "504": failing(ErrorKind.SERVER_ERROR, 504),
    "in the stream": failing(ErrorKind.OVERLOADED),
    "silence": failing(ErrorKind.TIMEOUT),
    "401": failing(ErrorKind.UNAUTHORIZED, 401),
    "400": failing(ErrorKind.INVALID_REQUEST, 400),
    "400 that says when": failing(ErrorKind.INVALID_REQUEST, 400, after=1),
    "loading": failing(ErrorKind.LOADING, 503),
}


@pytest.mark.parametrize("name", PASSES)
def test_what_passes_is_tried_again_after_a_pause_that_grows(name: str) -> None:
    pauses = [pause(PASSES[name], tries) for tries in range(1, TRIES)]
    for tries, seconds in enumerate(pauses):
        assert seconds is not None
        assert FIRST_PAUSE * 3**tries / 2 <= seconds <= FIRST_PAUSE * 3**tries
    assert pause(PASSES[name], TRIES) is None


@pytest.mark.parametrize("name", STAYS)
def test_what_stays_or_may_have_run_is_not(name: str) -> None:
    assert pause(STAYS[name], 1) is None


@pytest.mark.parametrize(
    ("after", "waited"), [(0.0, True), (1.0, True), (4.0, True), (LONGEST_PAUSE, False), (60.0, False)]
)
def test_servers_time_is_kept_unless_it_is_long(after: float, waited: bool) -> None:
    for status in (429, 503):
        seconds = pause(failing(ErrorKind.OVERLOADED, status, after=after), 1)
        assert (seconds is not None) is waited
        assert seconds is None or after < seconds <= LONGEST_PAUSE


def test_those_who_failed_together_come_back_apart() -> None:
    assert len({pause(PASSES["502"], 1) for _ in range(20)}) > 10


async def test_connection_that_does_not_come_about_is_tried_three_times() -> None:
    connects: list[tuple[str, ...]] = []
    with FakeBackend() as gone:
        settings = BackendSettings(url=gone.url)
        channel = Channel(Endpoint("lab", gone.url), connects.append)
        lab = RemoteBackend("lab", Config(backends={"lab": settings}), channel, NOWHERE)
        request = ChatRequest("r1", (Message(Role.USER, (TextPart("Hi"),)),))
        prompt = Prompt(request, (await lab.models())[0])
        admitted = admit(prompt, await lab.zone(), Policy(air_gapped=False, local_networks=()), REDACTOR)
        await channel.aclose()
    connects.clear()
    with pytest.raises(InhouseError) as caught:
        async with lab.stream(admitted) as events:
            async for _ in events:
                pass
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert len(connects) == TRIES
    await channel.aclose()
