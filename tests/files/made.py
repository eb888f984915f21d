"""Files made by hand: pictures by Pillow, PDFs and bombs by their bytes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image


def picture(mode: str = "RGB", size: tuple[int, int] = (40, 30), kind: str = "PNG", **options: Any) -> bytes:
    return saved(Image.new(mode, size), kind, **options)


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:  # any value: an option of Pillow's
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_claimed_size(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(3_000_000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


def pdf_pages(texts: Sequence[str], box: str = "0 0 595 842") -> bytes:
    """Return a PDF with a line of text on each page."""
    streams = [f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode() if text else b"" for text in texts]
    return pdf_streams(streams, box)


def pdf_streams(streams: Sequence[bytes], box: str = "0 0 595 842", filtered: str = "") -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, stream in enumerate(streams):
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] {font} /Contents {5 + 2 * number} 0 R >>"
        objects.append(page.encode())
        objects.append(f"<< /Length {len(stream)} {filtered} >>\nstream\n".encode() + stream + b"\nendstream")
    return pdf(objects)


def pdf(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """Return a PDF of objects numbered from 1; the first is the catalogue."""
    data, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF\n".encode()


def locked_pdf() -> bytes:
    """Return a PDF whose user password is not the empty one."""
    nothing = "00" * 32
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{nothing}> /U <{nothing}> >> /ID [<00> <00>]"
    pages = b"<< /Type /Pages /Kids [] /Count 0 >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages], lock)


def scanned_pdf(pages: int) -> bytes:
    sheets = [Image.new("RGB", (600, 800), (200, 30 * number, 0)) for number in range(pages)]
    return saved(sheets[0], "PDF", save_all=True, append_images=sheets[1:])
