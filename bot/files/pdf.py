"""Read PDFs: their text by pages, or pictures of the pages where there is no text."""

from __future__ import annotations

import re

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from PIL import Image
from pypdfium2 import raw

from bot.errors import InputError
from bot.files.content import Content, Document, Limits, Picture
from bot.files.pictures import encoded

PAGE_LIMIT = 100
PAGE_LONG_SIDE_PX = 1600  # small print of a page of A4 can be read
MAX_SCALE = 4.0  # pixels for a point: a stamp is not blown up to a poster

_HYPHEN_AT_LINE_END = re.compile("[\ufffe\x02]\r?\n?")  # how pdfium tells of one
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_pdf(data: bytes, limits: Limits) -> Content:
    """Return the text of a PDF, or pictures of its first pages if it has none.

    Raises InputError "pdf_locked", "file_broken".
    """
    document = _open(data)
    pages = len(document)
    if not pages:
        raise InputError("file_broken")
    text, ends = _text(document, limits.chars)
    if text:
        return Content(Document(text, pages, "pages", ends))
    shown = min(pages, limits.page_pictures)
    pictures = tuple(_picture(document, number, limits.picture_bytes // shown) for number in range(shown))
    return Content(Document("", pages, "scan", shown=shown), pictures)


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as failed:
        is_locked = failed.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        raise InputError("pdf_locked" if is_locked else "file_broken") from failed


def _text(document: pypdfium2.PdfDocument, limit_chars: int) -> tuple[str, tuple[int, ...]]:
    """Return the text under the number of each page, and where each page ends; nothing if no page has any text."""
    text, ends, has_text = "", [], False
    for number in range(min(len(document), PAGE_LIMIT)):
        on_page = _page_text(document, number, limit_chars)
        has_text = has_text or bool(on_page)
        text += f"[page {number + 1}]\n{on_page or '(no text on this page)'}\n\n"
        ends.append(len(text))
        if len(text) > limit_chars:
            break
    return (text[: limit_chars + 1], tuple(ends)) if has_text else ("", ())


def _page_text(document: pypdfium2.PdfDocument, number: int, limit_chars: int) -> str:
    page = document[number]
    words = page.get_textpage()
    text = words.get_text_range(0, min(words.count_chars(), limit_chars + 1))
    words.close()
    page.close()
    unbroken = _HYPHEN_AT_LINE_END.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", unbroken).strip()


def _picture(document: pypdfium2.PdfDocument, number: int, limit_bytes: int) -> Picture:
    """Draw a page. A side is at least a pixel and at most PAGE_LONG_SIDE_PX long, whatever size the page claims."""
    page = document[number]
    scale = min(MAX_SCALE, PAGE_LONG_SIDE_PX / max(1.0, *page.get_size()))
    drawn: Image.Image = page.render(scale=scale).to_pil()
    return encoded(drawn, limit_bytes, is_sharp=False, note=f"page {number + 1}")
