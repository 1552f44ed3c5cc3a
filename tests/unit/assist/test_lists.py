"""What there is, and how it is: one backend that fails is a problem beside the others, never instead of them."""

import asyncio

import pytest

from inhouse.assist.models import list_models
from inhouse.assist.status import status
from inhouse.assist.tokens import count_request, count_text
from inhouse.domain.conversation import ChatRequest, Message, Role, TextPart
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Count, Zone
from tests.unit.assist.backends import AIR_GAPPED, HELLO, REFUSING, Memory, failing, heard, session


async def test_all_models_and_the_problems() -> None:
    bad = Memory("bad", failure=failing(ErrorKind.UNAUTHORIZED))
    found = await list_models(session(Memory("lab", "a", "b"), bad, Memory("gpu")), refresh=False)
    assert [str(model.id) for model in found.models] == ["lab|a", "lab|b", "gpu|m"]
    assert str(found.default) == "lab|a"
    (problem,) = found.problems
    assert (problem.backend, problem.kind, problem.hint) == ("bad", ErrorKind.UNAUTHORIZED, "Do something.")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(ErrorKind.UNREACHABLE, "gpu|m"), (ErrorKind.NO_BACKEND, "gpu|m"), (ErrorKind.UNAUTHORIZED, "None")],
)
async def test_the_default_is_who_a_chat_would_go_to(kind: ErrorKind, expected: str) -> None:
    on = session(Memory("lab", failure=failing(kind)), Memory("gpu"))
    assert str((await list_models(on, refresh=False)).default) == expected
    assert (await heard(on))[-1] == (expected if expected != "None" else f"error {kind.value}")


async def test_a_model_that_was_never_pulled_is_no_problem_beside_a_server() -> None:
    embedded = Memory("embedded", failure=failing(ErrorKind.NO_BACKEND))
    assert (await list_models(session(Memory("lab"), embedded), refresh=False)).problems == ()
    (problem,) = (await list_models(session(embedded), refresh=False)).problems
    assert problem.kind is ErrorKind.NO_BACKEND


async def test_a_refresh_asks_everybody() -> None:
    backends = Memory("lab"), Memory("gpu")
    on = session(*backends)
    for _ in range(2):
        await list_models(on, refresh=True)
    assert [backend.calls.count("models anew") for backend in backends] == [2, 2]


async def test_backends_are_asked_at_once() -> None:
    backends = Memory("lab"), Memory("gpu")
    for backend in backends:
        backend.gate = asyncio.Event()
    listing = asyncio.create_task(list_models(session(*backends), refresh=False))
    for backend in backends:
        await backend.reached["models"].wait()
    for backend in backends:
        assert backend.gate is not None
        backend.gate.set()
    assert len((await listing).models) == 2


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (None, "ready"),
        (ErrorKind.LOADING, "loading"),
        (ErrorKind.UNREACHABLE, "unreachable"),
        (ErrorKind.TIMEOUT, "unreachable"),
        (ErrorKind.UNAUTHORIZED, "error"),
    ],
)
async def test_the_state_of_a_backend(kind: ErrorKind | None, state: str) -> None:
    found = await status(session(Memory("lab", failure=failing(kind) if kind else None)))
    (backend,) = found.backends
    assert (backend.name, backend.state, backend.zone) == ("lab", state, Zone.LOCAL)
    assert backend.problem == (f"It is {kind.value}. Do something." if kind else None)
    assert (backend.latency_ms is None) is (kind is not None)


async def test_a_model_that_must_be_loaded_first_is_idle() -> None:
    lab = Memory("lab")
    lab.loaded = False
    (backend,) = (await status(session(lab))).backends
    assert backend.state == "idle"


async def test_the_policy_is_told() -> None:
    refused = await status(session(Memory("lab"), policy=REFUSING))
    assert (refused.policy, refused.default) == ("The policy refuses.", None)
    assert (await status(session(Memory("lab"), policy=AIR_GAPPED))).air_gapped


async def test_counts_are_the_backends_own_where_it_can_tell() -> None:
    on = session(Memory("lab", count=Count(42, exact=True)), Memory("plain"))
    assert await count_text(on, "lab|m", "one two", "r1") == Count(42, exact=True)
    assert await count_request(on, "lab|m", HELLO) == Count(42, exact=True)
    longer = ChatRequest("r2", (*HELLO.messages, Message(Role.USER, (TextPart("More of it."),))))
    estimates = [await count_request(on, "plain|m", request) for request in (HELLO, longer)]
    assert [count.exact for count in estimates] == [False, False]
    assert 0 < estimates[0].tokens < estimates[1].tokens
    assert await count_text(on, "plain|m", "", "r1") == Count(0, exact=False)


async def test_nothing_is_counted_where_nothing_may_be_sent() -> None:
    lab = Memory("lab")
    with pytest.raises(InhouseError) as caught:
        await count_text(session(lab, policy=REFUSING), "lab|m", "secret", "r1")
    assert (caught.value.kind, lab.calls) == (ErrorKind.POLICY, [])
