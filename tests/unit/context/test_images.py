"""An image's tokens come from the size in its header; no header is too broken to be estimated."""

import base64
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse.context.images import LEAST_TOKENS, MOST_TOKENS, UNKNOWN_TOKENS, image_tokens

Make = Callable[[int, int], bytes]


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height)


def jpeg(width: int, height: int, *, preview: int = 20_000) -> bytes:
    app = b"\xff\xe1" + struct.pack(">H", preview + 2) + bytes(preview)
    return b"\xff\xd8" + app + b"\xff\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + bytes(10)


def webp(kind: bytes, size: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + size + bytes(10)


def lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height))


def lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14))


def extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def tokens(data: bytes) -> int:
    return image_tokens(base64.b64encode(data).decode())


@pytest.mark.parametrize("make", [png, gif, jpeg, lossy, lossless, extended])
@pytest.mark.parametrize(
    ("width", "height", "expected"), [(1920, 1080, 69 * 39 + 2), (10, 10, LEAST_TOKENS), (16_000, 9000, MOST_TOKENS)]
)
def test_a_size_is_read(make: Make, width: int, height: int, expected: int) -> None:
    assert tokens(make(width, height)) == expected


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"BM123456", b"\x89PNG\r\n\x1a\n", webp(b"ABCD", b"\0" * 20)])
def test_without_a_size_it_costs_a_safe_figure(data: bytes) -> None:
    assert tokens(data) == UNKNOWN_TOKENS


@given(st.sampled_from([b"", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"GIF89a"]), st.binary(max_size=60))
def test_nothing_breaks_it(start: bytes, rest: bytes) -> None:
    assert LEAST_TOKENS <= tokens(start + rest) <= MOST_TOKENS


@given(st.text(max_size=40))
def test_nor_does_what_is_no_base64(data: str) -> None:
    assert image_tokens(data) >= LEAST_TOKENS
