"""A model's tokenizer.json counts a text exactly, or it is said why it cannot."""

import os
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from inhouse.domain.errors import ErrorKind, InhouseError
from inhouse.inference.tokenizer import load_tokenizer


def words(file: Path) -> Path:
    """A tokenizer for which a word, a sign or an end marker is a token."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.add_special_tokens(["<end>"])  # pyright: ignore[reportUnknownMemberType]
    tokenizer.save(str(file))
    return file


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a b, c", 4), ("\ud83d x", 2), ("<end>", 3)])
def test_it_counts_the_text_alone(tmp_path: Path, text: str, tokens: int) -> None:
    """A special marker is plain text: three signs and words here, and no end."""
    assert load_tokenizer(words(tmp_path / "tokenizer.json"))(text) == tokens


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    file = words(tmp_path / "tokenizer.json")
    assert load_tokenizer(file) is load_tokenizer(file)
    before = load_tokenizer(file)
    os.utime(file, (1, 1))
    assert load_tokenizer(file) is not before


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff", b'{"model": 1}'])
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "tokenizer.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InhouseError) as caught:
        load_tokenizer(file)
    assert caught.value.kind is ErrorKind.INVALID_CONFIG
    assert str(file) in caught.value.message
    assert "tokenizer" in caught.value.hint


def test_without_the_library_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = words(tmp_path / "tokenizer.json")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(InhouseError) as caught:
        load_tokenizer(file)
    assert "inhouse[tokenizers]" in caught.value.hint
