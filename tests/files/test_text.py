"""Text is known by its bytes and read whatever it is."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest

from bot.errors import InputError
from bot.files.fitting import fit
from bot.files.text import read_text


def read(data: bytes, name: str = "message.txt", limit: int = 1000) -> tuple[str, str]:
    return fit(read_text(name, data, limit), limit)


@pytest.mark.parametrize(
    "data",
    [
        "Grüße, 世界 🙂\n".encode(),
        "Grüße, 世界 🙂\n".encode("utf-8-sig"),
        "Grüße, 世界 🙂\r\n".encode("utf-16"),
        b"\xfe\xff" + "Grüße, 世界 🙂\r".encode("utf-16-be"),
        "Grüße, 世界 🙂\n".encode("utf-32"),
    ],
)
def test_unicode_is_read_in_each_of_its_forms(data: bytes) -> None:
    assert read(data) == ("Grüße, 世界 🙂\n", "")


def test_western_text_of_old_programs_is_read() -> None:
    assert read("“Grüße” kosten 5 €, déjà vu".encode("cp1252")) == ("“Grüße” kosten 5 €, déjà vu", "")


def test_text_of_another_old_alphabet_is_refused_rather_than_guessed() -> None:
    with pytest.raises(InputError, match="file_encoding"):
        read("Привет, как дела у тебя".encode("cp1251"))


def test_a_log_cut_in_the_middle_of_a_letter_is_still_utf_8() -> None:
    text, _ = read(("Привет, мир " * 10).encode()[1:])
    assert text.startswith("\ufffdривет, мир")


def test_colours_and_bells_of_a_terminal_are_dropped() -> None:
    assert read(b"\x1b[1;31mERROR\x1b[0m it broke" + b" and so on" * 20 + b"\x07")[0].startswith("ERROR it broke and")
    assert "\x07" not in read(b"it rings" * 50 + b"\x07")[0]


def archive() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        opened.writestr("a.txt", "hello")
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        archive(),
        b"MZ\x90\x00\x03" + bytes(60),
        b"\x7fELF\x02\x01\x01" + bytes(9),
        b"ID3\x04\x00" + bytes(range(256)),
        b"\x1f\x8b\x08\x08" + bytes(range(1, 256)),
        b"\x01\x02\x03\x04 text",
        b"\x81\x01\x02\x03",
    ],
    ids=["zip", "exe", "elf", "mp3", "gzip", "controls", "high"],
)
@pytest.mark.parametrize("name", ["x.zip", "x.txt", "x.csv"])
def test_what_is_no_text_is_refused_whatever_it_is_called(data: bytes, name: str) -> None:
    with pytest.raises(InputError, match="file_kind"):
        read(data, name)


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_blank_text_is_empty(data: bytes) -> None:
    with pytest.raises(InputError, match="file_empty"):
        read(data)


def test_long_text_is_cut_at_a_line_with_a_note() -> None:
    text, note = read(b"123456789\n" * 300, limit=1005)
    assert text == "123456789\n" * 100
    assert note == "first 1,000 of 3,000 characters"


def test_a_line_without_an_end_is_cut_anywhere() -> None:
    assert read(b"a\n" + b"x" * 3000, limit=100) == ("a\n" + "x" * 98, "first 100 of 3,002 characters")


def test_text_that_fits_exactly_is_whole() -> None:
    assert read(b"x" * 100, limit=100) == ("x" * 100, "")


def test_a_table_is_cut_between_rows_under_its_header() -> None:
    rows = "".join(f'{number};"two\nlines"\n' for number in range(100, 1000))
    text, note = read(f"id;text\n{rows}".encode(), "t.csv", limit=100)
    assert text == "id;text\n" + "".join(f'{number};"two\nlines"\n' for number in range(100, 105))
    assert note == "first 5 of 900 rows, 2 columns"


def test_a_table_that_fits_is_kept_as_it_is() -> None:
    assert read(b"a\tb\n1\t2\n", "t.tsv") == ("a\tb\n1\t2\n", "")
    assert read(b"only a header", "t.csv") == ("only a header", "")


def test_a_table_whose_header_is_too_long_says_so() -> None:
    assert read(b"a," * 200 + b"z\n1,2\n", "t.csv", 100) == ("a," * 50, "a part of the header of 1 rows, 201 columns")


def test_a_table_with_an_endless_cell_is_text_like_any_other() -> None:
    text, note = read(b'a,"' + b"x" * 200_000, "t.csv", 100)
    assert len(text) == 100
    assert note == "first 100 of 200,003 characters"


def test_json_that_fits_is_kept_as_it_is() -> None:
    assert read(b'{"b":  1}', "x.json") == ('{"b":  1}', "")


def test_long_json_in_one_line_is_laid_out_and_cut_at_a_line() -> None:
    data = json.dumps([{"name": "Zoë", "n": number} for number in range(1000)], ensure_ascii=False).encode()
    text, note = read(data, "x.json", 200)
    assert text.startswith('[\n {\n  "name": "Zoë",\n  "n": 0\n },\n')
    assert text.endswith("\n")
    assert note == f"first {len(text)} characters, laid out in lines, of a file of {len(data.decode()):,}"


@pytest.mark.parametrize("data", [b"[" * 200_000, b'{"a": ' * 50_000, b"[1, 2" * 30, b"9" * 9000])
def test_json_that_nobody_can_parse_is_text(data: bytes) -> None:
    text, note = read(data, "x.json", 100)
    assert text == data[:100].decode()
    assert note == f"first 100 of {len(data):,} characters"


def test_a_notebook_comes_as_its_cells_and_what_they_printed() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "words"]},
        {
            "cell_type": "code",
            "source": "1 + 1",
            "outputs": [
                {"output_type": "stream", "text": ["printed\n"]},
                {"output_type": "execute_result", "data": {"text/plain": "2", "image/png": "iVBORw0"}},
                {"output_type": "error", "traceback": ["\x1b[31mZeroDivisionError\x1b[0m"]},
            ],
        },
    ]
    text, note = read(json.dumps({"cells": cells}).encode(), "x.ipynb")
    assert text == (
        "[markdown cell 1]\n# Title\nwords\n\n[code cell 2]\n1 + 1\n\n[output of cell 2]\nprinted\n2ZeroDivisionError"
    )
    assert note == ""


@pytest.mark.parametrize(
    "notebook",
    [{"cells": 5}, {"cells": [7, {}, {"source": {}, "outputs": 3}, {"outputs": [None, {"data": []}]}]}, [], "text"],
)
def test_an_odd_notebook_is_read_all_the_same(notebook: object) -> None:
    assert read(json.dumps(notebook).encode(), "x.ipynb")[0]
