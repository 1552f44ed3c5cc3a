"""Tests go where the project has its tests, and never anywhere that steers a tool."""

from pathlib import Path

import pytest

from inhouse.workspace.test_files import find_test_file


def project(root: Path, *files: str) -> None:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.touch()
        else:
            path.mkdir(exist_ok=True)


def found(root: Path, source: str, *others: str) -> str:
    """The name of the file, with a `+` before it where it has to be made."""
    project(root, source, *others)
    test = find_test_file(root / source, root)
    assert test is not None
    assert test.exists == test.path.exists()
    return ("" if test.exists else "+") + test.path.relative_to(root.resolve()).as_posix()


@pytest.mark.parametrize(
    ("source", "others", "expected"),
    [
        ("a.py", [], "+tests/test_a.py"),
        ("pkg/a.py", ["tests/conftest.py"], "+tests/test_a.py"),
        ("src/pkg/sub/a.py", ["tests/sub/test_b.py"], "+tests/sub/test_a.py"),
        ("server/pkg/sub/a.py", ["tests/unit/sub/test_b.py", "tests/e2e/test_c.py"], "+tests/unit/sub/test_a.py"),
        ("server/pkg/sub/a.py", ["tests/unit/sub/test_a.py", "tests/test_a.py"], "tests/unit/sub/test_a.py"),
        ("pkg/a.py", ["pkg/b_test.py", "pkg/b.py"], "+pkg/a_test.py"),
        ("pkg/a.py", ["pkg/tests/test_b.py"], "+pkg/tests/test_a.py"),
        ("pkg/deep/a.py", ["tests/other/place/test_a.py"], "tests/other/place/test_a.py"),
        ("pkg/__init__.py", ["tests/test_b.py"], "+tests/test_pkg.py"),
        ("pkg/__main__.py", ["tests/test_b.py"], "+tests/test_main.py"),
        ("tests/test_a.py", [], "tests/test_a.py"),
        ("src/a.ts", [], "+src/a.test.ts"),
        ("src/a.ts", ["src/b.spec.ts"], "+src/a.spec.ts"),
        ("src/a.tsx", ["src/__tests__/b.test.tsx"], "+src/__tests__/a.test.tsx"),
        ("src/a.ts", ["test/b.test.ts"], "+test/a.test.ts"),
        ("src/a.ts", ["test/a.spec.ts"], "test/a.spec.ts"),
        ("src/a.test.ts", [], "src/a.test.ts"),
        ("store/a.go", ["test/b.go"], "+store/a_test.go"),
        ("store/a.go", ["store/a_test.go"], "store/a_test.go"),
        ("src/lib.rs", ["tests/it.rs"], "src/lib.rs"),
        ("src/main/java/a/b/C.java", [], "+src/test/java/a/b/CTest.java"),
        ("app/src/main/kotlin/a/C.kt", ["app/src/test/kotlin/a/CSpec.kt"], "app/src/test/kotlin/a/CSpec.kt"),
        ("lib/shop/a.rb", ["spec/shop/b_spec.rb"], "+spec/shop/a_spec.rb"),
        ("app/models/a.rb", ["test/models/"], "+test/models/a_test.rb"),
        ("src/Shop/A.php", ["tests/BTest.php"], "+tests/Shop/ATest.php"),
        ("Shop/Cart/A.cs", ["Shop/Shop.csproj", "Shop.Tests/Shop.Tests.csproj"], "+Shop.Tests/Cart/ATests.cs"),
        ("src/Shop/A.cs", ["src/Shop/Shop.csproj", "tests/Shop.Tests/ATest.cs"], "tests/Shop.Tests/ATest.cs"),
        ("src/a.cpp", ["tests/b_test.cpp"], "+tests/a_test.cpp"),
        ("bin/a.sh", ["test/b.bats"], "+test/a.bats"),
    ],
)
def test_tests_go_where_the_project_has_them(tmp_path: Path, source: str, others: list[str], expected: str) -> None:
    assert found(tmp_path, source, *others) == expected


@pytest.mark.parametrize(
    ("source", "manifest", "text", "expected"),
    [
        ("a.py", "tests/test_a.py", "import unittest\n", "unittest"),
        ("a.py", "pyproject.toml", "[tool.pytest.ini_options]", "pytest"),
        ("a.ts", "package.json", '{"devDependencies": {"vitest": "1"}}', "Vitest"),
        ("src/a.js", "package.json", '{"devDependencies": {"jest": "1"}}', "Jest"),
        ("a.go", "go.mod", "require github.com/stretchr/testify v1", "the testing package, with testify"),
        ("A.java", "pom.xml", "<artifactId>junit-jupiter</artifactId>", "JUnit 5"),
        ("a.rs", "Cargo.toml", "", "a #[cfg(test)] module"),
        ("a.c", "Makefile", "", ""),
    ],
)
def test_the_framework_is_the_projects(tmp_path: Path, source: str, manifest: str, text: str, expected: str) -> None:
    project(tmp_path, source, manifest)
    (tmp_path / manifest).write_text(text, "utf-8")
    test = find_test_file(tmp_path / source, tmp_path)
    assert test is not None
    assert test.framework == expected


def test_tests_of_rust_stand_in_the_file_itself(tmp_path: Path) -> None:
    project(tmp_path, "src/lib.rs")
    test = find_test_file(tmp_path / "src/lib.rs", tmp_path)
    assert test is not None
    assert (test.inside, test.exists) == (True, True)


@pytest.mark.parametrize("source", ["notes.md", "a", ".github/scripts/a.ts", "../out.py"])
def test_there_is_no_place_for_what_is_no_code_of_the_project(tmp_path: Path, source: str) -> None:
    (root := tmp_path / "root").mkdir()
    project(root, source)
    assert find_test_file(root / source, root) is None


def test_a_linked_folder_of_tests_is_not_followed_out_of_the_project(tmp_path: Path) -> None:
    (root := tmp_path / "root").mkdir()
    project(tmp_path, "out/test_a.py")
    project(root, "pkg/a.py")
    (root / "tests").symlink_to(tmp_path / "out")
    assert find_test_file(root / "pkg/a.py", root) is None
    (root / "pkg" / "tests").mkdir()
    test = find_test_file(root / "pkg/a.py", root)
    assert test is not None
    assert test.path == root / "pkg/tests/test_a.py"


def test_a_link_in_the_place_of_the_file_is_left_alone(tmp_path: Path) -> None:
    (root := tmp_path / "root").mkdir()
    project(root, "a.py", "tests/")
    (root / "tests/test_a.py").symlink_to(tmp_path / "out.py")
    assert find_test_file(root / "a.py", root) is None


@pytest.mark.parametrize("to", ["conftest.py", "sitecustomize.py", "test_a.py", ".git/hooks/x", "../outside.py"])
def test_a_link_makes_no_test_file_of_another(tmp_path: Path, to: str) -> None:
    root = tmp_path / "root"
    project(root, "a.py", "conftest.py", "tests/", ".git/hooks/x")
    project(tmp_path, "outside.py")
    link = root / "tests" / "test_a.py"
    link.symlink_to("test_a.py" if to == "test_a.py" else root / to)
    test = find_test_file(root / "a.py", root)
    assert test is None or test.path != link
