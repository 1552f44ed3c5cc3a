"""Who completes code: the model that was named, else the one in the house that is best suited."""

from dataclasses import replace

import pytest

from inhouse.assist.default_model import fill_candidate
from inhouse.assist.session import Session
from inhouse.config.load import LayerName
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.fill import Filling
from inhouse.domain.models import ModelState, Zone
from tests.unit.assist.backends import Memory, failing, session


async def chosen(on: Session) -> str:
    try:
        return str((await fill_candidate(on)).model.id)
    except InhouseError as error:
        assert error.hint
        return f"error {error.kind.value}"


def lab(name: str = "lab", *, zone: Zone = Zone.LOCAL) -> Memory:
    """Serves a chat model, a base model and one that sees both sides."""
    found = Memory(name, "chat", zone=zone)
    found.listed += (found.model("base", chat=False), found.model("coder", fim=True))
    return found


def less(backend: Memory, *names: str) -> Memory:
    backend.listed = tuple(model for model in backend.listed if model.id.name not in names)
    return backend


@pytest.mark.parametrize(
    ("backends", "expected"),
    [
        ((lab(),), "lab|coder"),
        ((less(lab(), "coder"),), "lab|base"),
        ((less(lab(), "coder", "base"),), "lab|chat"),
        ((less(lab("a"), "coder"), lab("b")), "b|coder"),
        ((lab("a"), lab("b")), "a|coder"),
        ((Memory("a", "chat"), less(lab("b"), "coder")), "b|base"),
        ((Memory("a", "chat"), Memory("b", "chat")), "a|chat"),
        ((lab("hf", zone=Zone.CLOUD), Memory("b", "chat")), "b|chat"),
        ((Memory("down", failure=failing(ErrorKind.UNREACHABLE)), lab("b")), "b|coder"),
        ((Memory("down", failure=failing(ErrorKind.UNREACHABLE)),), "error unreachable"),
        ((lab("hf", zone=Zone.CLOUD),), "error no_backend"),
        ((), "error no_backend"),
    ],
)
async def test_automatically_the_best_suited_in_the_house(backends: tuple[Memory, ...], expected: str) -> None:
    assert await chosen(session(*backends)) == expected


async def test_without_one_that_is_made_for_it_the_users_chat_model_answers() -> None:
    backends = Memory("a", "x"), Memory("b", "x", "y")
    assert await chosen(session(*backends, model="b|y")) == "b|y"
    assert await chosen(session(*backends, model="y")) == "b|y"


async def test_who_takes_chats_only_is_passed_over_and_refused_by_name() -> None:
    backends = lab("a"), Memory("b", "chat")
    backends[0].fills = Filling.NOTHING
    assert await chosen(session(*backends)) == "b|chat"
    assert await chosen(session(*backends, completion_model="a|coder")) == "error unsupported"


async def test_a_model_that_is_not_ready_is_passed_over() -> None:
    first = lab("a")
    first.listed = tuple(replace(model, state=ModelState.LOADING) for model in first.listed)
    assert await chosen(session(first, lab("b"))) == "b|coder"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("hf|coder", "hf|coder"),
        ("a|chat", "a|chat"),
        ("a|nope", "error model_not_found"),
        ("coder", "error model_not_found"),
    ],
)
async def test_the_users_own_choice_counts_wherever_it_runs(wanted: str, expected: str) -> None:
    assert await chosen(session(lab("a"), lab("hf", zone=Zone.CLOUD), completion_model=wanted)) == expected


async def test_a_project_cannot_send_code_out_of_the_house() -> None:
    backends = lab("a"), lab("hf", zone=Zone.CLOUD)
    project = {"completion_model": LayerName.PROJECT}
    assert await chosen(session(*backends, completion_model="hf|coder", provenance=project)) == "a|coder"
    assert await chosen(session(*backends, completion_model="a|base", provenance=project)) == "a|base"


async def test_a_keystroke_asks_no_backend_what_it_has() -> None:
    backend = lab()
    on = session(backend)
    await fill_candidate(on)
    on.catalog.forget("lab")  # a request has failed there: whoever watches the backends asks
    await fill_candidate(on)
    assert backend.calls.count("models") == 1
