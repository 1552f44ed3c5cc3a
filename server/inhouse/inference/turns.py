"""A conversation as chat APIs take it: one speaker's turn after the other, each tool's result a turn of its own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from inhouse.domain.conversation import (
    ImagePart,
    Message,
    Part,
    Role,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from inhouse.domain.errors import ErrorKind, InhouseError

_IMAGE_TYPE = re.compile(r"image/[a-zA-Z0-9][a-zA-Z0-9.+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one speaker said; thinking is never sent back."""

    role: Role
    content: tuple[TextPart | ImagePart, ...] = ()
    calls: tuple[ToolCallPart, ...] = ()

    @property
    def text(self) -> str:
        """All of its texts as one."""
        return "\n\n".join(part.text for part in self.content if isinstance(part, TextPart))

    @property
    def images(self) -> tuple[ImagePart, ...]:
        return tuple(part for part in self.content if isinstance(part, ImagePart))


@dataclass(frozen=True, slots=True)
class Returned:
    """A tool's result. `name` is empty if no call with its id came before."""

    id: str
    name: str
    content: str


Turn = Spoken | Returned


def turns(messages: Iterable[Message]) -> Iterator[Turn]:
    """In order; a message that holds results and more becomes several turns, an empty one an empty turn.

    Raises `invalid_request` for an image that is none.
    """
    names: dict[str, str] = {}
    for message in messages:
        names |= {part.id: part.name for part in message.parts if isinstance(part, ToolCallPart)}
        yield from _of(message, names)


def _of(message: Message, names: Mapping[str, str]) -> Iterator[Turn]:
    role = Role.USER if message.role is Role.TOOL else message.role
    rest = _Rest(role)
    results = False
    for part in message.parts:
        if isinstance(part, ToolResultPart):
            results = True
            if rest:
                yield rest.turn()
                rest = _Rest(role)
            yield Returned(part.id, names.get(part.id, ""), part.content)
        else:
            rest.add(part)
    if rest or not results:
        yield rest.turn()


@dataclass(slots=True)
class _Rest:
    """What is said between two results."""

    role: Role
    content: list[TextPart | ImagePart] = field(default_factory=list[TextPart | ImagePart])
    calls: list[ToolCallPart] = field(default_factory=list[ToolCallPart])

    def __bool__(self) -> bool:
        return bool(self.content or self.calls)

    def add(self, part: Part) -> None:
        if isinstance(part, TextPart):
            self.content.append(part)
        elif isinstance(part, ImagePart):
            _check_image(part)
            self.content.append(part)
        elif isinstance(part, ToolCallPart):
            self.calls.append(part)

    def turn(self) -> Spoken:
        return Spoken(self.role, tuple(self.content), tuple(self.calls))


def _check_image(part: ImagePart) -> None:
    """Images travel inside the request: a server that was given an address would fetch it (llama.cpp even files)."""
    if _IMAGE_TYPE.fullmatch(part.mime_type) and part.data:
        return
    raise InhouseError(
        kind=ErrorKind.INVALID_REQUEST,
        message="An attached image is not base64 data with an image type.",
        hint="Attach the image itself, as image/png or image/jpeg, not its address.",
    )
