"""The params of our own requests, as they come over the wire (interface §4.2, §4.3)."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, ValidationError
from pydantic.alias_generators import to_camel

from inhouse.domain.errors import ErrorKind, InhouseError

Token = int | str


class Params(BaseModel):
    """Strict about types; unknown keys are a newer client's and ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", alias_generator=to_camel, defer_build=True)


class TextPart(Params):
    kind: Literal["text"]
    text: str


class ThinkingPart(Params):
    kind: Literal["thinking"]
    text: str


class ImagePart(Params):
    kind: Literal["image"]
    mime_type: str
    data: str


class ToolCallPart(Params):
    kind: Literal["toolCall"]
    id: str
    name: str
    arguments: dict[str, object]


class ToolResultPart(Params):
    kind: Literal["toolResult"]
    id: str
    content: str


class Position(Params):
    line: Annotated[int, Field(ge=0)]
    character: Annotated[int, Field(ge=0)]


class Range(Params):
    start: Position
    end: Position


class ResourcePart(Params):
    kind: Literal["resource"]
    uri: str
    range: Range | None = None


Part = Annotated[
    TextPart | ThinkingPart | ImagePart | ToolCallPart | ToolResultPart | ResourcePart, Discriminator("kind")
]


class Message(Params):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | list[Part]


class Tool(Params):
    name: Annotated[str, Field(min_length=1)]
    description: str = ""
    input_schema: dict[str, object]


class Options(Params):
    temperature: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    response_schema: dict[str, object] | None = None


class Conversation(Params):
    messages: Annotated[list[Message], Field(min_length=1)]
    tools: list[Tool] | None = None


class ChatParams(Conversation):
    model: str | None = None
    tool_choice: Literal["auto", "required", "none"] = "auto"
    options: Options | None = None
    conversation_id: str | None = None
    purpose: Literal["chat", "background"] = "chat"
    initiator: str | None = None
    partial_result_token: Token | None = None
    work_done_token: Token | None = None


class ChatDocumentParams(Params):
    """The argument of `inhouse.chat` (interface §4.4)."""

    uri: str
    position: Position | None = None
    partial_result_token: Token | None = None


class ModelsParams(Params):
    refresh: bool = False


class CountTextParams(Params):
    model: str
    text: str


class CountMessagesParams(Conversation):
    model: str


class Location(Params):
    uri: str
    range: Range


class RelatedInformation(Params):
    location: Location
    message: str


class Diagnostic(Params):
    """One of LSP, as far as a model is told of it."""

    range: Range
    message: str
    severity: int | None = None
    code: int | str | None = None
    source: str | None = None
    related_information: list[RelatedInformation] | None = None


class ActionParams(Params):
    kind: str
    uri: str
    range: Range
    instruction: str | None = None
    diagnostic: Diagnostic | None = None
    model: str | None = None


class ReviewParams(Params):
    uris: Annotated[list[str], Field(min_length=1)] | None = None
    diff: str | None = None
    staged: Literal[True] | None = None
    revisions: str | None = None
    root: str | None = None
    model: str | None = None
    partial_result_token: Token | None = None
    work_done_token: Token | None = None


class ReviewDocumentParams(Params):
    """The argument of `inhouse.review`."""

    uri: str | None = None


class StopParams(Params):
    uri: str | None = None


class SelectModelParams(Params):
    model: str | None = None


P = TypeVar("P", bound=Params)


def warm_up() -> None:
    """Build the validators, which are otherwise built with the first request."""
    for kind in (ChatParams, CountMessagesParams, ActionParams, ChatDocumentParams):
        kind.model_rebuild()


def read(kind: type[P], params: object) -> P:
    """Validated params; raises `invalid_request` with the path of the first thing that is wrong."""
    try:
        return kind.model_validate({} if params is None else params)
    except ValidationError as exc:
        # The error that went deepest is about what the client meant; pydantic's own names of types are left out.
        errors = exc.errors(include_url=False, include_input=False, include_context=False)
        first = max(errors, key=lambda error: len(error["loc"]))
        steps = [str(step) for step in first["loc"] if isinstance(step, int) or step.isidentifier()]
        where = ".".join(steps) or "params"
        raise InhouseError(
            kind=ErrorKind.INVALID_REQUEST,
            message=f"The params are not valid: {where}: {first['msg']}.",
            hint="The shapes are in docs/protocol.md.",
        ) from None
