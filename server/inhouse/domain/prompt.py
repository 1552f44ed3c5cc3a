"""What a backend is to be asked: one request, fitted to one model."""

from dataclasses import dataclass

from inhouse.domain.conversation import ChatRequest
from inhouse.domain.models import Model


@dataclass(frozen=True, slots=True)
class Prompt:
    """`max_tokens` bounds the answer; None leaves it to the backend."""

    request: ChatRequest
    model: Model
    max_tokens: int | None = None
