"""The one fact about a GGUF file that is needed before it is loaded: the context length it was trained for.

Format: ggml's docs/gguf.md, versions 2 and 3, little-endian.
"""

import struct
from pathlib import Path
from typing import BinaryIO

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_INTEGERS = {4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
_MOST_ENTRIES = 10_000


def trained_context_length(path: Path) -> int | None:
    """Tokens, or None where the file does not say or is not GGUF. Reads no further than to that entry, which
    stands before the vocabulary in every file that llama.cpp's converter writes."""
    try:
        with path.open("rb") as file:
            return _find(file)
    except (OSError, struct.error, ValueError, OverflowError):
        return None


def _find(file: BinaryIO) -> int | None:
    if file.read(4) != b"GGUF":
        return None
    _version, _tensors, entries = struct.unpack("<IQQ", file.read(20))
    for _ in range(min(entries, _MOST_ENTRIES)):
        key = _string(file)
        (kind,) = struct.unpack("<I", file.read(4))
        if key.endswith(b".context_length") and kind in _INTEGERS:
            (length,) = struct.unpack(_INTEGERS[kind], file.read(_SIZES[kind]))
            return int(length) if length > 0 else None
        if key.startswith(b"tokenizer."):
            return None
        _skip(file, kind)
    return None


def _string(file: BinaryIO) -> bytes:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > 65_535:
        raise ValueError("a key longer than the format allows")
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
    elif kind == _STRING and count <= _MOST_ENTRIES:
        for _ in range(count):
            _skip(file, _STRING)
    else:
        raise ValueError("an array that is longer or deeper than what stands before the context length")
