"""Where the tests of a file are or belong, by its language's conventions and what the project does already."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from inhouse.workspace.exclude import real_path
from inhouse.workspace.test_conventions import Convention, convention_of, tested_name
from inhouse.workspace.test_frameworks import framework

_MOST_FOLDERS = 500
"""Folders of tests that are looked through."""
_SOURCES = (("src",), ("lib",), ("app",))
"""Folders of code that are not repeated below the folder of tests."""


@dataclass(frozen=True, slots=True)
class TestFile:
    """`path` is a real one inside of the root, and need not exist yet. `framework` says in words for a prompt what the
    tests use; it may be empty. `inside`: the tests stand in the tested file itself."""

    path: Path
    exists: bool
    framework: str
    inside: bool = False


def find_test_file(path: Path, root: Path) -> TestFile | None:
    """The file for the tests of `path`; None for a file outside of the root, one in a folder whose name begins with a
    dot, and a language whose tests we do not know. Reads folders: call it in a thread."""
    path, root = real_path(path), real_path(root)
    convention = convention_of(path)
    if convention is None or not _may_hold(path, root):
        return None
    if convention.is_test(path.name) or convention.inside:
        return TestFile(path, path.is_file(), framework(path, path, root), inside=convention.inside)
    places = _Places(path, root, convention)
    found = places.existing() or places.new()
    return found and TestFile(found, found.is_file(), framework(path, found, root))


def _may_hold(path: Path, root: Path) -> bool:
    """Files that steer tools lie in folders like .github and .vscode."""
    real = real_path(path)
    return real.is_relative_to(root) and not any(part.startswith(".") for part in real.relative_to(root).parts)


@dataclass(frozen=True, slots=True)
class _Places:
    path: Path
    root: Path
    convention: Convention

    def existing(self) -> Path | None:
        wanted = (*self._beside(), *self._mirrored(), *self._anywhere())
        return next((each for each in wanted if each.is_file() and self._may_be_written(each)), None)

    def new(self) -> Path | None:
        return next((each for each in self._new() if not each.exists() and self._may_be_written(each)), None)

    def _may_be_written(self, file: Path) -> bool:
        """A link must not make tests of a file that steers tools, such as conftest.py."""
        real = real_path(file)
        return not real.is_symlink() and self.convention.is_test(real.name) and _may_hold(real, self.root)

    def _names(self) -> tuple[str, ...]:
        return self.convention.spellings(tested_name(self.path))

    def _beside(self) -> Iterator[Path]:
        for folder in (self.path.parent, *(self.path.parent / name for name in self.convention.folders)):
            yield from (folder / name for name in self._names())

    def _mirrored(self) -> Iterator[Path]:
        for folder in self._mirrors():
            yield from (folder / name for name in self._names())

    def _mirrors(self) -> Iterator[Path]:
        """The folders below those of tests that stand for the file's own, the closest match first."""
        for tests, parts in self._test_folders():
            for start in range(len(parts) + 1):
                for group in ("", "unit"):
                    yield tests.joinpath(group, *parts[start:])

    def _test_folders(self) -> Iterator[tuple[Path, tuple[str, ...]]]:
        """Folders of tests that are there, the nearest first, with the way from beside them to the file."""
        parent = self.path.parent
        for folder in (parent, *parent.parents):
            if not folder.is_relative_to(self.root):
                return
            parts = parent.relative_to(folder).parts
            yield from ((folder / name, parts) for name in self.convention.folders if (folder / name).is_dir())
            # Maven's and Gradle's src/main/java and src/test/java; .NET's Shop and Shop.Tests.
            if parts[:1] == ("main",):
                yield folder / "test", parts[1:]
            if self.path.suffix == ".cs" and any(folder.glob("*.csproj")):
                yield from self._dotnet(folder, parts)

    def _dotnet(self, project: Path, parts: tuple[str, ...]) -> Iterator[tuple[Path, tuple[str, ...]]]:
        for above in (project.parent, project.parent / "tests", project.parent.parent / "tests"):
            for ending in (".Tests", ".UnitTests", ".Test"):
                if (above / (project.name + ending)).is_dir():
                    yield above / (project.name + ending), parts

    def _anywhere(self) -> Iterator[Path]:
        """Files of the right name anywhere below the folders of tests, those with the most folders in common first."""
        names = set(self._names())
        found: list[Path] = []
        for tests, _ in self._test_folders():
            for folder, _, files in islice(os.walk(tests), _MOST_FOLDERS):
                found += (Path(folder, name) for name in files if name in names)
        own = set(self.path.parent.parts)
        yield from sorted(found, key=lambda each: -len(own & set(each.parent.parts)))

    def _new(self) -> Iterator[Path]:
        near = [folder for folder in self._mirrors() if folder.is_dir()]
        name = self._usual_name(near)
        apart = any(map(self._has_tests, near))
        if self._has_tests(self.path.parent) or (self.convention.beside and not apart):
            yield self.path.parent / name
        if self.convention.mirrored:
            yield from (folder / name for folder in self._exact_mirrors())
        yield from (folder / name for folder in near)
        yield self.root.joinpath(*self.convention.folders[:1], name)

    def _exact_mirrors(self) -> Iterator[Path]:
        """Folders that may have to be made."""
        for tests, parts in self._test_folders():
            whole = tests.joinpath(*parts)
            yield whole if whole.is_dir() or parts[:1] not in _SOURCES else tests.joinpath(*parts[1:])

    def _usual_name(self, near: list[Path]) -> str:
        """As the tests near are named, else after the folder of tests, else as is usual in the language."""
        files = [file for folder in (self.path.parent, *near) for file in _files(folder)]
        tests = next((folder.name.rstrip("s") for folder, _ in self._test_folders()), "")

        def worth(pattern: str) -> tuple[int, bool]:
            same = sum(Convention((pattern,)).is_test(file) for file in files)
            return same, bool(tests) and tests in pattern

        best = max(self.convention.names, key=worth)
        return best.replace("*", tested_name(self.path))

    def _has_tests(self, folder: Path) -> bool:
        return any(map(self.convention.is_test, _files(folder)))


def _files(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in islice(os.scandir(folder), 2000)]
    except OSError:
        return []
