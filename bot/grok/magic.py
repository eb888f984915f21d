"""What a file is, by its first bytes: names, addresses and labels lie (point 20)."""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 64  # as much of a file as `find_kind` needs

_MP4_BRANDS_ELSEWHERE = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"qt  ", b"M4A ", b"crx ")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A type of file that the bot handles. extension: without a dot."""

    mime: str
    extension: str


_JPEG = FileKind("image/jpeg", "jpg")
_PNG = FileKind("image/png", "png")
_GIF = FileKind("image/gif", "gif")
_WEBP = FileKind("image/webp", "webp")
_MP4 = FileKind("video/mp4", "mp4")
_WEBM = FileKind("video/webm", "webm")


def find_kind(head: bytes) -> FileKind | None:
    """Return the kind of a file that begins with `head`, None if it is neither a picture nor a clip we know."""
    if head.startswith(b"\xff\xd8\xff"):
        return _JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _WEBP
    if head[4:8] == b"ftyp" and head[8:12] not in _MP4_BRANDS_ELSEWHERE:
        return _MP4
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:HEAD_BYTES]:
        return _WEBM
    return None
