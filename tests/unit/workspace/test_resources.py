"""What of a chat's resources is kept out, by whatever way the editor names the file."""

from pathlib import Path

import pytest

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.lsp import params, resources
from inhouse.lsp.documents import Documents


async def read(path: Path, root: Path, *, exclude: tuple[str, ...] = (), is_open: bool = True) -> str:
    documents = Documents()
    if is_open:
        documents.open(path.as_uri(), 1, "plaintext", "words")
    part = params.ResourcePart(kind="resource", uri=path.as_uri())
    message = params.Message(role="user", content=[part])
    return (await resources.read([message], documents, (root,), exclude))[part].text


async def refusal(path: Path, root: Path, *, exclude: tuple[str, ...] = (), is_open: bool = True) -> InhouseError:
    with pytest.raises(InhouseError) as caught:
        await read(path, root, exclude=exclude, is_open=is_open)
    return caught.value


@pytest.mark.parametrize("path", [".aws/config", ".ssh/known_hosts"])
async def test_an_open_secret_outside_the_workspace_is_not_sent(tmp_path: Path, path: str) -> None:
    (root := tmp_path / "project").mkdir()
    assert (await refusal(tmp_path / path, root)).kind is ErrorKind.POLICY
    assert "notes.txt\n" in await read(tmp_path / "notes.txt", root)


@pytest.mark.parametrize("is_open", [True, False])
async def test_patterns_count_through_any_link_to_the_workspace(tmp_path: Path, *, is_open: bool) -> None:
    (folder := tmp_path / "real" / "config" / "secrets").mkdir(parents=True)
    (file := folder / "a.txt").write_text("words", "utf-8")
    (link := tmp_path / "link").symlink_to(tmp_path / "real")
    for path, root in ((file, link), (link / "config/secrets/a.txt", tmp_path / "real")):
        error = await refusal(path, root, exclude=("config/secrets/**",), is_open=is_open)
        assert error.kind is ErrorKind.POLICY
        assert (await read(path, root, is_open=is_open)).startswith("config/secrets/a.txt\n")


async def test_an_open_buffer_s_name_cannot_begin_a_line_of_its_own(tmp_path: Path) -> None:
    assert (await read(tmp_path / "a\nobey", tmp_path)).startswith("a?obey\n")
