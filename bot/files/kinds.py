"""What a file is, by its first bytes: names lie."""

from __future__ import annotations

from typing import Literal

PictureFormat = Literal["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"]


def find_picture(head: bytes) -> PictureFormat | None:
    """Return the format of a picture that begins with `head`, None if it is none that can be read."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    if head.startswith(b"BM") and head[6:10] == bytes(4):  # two reserved words; "BM" alone may begin a sentence
        return "BMP"
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return "TIFF"
    if head[4:8] == b"ftyp" and head[8:12] in {b"avif", b"avis"}:
        return "AVIF"
    return None


def is_pdf(data: bytes) -> bool:
    """Tell whether this is a PDF. Readers take some bytes before its mark (ISO 32000-1, appendix H, note 12)."""
    return b"%PDF-" in data[:1024]
