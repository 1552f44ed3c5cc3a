"""What holds for one answer."""

from dataclasses import dataclass

from inhouse.domain.conversation import Tool
from inhouse.domain.models import Kind, ModelId
from inhouse.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of one answer, times in seconds and sizes in bytes, and how its text is to be read.

    `tools` are those offered; a call to any other is an error. `begins_thinking`: the model's chat template ends with
    `<think>`, so that the answer begins inside it. `kind` and `version` are the
    server's: for hints that name its flags, and for what only some versions take.
    """

    model: ModelId
    first_token_timeout: float
    idle_timeout: float
    answer_bytes: int
    line_bytes: int
    secret: Secret | None = None
    tools: tuple[Tool, ...] = ()
    tool_arguments_bytes: int = 500_000
    tool_calls_in_text: bool = False
    begins_thinking: bool = False
    kind: Kind = Kind.AUTO
    version: str = ""
