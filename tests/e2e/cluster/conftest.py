"""One cluster for all its tests: two replicas and the proxy, which takes ten seconds to start."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.servers.litellm import litellm
from tests.e2e.servers.llamacpp import HERMES, Options, llamacpp
from tests.e2e.servers.running import RunningServer


@dataclass(frozen=True, slots=True)
class Cluster:
    """The replica of the deployment `replica-0` is `replicas[0]`."""

    proxy: RunningServer
    replicas: tuple[RunningServer, ...]


@pytest.fixture(scope="session")
def running_cluster(tmp_path_factory: pytest.TempPathFactory, embedded_model: Path) -> Generator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as stack:
        replicas = tuple(
            stack.enter_context(llamacpp(folder / name, embedded_model, Options(template=HERMES)))
            for name in ("first", "second")
        )
        yield Cluster(stack.enter_context(litellm(folder / "proxy", replicas)), replicas)


@pytest.fixture
def cluster(running_cluster: Cluster) -> Generator[Cluster]:
    """Whole again afterwards, whatever a test has killed."""
    yield running_cluster
    for replica in running_cluster.replicas:
        if not replica.runs:
            replica.start()
