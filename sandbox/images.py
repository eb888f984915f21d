"""Width and height of a picture, read from the first bytes of PNG, GIF, JPEG and WebP files; and a plain PNG."""

from __future__ import annotations

import struct
import zlib

Size = tuple[int, int]

_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def find_size(data: bytes) -> Size | None:
    """Return (width, height), or None for what is no whole header of a known kind."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _pair(">II", data, 16)
        if data[:6] in {b"GIF87a", b"GIF89a"}:
            return _pair("<HH", data, 6)
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return None
    return None


def _pair(format_: str, data: bytes, offset: int) -> Size:
    width, height = struct.unpack_from(format_, data, offset)
    return width, height


def _jpeg(data: bytes) -> Size | None:
    """Walk the segments to the first frame header, where the height stands before the width."""
    at = 2
    while data[at] == 0xFF:
        if data[at + 1] in _JPEG_FRAMES:
            height, width = _pair(">HH", data, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _webp(data: bytes) -> Size | None:
    """Read the three kinds of first chunk: lossy, lossless, extended."""
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = _pair("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        width_low, width_high, height_low, height_high = struct.unpack_from("<HBHB", data, 24)
        return (width_high << 16 | width_low) + 1, (height_high << 16 | height_low) + 1
    return None


def plain_png(colour: int, side_px: int) -> bytes:
    """Return a square PNG of one colour. colour: 0xRRGGBB."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 3, 0, 0, 0)
    rows = zlib.compress(bytes(side_px * (side_px + 1)))  # a filter byte and indices into the palette, all 0
    chunks = ((b"IHDR", header), (b"PLTE", colour.to_bytes(3, "big")), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
