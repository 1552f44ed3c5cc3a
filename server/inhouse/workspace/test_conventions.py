"""How test files are named in each language, and where they lie, if the project does not show another way."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Convention:
    """`names`: patterns of file names in which `*` is the tested file's name, the usual one first. `folders`: what
    folders of tests are called, the usual one first. `beside`: new tests go beside the file. `mirrored`: they go to the
    same place below the folder of tests as the file has in its own. `inside`: tests stand in the tested file."""

    names: tuple[str, ...]
    folders: tuple[str, ...] = ("tests", "test")
    beside: bool = False
    mirrored: bool = False
    inside: bool = False

    def spellings(self, stem: str) -> tuple[str, ...]:
        return tuple(name.replace("*", stem) for name in self.names)

    def is_test(self, name: str) -> bool:
        """Whether a file of this name is one of tests itself."""
        return any(
            len(name) > len(pattern) - 1 and name.startswith(before) and name.endswith(behind)
            for pattern in self.names
            for before, behind in [pattern.split("*")]
        )


def _script(suffix: str) -> Convention:
    return Convention((f"*.test{suffix}", f"*.spec{suffix}"), ("tests", "test", "__tests__"), beside=True)


def _jvm(suffix: str) -> Convention:
    return Convention((f"*Test{suffix}", f"*Tests{suffix}", f"*Spec{suffix}"), ("test", "tests"), mirrored=True)


def _c(suffix: str) -> Convention:
    return Convention((f"test_*{suffix}", f"*_test{suffix}", f"*_unittest{suffix}", f"*Test{suffix}"))


_CONVENTIONS = {
    ".py": Convention(("test_*.py", "*_test.py")),
    ".go": Convention(("*_test.go",), (), beside=True),
    ".rs": Convention(("*_test.rs", "*_tests.rs"), ("tests",), inside=True),
    ".rb": Convention(("*_spec.rb", "*_test.rb"), ("spec", "test"), mirrored=True),
    ".php": Convention(("*Test.php",), mirrored=True),
    ".cs": Convention(("*Tests.cs", "*Test.cs"), mirrored=True),
    ".sh": Convention(("*.bats",), ("test", "tests")),
    ".bash": Convention(("*.bats",), ("test", "tests")),
    **{suffix: _script(suffix) for suffix in (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")},
    **{suffix: _jvm(suffix) for suffix in (".java", ".kt", ".scala", ".groovy")},
    **{suffix: _c(suffix) for suffix in (".c", ".cc", ".cpp", ".cxx")},
}


def convention_of(path: Path) -> Convention | None:
    """None for a language whose tests we do not know."""
    return _CONVENTIONS.get(path.suffix.lower())


def tested_name(path: Path) -> str:
    """What the tests of a file are named after: a package's own module has the package's name."""
    if path.name == "__init__.py":
        return path.parent.name
    return "main" if path.name == "__main__.py" else path.stem
