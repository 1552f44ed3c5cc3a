"""The one door: only the functions here make an admitted value, and backends take nothing else.

Counting tokens sends the text to the backend too, so admission comes before counting.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from inhouse.domain.fill import Fill
from inhouse.domain.models import Zone
from inhouse.domain.prompt import Prompt
from inhouse.governance.policy import Policy
from inhouse.governance.redaction.redactor import Redactor
from inhouse.governance.redaction.requests import Redaction

_SEAL = object()


@dataclass(frozen=True, slots=True)
class Admitted:
    """A prompt that the policy lets go to its model's backend, without secrets.

    `redactions`: how many were replaced, by rule.
    """

    prompt: Prompt
    seal: object
    redactions: Mapping[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        _check(self.seal)

    def bounded(self, max_tokens: int | None) -> "Admitted":
        """The same prompt with another bound for its answer."""
        return dataclasses.replace(self, prompt=dataclasses.replace(self.prompt, max_tokens=max_tokens))

    def without(self, gone: frozenset[int]) -> "Admitted":
        """The same prompt with fewer messages: those at the indices `gone` are left out."""
        kept = tuple(message for at, message in enumerate(self.prompt.request.messages) if at not in gone)
        request = dataclasses.replace(self.prompt.request, messages=kept)
        return dataclasses.replace(self, prompt=dataclasses.replace(self.prompt, request=request))

    def rendered(self, text: str) -> "AdmittedText":
        """The same prompt as one text."""
        return AdmittedText(text, self.prompt.request.id, self.seal)


@dataclass(frozen=True, slots=True)
class AdmittedText:
    """A bare text that may go to a backend, to be counted there."""

    text: str
    request_id: str
    seal: object

    def __post_init__(self) -> None:
        _check(self.seal)


@dataclass(frozen=True, slots=True)
class AdmittedFill:
    """A place to fill in that the policy lets go to its model's backend."""

    fill: Fill
    seal: object

    def __post_init__(self) -> None:
        _check(self.seal)


def admit(prompt: Prompt, zone: Zone, policy: Policy, redactor: Redactor) -> Admitted:
    """Let `prompt` leave for its model's backend in `zone`; raises `policy` if it may not."""
    policy.check_zone(prompt.model.id.backend, zone)
    redaction = Redaction(redactor)
    request = redaction.chat(prompt.request)
    return Admitted(dataclasses.replace(prompt, request=request), _SEAL, redaction.counts)


def admit_text(
    text: str, request_id: str, backend: str, zone: Zone, policy: Policy, redactor: Redactor
) -> AdmittedText:
    """Let `text` leave for `backend`; raises `policy` if it may not."""
    policy.check_zone(backend, zone)
    return AdmittedText(redactor.redact(text).text, request_id, _SEAL)


def admit_fill(fill: Fill, zone: Zone, policy: Policy, redactor: Redactor) -> AdmittedFill:
    """Let `fill` leave for its model's backend in `zone`; raises `policy` if it may not."""
    policy.check_zone(fill.model.id.backend, zone)
    return AdmittedFill(Redaction(redactor).fill(fill), _SEAL)


def _check(seal: object) -> None:
    if seal is not _SEAL:
        raise TypeError("only governance.admission admits")
