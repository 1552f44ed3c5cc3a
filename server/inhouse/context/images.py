"""How many tokens an image takes, from the size that its header tells.

Vision models differ, and no server tells; the figure is that of Qwen2-VL and Qwen2.5-VL, which take most for a large
image: a token for 28 by 28 pixels, up to 16,384 (their preprocessor_config.json: patch_size 14, merge_size 2,
max_pixels 12845056). Small images have a floor, because other models take as much for any image.
"""

import base64
import binascii
import math

PATCH = 28
MOST_TOKENS = 16_384
LEAST_TOKENS = 576
"""LLaVA's, for any image: 24 by 24 patches of 336 by 336 pixels."""
UNKNOWN_TOKENS = 4096
"""Of an image whose header does not tell its size."""

_HEADER = 87_384
"""Characters of base64 that are looked at: 64 kB, since a JPEG may have a whole preview before its size."""

_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""JPEG markers of a frame header, which holds the size (ITU-T T.81, table B.1)."""


def image_tokens(data: str) -> int:
    """`data` is base64. Never fails: what cannot be read costs `UNKNOWN_TOKENS`."""
    size = _size(_start(data))
    if size is None:
        return UNKNOWN_TOKENS
    width, height = size
    patches = math.ceil(width / PATCH) * math.ceil(height / PATCH) + 2
    return min(MOST_TOKENS, max(LEAST_TOKENS, patches))


def _start(data: str) -> bytes:
    head = data[:_HEADER]
    try:
        return base64.b64decode(head[: len(head) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, None for other formats."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        return _big(head[16:20]), _big(head[20:24])
    if head[:6] in {b"GIF87a", b"GIF89a"} and len(head) >= 10:
        return _little(head[6:8]), _little(head[8:10])
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and len(head) >= 30:
        return _webp(head)
    if head[:2] == b"\xff\xd8":
        return _jpeg(head)
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    """RFC 9649, sections 2.5 to 2.7."""
    match head[12:16]:
        case b"VP8 ":
            return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF
        case b"VP8L":
            bits = _little(head[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return _little(head[24:27]) + 1, _little(head[27:30]) + 1
        case _:
            return None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        if head[at + 1] in _FRAMES:
            return _big(head[at + 7 : at + 9]), _big(head[at + 5 : at + 7])
        if head[at + 1] == 0xFF:  # a fill byte
            at += 1
        else:
            at += 2 + max(2, _big(head[at + 2 : at + 4]))
    return None


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
