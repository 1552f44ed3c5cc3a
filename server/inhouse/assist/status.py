"""Which backends there are and how they are, for a status bar and for `inhouse/status`."""

import dataclasses
from dataclasses import dataclass
from typing import Literal

from inhouse import __version__
from inhouse.assist.models import default_id
from inhouse.assist.session import Session
from inhouse.domain.errors import ErrorKind
from inhouse.domain.models import BackendStatus, ModelId, Zone
from inhouse.governance.policy import Policy
from inhouse.inference.backend import Backend
from inhouse.inference.catalog import Entry
from inhouse.inference.waiting import hurried

State = Literal["ready", "idle", "loading", "unreachable", "error"]


@dataclass(frozen=True, slots=True)
class Status:
    """`policy` is one word or sentence for a person."""

    backends: tuple[BackendStatus, ...]
    default: ModelId | None
    air_gapped: bool
    policy: str
    version: str

    def without_latency(self) -> "Status":
        """What is news to somebody when it changes: no two lists take the same time."""
        backends = tuple(dataclasses.replace(backend, latency_ms=None) for backend in self.backends)
        return dataclasses.replace(self, backends=backends)


async def status(session: Session) -> Status:
    """Asks each backend for its models unless that was done a moment ago; never fails because one does."""
    with hurried():
        entries = await session.catalog.entries()
        default = await default_id(session)
    backends = tuple(_backend(session, session.backends[name], entry) for name, entry in entries.items())
    return Status(backends, default, session.policy.air_gapped, policy_word(session.policy), __version__)


def policy_word(policy: Policy) -> str:
    return policy.refusal or "none"


def _backend(session: Session, backend: Backend, entry: Entry) -> BackendStatus:
    failure = entry.failure
    return BackendStatus(
        name=backend.name,
        kind=backend.software.kind,
        url=backend.url,
        zone=entry.zone or Zone.CLOUD,
        state=_state(backend, entry),
        latency_ms=round(entry.latency_ms, 1) if failure is None else None,
        version=backend.software.version,
        problem=f"{failure.message} {failure.hint}".strip() if failure else _warning(session, backend),
        evidence=backend.software.evidence,
    )


def _warning(session: Session, backend: Backend) -> str | None:
    settings = session.config.backends.get(backend.name)
    return None if settings is None or settings.verify else "Any certificate is accepted here (verify = false)."


def _state(backend: Backend, entry: Entry) -> State:
    if entry.failure is None:
        return "ready" if backend.loaded else "idle"
    if entry.failure.kind is ErrorKind.LOADING:
        return "loading"
    return "unreachable" if entry.failure.kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT) else "error"
