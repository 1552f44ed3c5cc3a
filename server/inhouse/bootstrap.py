"""The composition root: settings in, a frozen session out. What outlives a change of settings is in `Resources`."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from inhouse.assist.session import Session
from inhouse.config.backends import TRUSTED
from inhouse.config.load import Loaded
from inhouse.config.paths import Paths
from inhouse.config.schema import Config, home_path
from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.domain.models import Kind
from inhouse.domain.origin import Origin
from inhouse.domain.secret import Secret, is_key
from inhouse.governance.policy import Policy, read_policy
from inhouse.governance.redaction.placeholders import Placeholders
from inhouse.governance.redaction.redactor import Redactor
from inhouse.inference.affinity import affinity_key
from inhouse.inference.backend import Backend
from inhouse.inference.catalog import Catalog
from inhouse.inference.egress.channel import Channel, Endpoint, Trust
from inhouse.inference.egress.guard import Guard
from inhouse.inference.embedded import store
from inhouse.inference.embedded.backend import NAME as EMBEDDED
from inhouse.inference.embedded.backend import EmbeddedBackend
from inhouse.inference.embedded.process import EngineSettings
from inhouse.inference.embedded.supervisor import Supervisor
from inhouse.inference.keys.editor import AskEditor, EditorKeys, Wanted
from inhouse.inference.keys.keyring_store import KeyringStore
from inhouse.inference.keys.source import Keys, KeySettings
from inhouse.inference.known import KnownServers
from inhouse.inference.remote import RemoteBackend
from inhouse.inference.route import Router
from inhouse.inference.slots import Slots
from inhouse.inference.unusable import UnusableBackend

ROUTER_KEY = "HF_TOKEN"
"""The key of a configured Hugging Face router that names no other (interface §3)."""


async def _nobody(wanted: Wanted) -> None:
    """There is no editor to ask for a key."""


OVERVIEW_SECONDS = 3.0
"""For which an editor's list of models waits for a slow backend, whose models follow."""


class Resources:
    """Connections, keys, the engine and what stands for secrets, shared by the sessions that follow one another.

    `ask` gets a key from the editor's secret store.
    """

    def __init__(self, ask: AskEditor = _nobody) -> None:
        self.placeholders = Placeholders()
        self._channels: dict[tuple[Endpoint, Guard, KeySettings], Channel] = {}
        self._keys: dict[KeySettings, Keys] = {}
        self._editor = EditorKeys(ask)
        self._supervisors: dict[EngineSettings, Supervisor] = {}
        self._retired: list[Supervisor] = []
        self._wanted: set[object] = set()
        self._slots = WeakValueDictionary[tuple[str, str, int], Slots]()

    def channel(self, endpoint: Endpoint, guard: Guard, settings: KeySettings, keyring: KeyringStore) -> Channel:
        key = (endpoint, guard, settings)
        self._wanted |= {key, settings}
        if settings not in self._keys:
            self._keys[settings] = Keys(settings, keyring, self._editor)
        if key not in self._channels:
            self._channels[key] = Channel(endpoint, guard.check, self._keys[settings])
        return self._channels[key]

    def slots(self, backend: str, url: str, limit: int) -> Slots:
        """Those that requests under way still hold, so that a change of settings lets no more at once to a server."""
        slots = self._slots.get((backend, url, limit))
        if slots is None:
            slots = self._slots[backend, url, limit] = Slots(limit)
        return slots

    def supervisor(self, settings: EngineSettings) -> Supervisor:
        self._wanted.add(settings)
        if settings not in self._supervisors:
            self._supervisors[settings] = Supervisor(settings)
        return self._supervisors[settings]

    async def sweep(self) -> None:
        """Let go of what no session has asked for since the last sweep, each as soon as its last request has ended."""
        wanted, self._wanted = self._wanted, set()
        for key in self._channels.keys() - wanted:
            await self._channels.pop(key).retire()
        for settings in self._keys.keys() - wanted:
            del self._keys[settings]  # a request under way keeps its own
        self._editor.ask_again()
        self._retired = [supervisor for supervisor in self._retired if not supervisor.closed]
        for settings in self._supervisors.keys() - wanted:
            supervisor = self._supervisors.pop(settings)
            supervisor.retire()
            self._retired.append(supervisor)

    async def aclose(self) -> None:
        await asyncio.gather(*(supervisor.aclose() for supervisor in (*self._supervisors.values(), *self._retired)))
        await asyncio.gather(*(keys.aclose() for keys in self._keys.values()), self._editor.aclose())
        await asyncio.gather(*(channel.aclose() for channel in self._channels.values()))


def build_session(
    loaded: Loaded,
    paths: Paths,
    environ: Mapping[str, str],
    resources: Resources,
    changed: Callable[[], None] | None = None,
) -> Session:
    """A session for these settings, on `resources`; opens nothing and asks nobody yet.

    `changed` is called when a backend's models differ from what they were.
    """
    config = loaded.config
    policy = read_policy(config, paths.system_policy, environ)
    keyring = KeyringStore(paths.state)
    kept = _Kept(KnownServers(paths.cache / "servers"), _affinity(config, paths))
    backends: dict[str, Backend] = {}
    for name in config.backends:
        try:
            keys = key_settings(name, loaded, environ)
        except InhouseError as exc:
            backends[name] = UnusableBackend(name, config.backends[name].url, config.backends[name].kind, exc)
        else:
            backends[name] = _remote(config, policy, keys, keyring, resources, kept)
    for each in loaded.untrusted:
        reason = _not_trusted(each.name, str(each.origin))
        backends[each.name] = UnusableBackend(each.name, each.url, Kind.AUTO, reason)
    if config.embedded.enabled is not False:
        backends[EMBEDDED] = _embedded(config, paths, resources)
    untrusted = {backend.name for backend in loaded.untrusted}
    order = tuple(name for name in _order(config, backends) if name not in untrusted)
    patience = None if changed is None else OVERVIEW_SECONDS
    catalog = Catalog(backends, policy, changed or _tell_nobody, config.tokens, patience)
    router = Router(backends, order, bool(config.routing.order), catalog, config.routing.fallback)
    redactor = Redactor(resources.placeholders, active=config.privacy.redact_secrets)
    return Session(loaded, policy, backends, catalog, router, redactor)


@asynccontextmanager
async def opened(loaded: Loaded, paths: Paths, environ: Mapping[str, str]) -> AsyncGenerator[Session, None]:
    """A session for one command, and everything it opened closed behind it."""
    resources = Resources()
    try:
        yield build_session(loaded, paths, environ, resources)
    finally:
        await resources.aclose()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What this user's processes share in files."""

    servers: KnownServers
    affinity: Secret | None


def _tell_nobody() -> None:
    """A command ends with its first answer."""


def _affinity(config: Config, paths: Paths) -> Secret | None:
    wanted = any(backend.affinity_header for backend in config.backends.values())
    return affinity_key(paths.state) if wanted else None


def _remote(
    config: Config, policy: Policy, keys: KeySettings, keyring: KeyringStore, resources: Resources, kept: _Kept
) -> Backend:
    name = keys.backend
    settings = config.backends[name]
    endpoint = Endpoint(
        backend=name,
        base_url=settings.url.removesuffix("/v1"),
        headers=tuple(settings.headers.items()),
        trust=Trust(_file(settings.ca_file), _file(settings.client_cert), settings.verify),
        connect_timeout=settings.connect_timeout,
    )
    channel = resources.channel(endpoint, Guard(policy, name), keys, keyring)
    slots = resources.slots(name, endpoint.base_url, settings.max_concurrency)
    return RemoteBackend(name, config, channel, kept.servers, kept.affinity, slots)


def _file(path: str) -> str:
    return str(home_path(path)) if path else ""


def key_settings(name: str, loaded: Loaded, environ: Mapping[str, str]) -> KeySettings:
    """Where a configured backend's key comes from; raises `invalid_config` where its variable holds no key."""
    settings = loaded.config.backends[name]
    variable = settings.api_key_env or (ROUTER_KEY if _is_router(name, loaded) else "")
    value = environ.get(variable, "") if variable else ""
    if value and not is_key(value):
        raise InhouseError(
            kind=ErrorKind.INVALID_CONFIG,
            message=f"The key in {variable} holds blanks, line ends or other characters that no key has.",
            hint=f"Set {variable} to the bare key.",
            backend=name,
        )
    return KeySettings(
        backend=name,
        origin=Origin.parse(settings.url),
        header=settings.api_key_header,
        scheme=settings.api_key_scheme,
        variable=variable,
        secret=Secret(value) if value else None,
        command=tuple(settings.api_key_command),
        ttl=settings.api_key_ttl,
    )


def _is_router(name: str, loaded: Loaded) -> bool:
    """Only by the word of the user or the machine's owner: an editor's may be a stranger's, who wants the key."""
    said_by = {loaded.provenance.get(f"backends.{name}.{setting}") for setting in ("url", "kind")}
    return loaded.config.backends[name].kind is Kind.HUGGINGFACE and said_by <= TRUSTED


def _embedded(config: Config, paths: Paths, resources: Resources) -> Backend:
    try:
        model = store.location(config.embedded.model, store.models_dir(paths))
    except InhouseError as exc:
        reason = dataclasses.replace(exc, kind=ErrorKind.INVALID_CONFIG, hint=f"Correct embedded.model. {exc.hint}")
        return UnusableBackend(EMBEDDED, EMBEDDED, Kind.EMBEDDED, reason)
    settings = EngineSettings(
        model=model,
        alias=model.stem,
        threads=config.embedded.threads,
        idle_unload=config.embedded.idle_unload,
        runtime=paths.runtime,
    )
    return EmbeddedBackend(config, store.models_dir(paths), resources.supervisor(settings))


def _order(config: Config, backends: Mapping[str, Backend]) -> tuple[str, ...]:
    """As the settings say, without what does not exist; else as configured, the embedded engine last."""
    wanted = config.routing.order or [name for name in backends if name != EMBEDDED] + [EMBEDDED]
    return tuple(name for name in wanted if name in backends)


def _not_trusted(name: str, origin: str) -> InhouseError:
    return InhouseError(
        kind=ErrorKind.POLICY,
        message=f"The address {origin} of {name} comes from the editor's settings and is not trusted yet.",
        hint="Say yes when the editor asks, or name it in your own inhouse.toml.",
        backend=name,
    )
