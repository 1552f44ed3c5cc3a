"""What is to be known of a GGUF file before it is loaded: the context length it was trained for, its chat template.

Format: ggml's docs/gguf.md, versions 2 and 3, little-endian.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_INTEGERS = {4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
_MOST_ENTRIES = 10_000
_MOST_STRINGS = 2_000_000
_LONGEST_TEMPLATE = 1_000_000


def trained_context_length(path: Path) -> int | None:
    """Tokens, or None where the file does not say or is not GGUF. Reads no further than to that entry, which
    stands before the vocabulary in every file that llama.cpp's converter writes."""
    try:
        with path.open("rb") as file:
            for key, kind in _entries(file):
                if key.endswith(b".context_length") and kind in _INTEGERS:
                    (length,) = struct.unpack(_INTEGERS[kind], file.read(_SIZES[kind]))
                    return int(length) if length > 0 else None
                if key.startswith(b"tokenizer."):
                    return None
                _skip(file, kind)
    except _UNREADABLE:
        return None
    return None


def chat_template(path: Path) -> str | None:
    """Its text, or None where there is none: it stands behind the vocabulary, which takes 0.1 s to pass by."""
    try:
        with path.open("rb") as file:
            for key, kind in _entries(file):
                if key == b"tokenizer.chat_template" and kind == _STRING:
                    return _string(file, _LONGEST_TEMPLATE).decode("utf-8", "replace")
                _skip(file, kind)
    except _UNREADABLE:
        return None
    return None


_UNREADABLE = (OSError, struct.error, ValueError, OverflowError)


def _entries(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Keys and types; each value is to be read or skipped before the next."""
    if file.read(4) != b"GGUF":
        return
    _version, _tensors, entries = struct.unpack("<IQQ", file.read(20))
    for _ in range(min(entries, _MOST_ENTRIES)):
        key = _string(file)
        (kind,) = struct.unpack("<I", file.read(4))
        yield key, kind


def _string(file: BinaryIO, longest: int = 65_535) -> bytes:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > longest:
        raise ValueError("a key longer than the format allows, or a template of no sense")
    return file.read(length)


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _STRING:
        (length,) = struct.unpack("<Q", file.read(8))
        file.seek(length, 1)
    elif kind == _ARRAY:
        item, count = struct.unpack("<IQ", file.read(12))
        _skip_items(file, item, count)
    elif kind in _SIZES:
        file.seek(_SIZES[kind], 1)
    else:
        raise ValueError("a type that the format does not have")


def _skip_items(file: BinaryIO, kind: int, count: int) -> None:
    if kind in _SIZES:
        file.seek(_SIZES[kind] * count, 1)
    elif kind == _STRING and count <= _MOST_STRINGS:
        for _ in range(count):
            _skip(file, _STRING)
    else:
        raise ValueError("an array that is longer or deeper than a vocabulary")
