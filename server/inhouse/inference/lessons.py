"""What answers have taught about a model: better than what its server says, forgotten when that starts anew."""

import dataclasses
from dataclasses import dataclass

from inhouse.config.schema import Tokens
from inhouse.domain.models import Ability, ContextSource, Model
from inhouse.inference.announce import token_limits


@dataclass(frozen=True, slots=True)
class Lesson:
    """None: nothing learnt. `context_length` in tokens, from a refusal of the server's that named it."""

    chat: bool | None = None
    tools: bool | None = None
    thinking: bool | None = None
    context_length: int | None = None

    @property
    def is_negative(self) -> bool:
        """Whether it is about something that the model could not do."""
        return self.tools is False or self.chat is False

    def and_then(self, later: "Lesson") -> "Lesson":
        """Both, the later one's word counting where both have one."""
        told = {field.name: getattr(later, field.name) for field in dataclasses.fields(later)}
        return dataclasses.replace(self, **{name: value for name, value in told.items() if value is not None})

    def applied(self, model: Model, tokens: Tokens) -> Model:
        can = model.capabilities
        chat = can.chat if self.chat is None else self.chat
        tools = can.tool_calling if self.tools is None else self.tools
        can = dataclasses.replace(
            can, chat=chat, tool_calling=chat and tools, thinking=can.thinking or bool(self.thinking)
        )
        untold = model.untold if self.tools is None and chat else model.untold - {Ability.TOOLS}
        taught = dataclasses.replace(model, capabilities=can, untold=untold)
        if self.context_length is None:
            return taught
        return dataclasses.replace(
            taught,
            context_length=self.context_length,
            context_source=ContextSource.SERVER,
            limits=token_limits(self.context_length, tokens),
        )
