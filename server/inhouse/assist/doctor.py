"""`inhouse doctor`: what works and what does not, step by step, with the time of each step."""

import platform
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from inhouse import __version__
from inhouse.assist.session import Session
from inhouse.assist.status import policy_word
from inhouse.config.load import LayerName, Loaded
from inhouse.domain.errors import InhouseError
from inhouse.domain.models import Kind, Model
from inhouse.domain.origin import Origin
from inhouse.inference.backend import Backend
from inhouse.inference.egress.guard import Guard
from inhouse.inference.egress.probe import reach
from inhouse.inference.route import no_backend


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` is None where there was nothing to check."""

    name: str
    ok: bool | None
    detail: str
    hint: str = ""
    milliseconds: float | None = None


async def examine(session: Session, loaded: Loaded) -> tuple[Check, ...]:
    """All checks, in the order in which a person would look. Never raises for what it finds."""
    found = [
        Check("Inhouse", ok=True, detail=f"{__version__}, Python {platform.python_version()}"),
        *_configuration(loaded),
        _policy(session),
    ]
    if not session.backends:
        found.append(Check("backends", ok=False, detail="none is configured", hint=no_backend().hint))
    for backend in session.backends.values():
        found += [check async for check in _backend(session, backend)]
    return tuple(found)


def _configuration(loaded: Loaded) -> list[Check]:
    if not loaded.problems:
        layers = sorted({layer.value for layer in loaded.provenance.values()} - {LayerName.DEFAULT.value})
        said = f"defaults, {', '.join(layers)}" if layers else "defaults only"
        return [Check("settings", ok=True, detail=said)]
    return [
        Check("settings", ok=problem.severity != "error", detail=str(problem), hint="Correct this setting.")
        for problem in loaded.problems
    ]


def _policy(session: Session) -> Check:
    policy = session.policy
    air_gap = "air-gapped" if policy.air_gapped else "not air-gapped"
    return Check("policy", ok=policy.refusal is None, detail=f"{air_gap}; machine policy: {policy_word(policy)}")


async def _backend(session: Session, backend: Backend) -> AsyncIterator[Check]:
    name = backend.name
    try:
        session.policy.check()
        if backend.software.kind is Kind.EMBEDDED:
            yield await _models(session, backend, f"{name}: model file")
            return
        zone = await backend.zone()
        yield Check(f"{name}: zone", ok=True, detail=f"{zone.value}, {backend.url}")
        session.policy.check_zone(name, zone)
        reached = True
        async for check in _network(session, backend):
            reached = check.ok is True
            yield check
        if reached:
            yield await _models(session, backend, f"{name}: model list (HTTP)")
            yield _software(backend)
    except InhouseError as exc:
        yield _failed(name, exc)


async def _network(session: Session, backend: Backend) -> AsyncIterator[Check]:
    guard = Guard(session.policy, backend.name)
    found = await reach(Origin.parse(backend.url), guard, limit=session.config.discovery.timeout)
    failure = found.failure or ""
    name = f"{backend.name}: DNS"
    if found.resolve_ms is None:
        yield Check(name, ok=False, detail=failure, hint="Check the host in the backend's url.")
        return
    yield Check(name, ok=True, detail=", ".join(found.addresses), milliseconds=found.resolve_ms)
    name = f"{backend.name}: TCP"
    if found.connect_ms is None:
        yield Check(name, ok=False, detail=failure, hint="Check that the server runs, and its port in the url.")
        return
    yield Check(name, ok=True, detail="connected", milliseconds=found.connect_ms)


def _software(backend: Backend) -> Check:
    found = backend.software
    name = f"{backend.name}: server"
    if found.kind is Kind.AUTO:
        return Check(name, ok=None, detail="not found out yet")
    version = f" {found.version}" if found.version else ""
    return Check(name, ok=True, detail=f"{found.kind.value}{version}: {found.evidence}")


async def _models(session: Session, backend: Backend, name: str) -> Check:
    began = time.monotonic()
    entry = await session.catalog.entry(backend.name, refresh=True)
    if entry.failure is not None:
        return _failed(name, entry.failure)
    names = [_in_short(model) for model in entry.models]
    listed = "; ".join(names[:5]) + (f"; and {len(names) - 5} more" if len(names) > 5 else "")
    return Check(
        name,
        ok=bool(names),
        detail=listed or "the list is empty",
        hint="" if names else "Load a model on that server.",
        milliseconds=(time.monotonic() - began) * 1000,
    )


def _in_short(model: Model) -> str:
    return f"{model.id.name} ({model.context_length} tokens, from {model.context_source.value})"


def _failed(name: str, failure: InhouseError) -> Check:
    return Check(name, ok=False, detail=failure.message, hint=failure.hint)
