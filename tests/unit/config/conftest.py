"""One user's settings in a temporary folder, loaded as the program does."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from inhouse.config.load import ConfigProblem, Loaded, Sources, load
from inhouse.config.paths import Paths
from inhouse.domain.origin import Origin


@dataclass
class Setup:
    """Files are written at once; `load` reads everything anew, as a change in the editor does."""

    folder: Path
    sources: Sources = field(init=False)

    def __post_init__(self) -> None:
        paths = Paths(
            user_config=self.folder / "user" / "inhouse.toml",
            machine_config=self.folder / "machine" / "inhouse.toml",
            system_policy=self.folder / "machine" / "policy.toml",
            data=self.folder / "data",
            state=self.folder / "state",
            cache=self.folder / "cache",
            runtime=self.folder,
        )
        self.sources = Sources(paths, {})

    @property
    def user(self) -> Path:
        return self.sources.paths.user_config

    @property
    def machine(self) -> Path:
        return self.sources.paths.machine_config

    def project(self, name: str, text: str | None = None) -> Path:
        """The root of one more open project; its file only if `text` is given."""
        root = self.folder / name
        root.mkdir(exist_ok=True)
        if text is not None:
            write(root / ".inhouse.toml", text)
        if root not in self.sources.project_roots:
            self.sources = replace(self.sources, project_roots=(*self.sources.project_roots, root))
        return root

    def environment(self, **variables: str) -> None:
        self.sources = replace(self.sources, environ=variables)

    def editor(self, settings: object) -> None:
        self.sources = replace(self.sources, editor=settings)

    def inhouse(self, settings: object) -> None:
        self.editor({"inhouse": settings})

    def flags(self, tree: Mapping[str, object]) -> None:
        self.sources = replace(self.sources, flags=tree)

    def load(self, previous: Loaded | None = None, trusted: frozenset[Origin] = frozenset()) -> Loaded:
        return load(self.sources, trusted=trusted, previous=previous)

    def only_problem(self, previous: Loaded | None = None) -> ConfigProblem:
        (problem,) = self.load(previous).problems
        return problem


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    return path


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(tmp_path)
