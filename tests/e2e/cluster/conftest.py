"""One cluster for all its tests: two replicas and the proxy, which takes ten seconds to start."""

import re
import tomllib
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.servers.litellm import DEPLOYED, KEY, litellm
from tests.e2e.servers.llamacpp import HERMES, Options, llamacpp
from tests.e2e.servers.running import RunningServer
from tests.lsp.conftest import start_client, workspace
from tests.user_file import Tables, write_user_file

__all__ = ["start_client", "workspace"]

SLOTS = 2
"""Of each replica: so many answers at once."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The replica of the deployment `replica-0` is `replicas[0]`."""

    proxy: RunningServer
    replicas: tuple[RunningServer, ...]

    def kill_all(self) -> None:
        for replica in self.replicas:
            replica.kill()

    def start_all(self) -> None:
        lost = [replica for replica in self.replicas if not replica.runs]
        for replica in lost:
            replica.start_unawaited()
        for replica in lost:
            replica.await_ready()


@pytest.fixture(scope="session")
def running_replicas(
    tmp_path_factory: pytest.TempPathFactory, embedded_model: Path
) -> Generator[tuple[RunningServer, ...]]:
    folder, options = (
        tmp_path_factory.mktemp("replicas"),
        Options(n_ctx=2048 * SLOTS, n_parallel=SLOTS, template=HERMES),
    )
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(llamacpp(folder / name, embedded_model, options)) for name in ("first", "second")
        )


@pytest.fixture(scope="session")
def running_cluster(
    tmp_path_factory: pytest.TempPathFactory, running_replicas: tuple[RunningServer, ...]
) -> Generator[Cluster]:
    with litellm(tmp_path_factory.mktemp("proxy"), running_replicas) as proxy:
        yield Cluster(proxy, running_replicas)


@pytest.fixture
def cluster(running_cluster: Cluster) -> Generator[Cluster]:
    """Whole again afterwards, whatever a test has killed."""
    yield running_cluster
    running_cluster.start_all()


@pytest.fixture
def user(home: dict[str, str], cluster: Cluster) -> dict[str, str]:
    """A user with the settings of docs/deploy, and a key."""
    write_user_file(home, laptop(cluster.proxy))
    return home | {"LLM_KEY": KEY}


def asked(proxy: RunningServer, since: int = 0) -> list[int]:
    """The statuses of all chats that the proxy has answered, from this byte of its log on."""
    text = proxy.log.read_bytes()[since:].decode(errors="replace")
    return [int(status) for status in re.findall(r'"POST /v1/chat/completions HTTP/1.1" (\d+)', text)]


def laptop(proxy: RunningServer, **changed: object) -> Tables:
    """docs/deploy's settings for this proxy: `kind` as is said there for LiteLLM, and no sizes of other models."""
    settings: dict[str, Any] = tomllib.loads((DEPLOYED / "inhouse.toml").read_text("utf-8"))
    backend = {name: value for name, value in settings["backends"]["gpu"].items() if name not in ("ca_file", "models")}
    return {
        "": {"model": settings["model"]},
        "backends.gpu": backend | {"url": proxy.url, "kind": "openai"} | changed,
        "routing": settings["routing"],
    }
