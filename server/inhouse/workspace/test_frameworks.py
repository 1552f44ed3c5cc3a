"""What a project tests with, by its own manifests: only hints for a prompt, nothing is run."""

from pathlib import Path

from inhouse.config.files import UnreadableError, read_text
from inhouse.workspace.exclude import real_path

_MANIFESTS: dict[str, tuple[str, ...]] = {
    ".py": ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini", "requirements-dev.txt", "requirements.txt"),
    ".js": ("package.json",),
    ".java": ("pom.xml", "build.gradle", "build.gradle.kts"),
    ".rb": ("Gemfile", ".rspec"),
    ".php": ("composer.json",),
    ".go": ("go.mod",),
    ".c": ("CMakeLists.txt", "meson.build", "conanfile.txt", "vcpkg.json"),
}
_WORDS: dict[str, tuple[tuple[str, str], ...]] = {
    ".py": (("pytest", "pytest"), ("import unittest", "unittest"), ("from unittest", "unittest")),
    ".js": (
        ("vitest", "Vitest"),
        ("@jest/", "Jest"),
        ("jest", "Jest"),
        ("mocha", "Mocha"),
        ("node:test", "node:test"),
        ("node --test", "node:test"),
        ('"ava"', "AVA"),
    ),
    ".java": (
        ("junit.jupiter", "JUnit 5"),
        ("junit-jupiter", "JUnit 5"),
        ("testng", "TestNG"),
        ("org.junit", "JUnit 4"),
        ("junit", "JUnit 4"),
    ),
    ".rb": (("rspec", "RSpec"), ("minitest", "Minitest")),
    ".php": (("pestphp/", "Pest"), ("phpunit", "PHPUnit")),
    ".go": (("stretchr/testify", "the testing package, with testify"),),
    ".cs": (("nunit", "NUnit"), ("mstest", "MSTest"), ("xunit", "xUnit")),
    ".c": (("gtest", "GoogleTest"), ("googletest", "GoogleTest"), ("catch2", "Catch2"), ("doctest", "doctest")),
}
"""Words that prove a framework, in a test file or a manifest; the first counts."""
_USUAL = {
    ".py": "pytest",
    ".js": "node:test",
    ".java": "JUnit 5",
    ".rb": "Minitest",
    ".php": "PHPUnit",
    ".go": "the testing package",
    ".cs": "xUnit",
    ".rs": "a #[cfg(test)] module",
    ".sh": "Bats",
}
_LIKE = {
    **dict.fromkeys((".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"), ".js"),
    **dict.fromkeys((".kt", ".scala", ".groovy"), ".java"),
    **dict.fromkeys((".cc", ".cpp", ".cxx"), ".c"),
    ".bash": ".sh",
}


def framework(source: Path, test: Path, root: Path) -> str:
    """In words for a prompt: what the test file uses, else what the nearest manifest names, else what is usual; empty
    where nothing is."""
    suffix = source.suffix.lower()
    suffix = _LIKE.get(suffix, suffix)
    folders = [source.parent, *source.parent.parents]
    inside = [folder for folder in folders if folder.is_relative_to(root)]
    manifests = (folder / name for folder in inside for name in _MANIFESTS.get(suffix, ()))
    for file in (test, *manifests):
        text = _text(file, root).lower()
        said = next((name for word, name in _WORDS.get(suffix, ()) if word in text), None)
        if said:
            return said
    return _USUAL.get(suffix, "")


def _text(file: Path, root: Path) -> str:
    if not real_path(file).is_relative_to(root):
        return ""
    try:
        found = read_text(file)
    except UnreadableError:
        return ""
    return found[0] if found else ""
