"""PDFs are read by the real library: their text by pages, or pictures of what was scanned."""

from __future__ import annotations

import pytest

from bot.errors import InputError
from bot.files.content import Content, Limits
from bot.files.fitting import fit
from bot.files.kinds import is_pdf
from bot.files.pdf import PAGE_LIMIT, PAGE_LONG_SIDE_PX, read_pdf
from tests.files.made import locked_pdf, opened, pdf_pages, pdf_streams, scanned_pdf


def text_of(content: Content, limit: int = 60_000) -> tuple[str, str]:
    assert content.document
    return fit(content.document, limit)


def test_the_text_of_each_page_comes_under_its_number() -> None:
    content = read_pdf(pdf_pages(["The first page", "", "The third"]), Limits())
    assert text_of(content) == (
        "[page 1]\nThe first page\n\n[page 2]\n(no text on this page)\n\n[page 3]\nThe third\n\n",
        "",
    )
    assert content.pictures == ()


def test_a_pdf_may_begin_with_other_bytes() -> None:
    assert is_pdf(b"\r\n" + pdf_pages(["x"]))
    assert not is_pdf(b"%PD")


def test_a_long_pdf_is_cut_at_the_limit_of_pages() -> None:
    content = read_pdf(pdf_pages([f"Page {number}" for number in range(1, 121)]), Limits())
    text, note = text_of(content)
    assert f"[page {PAGE_LIMIT}]\nPage 100" in text
    assert "101" not in text
    assert note == "pages 1 to 100 of 120"


def test_a_pdf_is_cut_at_the_limit_of_characters() -> None:
    content = read_pdf(pdf_pages(["words " * 10] * 50), Limits(chars=500))
    text, note = text_of(content, 500)
    assert len(text) <= 500
    assert note == "pages 1 to 8 of 50, the last of them in part"


def test_a_scan_comes_as_pictures_of_its_first_pages() -> None:
    content = read_pdf(scanned_pdf(6), Limits())
    assert text_of(content) == ("", "no text in it, pages 1 to 4 of 6 are attached as pictures")
    assert [picture.note for picture in content.pictures] == ["page 1", "page 2", "page 3", "page 4"]
    assert all(max(opened(picture.data).size) <= PAGE_LONG_SIDE_PX for picture in content.pictures)
    red, green, _ = opened(content.pictures[3].data).getpixel((300, 300))  # type: ignore[misc]  # three bands
    assert abs(red - 200) < 6
    assert abs(green - 90) < 6


@pytest.mark.parametrize("box", ["0 0 1000000 1000000", "0 0 1000000 1", "0 0 0 0", "0 0 0.001 0.001", "0 0 1e9 -5"])
def test_a_page_of_any_size_becomes_a_picture_of_a_bounded_one(box: str) -> None:
    content = read_pdf(pdf_streams([b"0 0 100 100 re f"], box), Limits())
    assert max(opened(content.pictures[0].data).size) <= PAGE_LONG_SIDE_PX


def test_a_locked_pdf_is_refused() -> None:
    with pytest.raises(InputError, match="pdf_locked"):
        read_pdf(locked_pdf(), Limits())


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"garbage " * 500, pdf_pages([])])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="file_broken"):
        read_pdf(data, Limits())


def code_of(data: bytes) -> str:
    try:
        read_pdf(data, Limits())
    except InputError as refused:
        return refused.code
    return ""


def test_a_pdf_cut_anywhere_is_read_or_refused_as_damaged() -> None:
    whole = pdf_pages(["The first page", "The second page"])
    assert {code_of(whole[:end]) for end in range(0, len(whole), 40)} <= {"", "file_broken"}
