"""Which model answers: the one that was named, or the first ready one in the order that the settings give."""

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import ModelState, Zone
from inhouse.inference.route import Router
from tests.unit.assist.backends import AIR_GAPPED, Memory, failing, session


async def candidates(router: Router, wanted: str) -> list[str]:
    """Ids of models, and kinds of errors."""
    return [
        each.kind.value if isinstance(each, InhouseError) else str(each.model.id)
        async for each in router.candidates(wanted)
    ]


def two() -> tuple[Memory, Memory]:
    return Memory("lab", "a", "both"), Memory("gpu", "b", "both")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("auto", ["lab|a", "gpu|b"]),
        ("lab|both", ["lab|both", "gpu|b"]),
        ("gpu|b", ["gpu|b", "lab|a"]),
        ("b", ["gpu|b", "lab|a"]),
        ("both", ["model_not_found", "lab|a", "gpu|b"]),
        ("c", ["model_not_found", "lab|a", "gpu|b"]),
        ("lab|c", ["model_not_found", "gpu|b"]),
        ("away|a", ["model_not_found", "lab|a", "gpu|b"]),
    ],
)
async def test_who_could_answer(wanted: str, found: list[str]) -> None:
    assert await candidates(session(*two()).router, wanted) == found


@pytest.mark.parametrize(
    ("wanted", "named"),
    [("both", "lab|both, gpu|both"), ("lab|c", "lab|a, lab|both"), ("away|a", "lab, gpu"), ("c", "lab|a")],
)
async def test_an_unknown_model_is_told_with_those_that_there_are(wanted: str, named: str) -> None:
    with pytest.raises(InhouseError) as caught:
        await session(*two()).router.resolve(wanted)
    assert caught.value.kind is ErrorKind.MODEL_NOT_FOUND
    assert named in f"{caught.value.message} {caught.value.hint}"


async def test_a_new_model_is_looked_for_once_more() -> None:
    lab = Memory("lab", "old")
    found = session(lab)
    await found.catalog.entries()
    lab.listed = (lab.model("new"),)
    assert str((await found.router.resolve("lab|new")).model.id) == "lab|new"


async def test_a_name_that_a_silent_backend_may_have_is_not_unknown() -> None:
    down = Memory("down", failure=failing(ErrorKind.UNREACHABLE))
    assert await candidates(session(Memory("lab", "a"), down).router, "c") == ["unreachable", "lab|a", "unreachable"]


@pytest.mark.parametrize(
    ("order", "found"),
    [((), ["lab|m", "embedded|m"]), (("hf", "lab"), ["hf|m", "lab|m"]), (("embedded",), ["embedded|m"])],
)
async def test_a_cloud_backend_takes_part_only_if_it_is_named(order: tuple[str, ...], found: list[str]) -> None:
    on = session(Memory("lab"), Memory("hf", zone=Zone.CLOUD), Memory("embedded"), order=order)
    assert await candidates(on.router, "auto") == found


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (ErrorKind.UNREACHABLE, ["unreachable", "lab|m"]),
        (ErrorKind.UNAUTHORIZED, ["lab|m"]),
        (ErrorKind.TIMEOUT, ["lab|m"]),
    ],
)
async def test_a_cloud_backend_that_fails_is_in_nobodys_way(kind: ErrorKind, found: list[str]) -> None:
    """A name that does not resolve counts as cloud, so an unreachable one is told of."""
    on = session(Memory("hf", zone=Zone.CLOUD, failure=failing(kind)), Memory("lab"))
    assert await candidates(on.router, "auto") == found


async def test_behind_an_air_gap_the_local_ones_go_on() -> None:
    on = session(Memory("hf", zone=Zone.CLOUD), Memory("lab"), policy=AIR_GAPPED)
    assert await candidates(on.router, "auto") == ["lab|m"]
    assert await candidates(on.router, "hf|m") == ["policy", "lab|m"]


async def test_a_later_backend_is_asked_only_when_it_is_its_turn() -> None:
    """One that is down must not delay the answer of one that is up."""
    lab, slow = Memory("lab"), Memory("slow")
    router = session(lab, slow).router
    await router.resolve("auto")
    await router.resolve("lab|m")
    assert slow.calls == []


@pytest.mark.parametrize(
    ("chat", "state", "usable"),
    [
        (True, ModelState.READY, True),
        (True, ModelState.LOADING, False),
        (True, ModelState.UNAVAILABLE, False),
        (False, ModelState.READY, False),
    ],
)
async def test_only_ready_chat_models_are_chosen(chat: bool, state: ModelState, usable: bool) -> None:
    lab = Memory("lab")
    lab.listed = (lab.model("a", chat=chat, state=state), lab.model("b"))
    assert await candidates(session(lab).router, "auto") == ["lab|a" if usable else "lab|b"]
    lab.listed = lab.listed[:1]
    assert await candidates(session(lab).router, "auto") == (["lab|a"] if usable else ["no_backend"])


async def test_nothing_is_configured() -> None:
    on = session()
    assert await candidates(on.router, "auto") == []
    with pytest.raises(InhouseError) as caught:
        await on.router.resolve("auto")
    assert caught.value.kind is ErrorKind.NO_BACKEND
    assert "inhouse model pull" in caught.value.hint


async def test_a_failure_is_not_shared_between_those_who_hear_of_it() -> None:
    on = session(Memory("lab", failure=failing(ErrorKind.UNREACHABLE)))
    raised: list[InhouseError] = []
    for _ in range(2):
        with pytest.raises(InhouseError) as caught:
            await on.router.resolve("lab|m")
        raised.append(caught.value)
    assert raised[0] is not raised[1]
