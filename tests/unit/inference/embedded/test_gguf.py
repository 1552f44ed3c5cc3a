"""How long a context the model was trained for, from the file's first bytes, whatever file that is."""

import struct
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inhouse.inference.embedded.gguf import trained_context_length

UINT8, UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 0, 4, 5, 6, 7, 8, 9, 10


def string(text: str, length: int | None = None) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data) if length is None else length) + data


def entry(key: str, kind: int, value: bytes) -> bytes:
    return string(key) + struct.pack("<I", kind) + value


def gguf(*entries: bytes, count: int | None = None, magic: bytes = b"GGUF") -> bytes:
    return magic + struct.pack("<IQQ", 3, 0, len(entries) if count is None else count) + b"".join(entries)


LENGTH = entry("llama.context_length", UINT32, struct.pack("<I", 8192))
BEFORE = (
    entry("general.architecture", STRING, string("llama")),
    entry("general.alignment", UINT8, b"\x20"),
    entry("general.yes", BOOL, b"\x01"),
    entry("general.numbers", ARRAY, struct.pack("<IQ3I", UINT32, 3, 1, 2, 3)),
)
HUGE = 2**64 - 1


@pytest.mark.parametrize(
    ("content", "length"),
    [
        (gguf(LENGTH), 8192),
        (gguf(*BEFORE, LENGTH), 8192),
        (gguf(entry("x.context_length", UINT64, struct.pack("<Q", 2**33))), 2**33),
        (gguf(entry("x.context_length", INT32, struct.pack("<i", -1))), None),
        (gguf(entry("x.context_length", FLOAT32, struct.pack("<f", 1))), None),
        (gguf(*BEFORE), None),
        (gguf(entry("tokenizer.ggml.tokens", ARRAY, b"")), None),
        (gguf(entry("general.tags", ARRAY, struct.pack("<IQ", STRING, 2) + string("x") + string("")), LENGTH), 8192),
        (gguf(entry("k", ARRAY, struct.pack("<IQ", STRING, HUGE)), LENGTH), None),
        (gguf(entry("k", ARRAY, struct.pack("<IQ", STRING, 9999)), LENGTH), None),
        (gguf(entry("k", ARRAY, struct.pack("<IQ", ARRAY, 1)), LENGTH), None),
        (gguf(), None),
        (b"", None),
        (b"GGUF", None),
        (gguf(LENGTH, magic=b"GGML"), None),
        (b"PK\x03\x04" + b"\0" * 1000, None),
        (gguf(count=HUGE), None),
        (gguf(*[entry("k", UINT8, b"\0")] * 10_001, LENGTH), None),
        (gguf(string("k", HUGE)), None),
        (gguf(entry("k", STRING, string("", HUGE)), LENGTH), None),
        (gguf(entry("k", STRING, string("", 2**63 - 1)), LENGTH), None),
        (gguf(entry("k", ARRAY, struct.pack("<IQ", UINT64, HUGE)), LENGTH), None),
        (gguf(entry("k", 99, b"\0" * 100), LENGTH), None),
        (gguf(entry("k", ARRAY, struct.pack("<IQ", 99, 1)), LENGTH), None),
    ],
)
def test_a_file(tmp_path: Path, content: bytes, length: int | None) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    began = time.monotonic()
    assert trained_context_length(file) == length
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("size", range(0, 60, 3))
def test_a_truncated_file(tmp_path: Path, size: int) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(gguf(*BEFORE, LENGTH)[:size])
    assert trained_context_length(file) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_after_the_magic(tmp_path: Path, rest: bytes) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(gguf(rest, count=9))
    trained_context_length(file)


def test_no_file(tmp_path: Path) -> None:
    assert trained_context_length(tmp_path) is None
    assert trained_context_length(tmp_path / "nowhere") is None


def test_the_real_model(embedded_model: Path) -> None:
    assert trained_context_length(embedded_model) == 8192
