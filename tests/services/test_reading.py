"""Attached files become material and pictures, or one sentence with a name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.errors import InputError
from bot.services.reading import Attached, FileReader, Material, read_attached
from bot.ui import text
from bot.ui.sentences import files
from tests.files.made import opened, pdf_pages, picture, png_of_claimed_size, scanned_pdf

ROOT = Path(__file__).resolve().parents[2]
MIB = 1024 * 1024


def reading(data: bytes) -> Callable[[], Awaitable[bytes]]:
    async def read() -> bytes:
        return data

    return read


def attached(name: str, data: bytes, size_bytes: int | None = None) -> Attached:
    return Attached(name, len(data) if size_bytes is None else size_bytes, reading(data))


async def unread() -> bytes:
    raise AssertionError("fetched though it should be refused by what Discord tells")


async def gone() -> bytes:
    raise FileNotFoundError


async def sentence_for(*several: Attached) -> str:
    with pytest.raises(InputError) as refused:
        await read_attached(several, FileReader())
    return text.sentence(refused.value)


async def test_files_of_every_kind_come_in_their_order() -> None:
    result = await read_attached(
        [
            attached("message.txt", b"a long paste\n"),
            attached("a.png", picture()),
            attached("b.pdf", pdf_pages(["Hello"])),
            attached("c.jpg", picture(kind="WEBP")),
            attached("d.py", b"print(1)\n"),
        ],
        FileReader(),
    )
    assert result.materials == (
        Material("message.txt", "a long paste\n", ""),
        Material("b.pdf", "[page 1]\nHello\n\n", ""),
        Material("d.py", "print(1)\n", ""),
    )
    assert [(each.name, each.image.mime) for each in result.pictures] == [
        ("a.png", "image/png"),
        ("c.jpg", "image/jpeg"),
    ]
    assert opened(result.pictures[0].image.data).size == (40, 30)


async def test_nothing_attached_is_nothing_read() -> None:
    result = await read_attached([], FileReader())
    assert (result.materials, result.pictures) == ((), ())


async def test_long_files_share_what_short_ones_leave() -> None:
    long = b"123456789\n" * 1000
    several = [attached("short", b"words\n"), attached("long", long), attached("longer", long * 2)]
    short, first, second = (await read_attached(several, FileReader(), budget_chars=1006)).materials
    assert short == Material("short", "words\n", "")
    assert first == Material("long", long.decode()[:500], "first 500 of 10,000 characters")
    assert second == Material("longer", long.decode()[:500], "first 500 of 20,000 characters")


async def test_a_scan_comes_as_a_note_and_pictures_of_its_pages() -> None:
    result = await read_attached([attached("scan.pdf", scanned_pdf(2))], FileReader())
    assert result.materials == (Material("scan.pdf", "", "no text in it, pages 1 to 2 of 2 are attached as pictures"),)
    assert [(each.name, each.note) for each in result.pictures] == [("scan.pdf", "page 1"), ("scan.pdf", "page 2")]


async def test_many_scans_do_not_bring_more_pictures_than_files_are_allowed() -> None:
    scans = [attached(f"{number}.pdf", scanned_pdf(5)) for number in range(5)]
    assert len((await read_attached(scans, FileReader())).pictures) == 10


async def test_too_many_files_are_refused_before_any_is_fetched() -> None:
    said = await sentence_for(*[Attached("a", 1, unread)] * 11)
    assert said == "That is 11 files; I can take 10 with one question. Please attach fewer."


async def test_a_file_too_large_is_refused_before_any_is_fetched() -> None:
    said = await sentence_for(Attached("a", 1, unread), Attached("b.log", 26 * MIB, unread))
    assert said.startswith("`b.log` is 26.0 MiB; I can take files up to 25.0 MiB.")


async def test_a_file_larger_than_it_was_told_to_be_is_refused() -> None:
    assert (await sentence_for(attached("b.log", b"x" * (25 * MIB + 1), 5))).startswith("`b.log` is 25.0 MiB;")


async def test_an_empty_file_is_refused() -> None:
    assert await sentence_for(Attached("a", 0, unread)) == "`a` is empty. Please attach it again, with something in it."
    assert (await sentence_for(attached("a", b"", 5))).startswith("`a` is empty.")


async def test_a_file_that_is_gone_is_named() -> None:
    assert await sentence_for(Attached("a.txt", 5, gone)) == text.sentence(InputError("file_gone", name="a.txt"))


async def test_anything_else_is_refused_by_name() -> None:
    assert await sentence_for(attached("x.zip", b"PK\x03\x04\x14\x00")) == (
        "`x.zip` is something I cannot read. I read pictures, text, source code, CSV, JSON and PDF."
    )


async def test_a_picture_of_too_many_pixels_is_refused_with_its_size() -> None:
    assert await sentence_for(attached("huge.png", png_of_claimed_size(30_000, 30_000))) == (
        "`huge.png` has 30,000 × 30,000 pixels; I can take up to 50 million of that kind. Please attach a smaller one."
    )


FACTS = {"name": "a`b.txt", "size": "26.0 MiB", "limit": 10, "count": 11, "width": 9, "height": 9, "megapixels": 50}


@pytest.mark.parametrize("code", files.INPUT)
def test_each_refusal_is_a_sentence_that_names_the_file(code: str) -> None:
    said = text.sentence(InputError(code, **FACTS))
    assert said.endswith(".")
    assert "{" not in said
    assert "`a'b.txt`" in said or code == "file_count"


def test_every_refusal_raised_has_its_sentence() -> None:
    sources = [*(ROOT / "bot/files").glob("*.py"), ROOT / "bot/services/reading.py"]
    raised = {
        code for source in sources for code in re.findall(r'"((?:file|picture|pdf)_\w+)"', source.read_text("utf-8"))
    }
    assert raised - {"picture_bytes"} == set(files.INPUT)
