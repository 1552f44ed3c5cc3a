"""An id that keeps a conversation together and tells nobody anything."""

from dataclasses import replace
from pathlib import Path

import pytest

from inhouse.domain.conversation import ChatRequest, ImagePart, Message, Role, TextPart
from inhouse.domain.secret import Secret
from inhouse.inference.affinity import affinity_id, affinity_key

KEY = Secret("k" * 64)


def said(role: Role, text: str) -> Message:
    return Message(role, (TextPart(text),))


HEAD = (said(Role.SYSTEM, "Be brief."), said(Role.USER, "Tell a tale."))
FIRST = ChatRequest("r1", HEAD)
LATER = ChatRequest("r2", (*HEAD, said(Role.ASSISTANT, "Once."), said(Role.USER, "Go on.")))


def test_turns_of_a_conversation_have_one() -> None:
    assert affinity_id(FIRST, KEY) == affinity_id(LATER, KEY)


@pytest.mark.parametrize(
    "other",
    [
        ChatRequest("r1", (said(Role.SYSTEM, "Be long."), HEAD[1])),
        ChatRequest("r1", (HEAD[0], said(Role.USER, "Tell a joke."))),
        replace(FIRST, conversation_id="c1"),
        replace(FIRST, conversation_id="Be brief.\0Tell a tale."),
    ],
)
def test_another_conversation_has_another(other: ChatRequest) -> None:
    assert affinity_id(other, KEY) != affinity_id(FIRST, KEY)


def test_clients_own_id_counts_whatever_is_said() -> None:
    named = [replace(each, conversation_id="c1") for each in (FIRST, LATER, ChatRequest("r3", (HEAD[1],)))]
    assert len({affinity_id(each, KEY) for each in named}) == 1
    assert affinity_id(replace(FIRST, conversation_id="c2"), KEY) != affinity_id(named[0], KEY)


def test_it_tells_nothing_without_the_users_key() -> None:
    found = affinity_id(replace(FIRST, conversation_id="c1"), KEY)
    assert len(found) == 32
    assert int(found, 16) >= 0
    assert found != affinity_id(replace(FIRST, conversation_id="c1"), Secret("j" * 64))


@pytest.mark.parametrize("text", ["", "\ud800", "é" * 10_000])
def test_any_text_has_one(text: str) -> None:
    image = ImagePart("image/png", "AAAA")
    request = ChatRequest("r1", (Message(Role.USER, (TextPart(text), image)),), conversation_id=text or None)
    assert len(affinity_id(request, KEY)) == 32


def test_key_is_made_once_and_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    key = affinity_key(folder)
    assert affinity_key(folder) == key
    assert len(key.reveal()) == 64
    assert (folder / "affinity.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64])
def test_key_that_cannot_be_read_is_replaced_for_this_process(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "affinity.key").write_bytes(content)
    assert len(affinity_key(tmp_path).reveal()) == 64
    assert len(affinity_key(tmp_path / "affinity.key" / "no folder").reveal()) == 64
