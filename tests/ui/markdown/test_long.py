from __future__ import annotations

import time

import pytest

from bot.ui.markdown import ANSWER_FILENAME, MESSAGES_MOST, OVERFLOW_NOTE_CHARS, Pages, split
from tests.ui.markdown.judging import check_fences, check_size


def long_answer(characters: int) -> str:
    block = (
        "Some **bold** words and `code`.\n\n- one\n- two\n\n```py\nprint(1)\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n"
    )
    return (block * (characters // len(block) + 1))[:characters]


def test_long_code_also_comes_as_a_file_with_the_languages_extension() -> None:
    code = "".join(f"x_{number} = {number}\n" for number in range(61))
    pages = Pages()
    pages.append(f"Look:\n```python\n{code}```\nand\n~~~rs\nfn main() {{}}\n~~~\n")

    assert [(file.filename, file.text) for file in pages.files()] == [("code.py", code)]
    assert "x_60 = 60" in "".join(piece.shown for piece in pages.pieces(is_complete=True))


def test_a_block_on_the_threshold_is_no_file() -> None:
    pages = Pages()
    pages.append("```py\n" + "x\n" * 60 + "```")

    assert pages.files() == []
    assert len(pages.files(min_lines=59)) == 1
    assert len(pages.files(min_chars=119)) == 1


@pytest.mark.parametrize(
    ("language", "filename"),
    [("js", "code.js"), ("C++", "code.cpp"), ("c#", "code.cs"), ("", "code.txt"), ("klingon", "code.txt"),
     ("dockerfile", "Dockerfile"), ("objective-c", "code.m"), ("YAML", "code.yaml"), ("{.python}", "code.py")],
)  # fmt: skip
def test_a_files_name_follows_the_language(language: str, filename: str) -> None:
    pages = Pages()
    pages.append(f"```{language}\n{'x' * 2000}\n```")

    assert [file.filename for file in pages.files()] == [filename]


def test_several_files_are_numbered() -> None:
    pages = Pages()
    pages.append(f"```py\n{'x' * 2000}\n```\n\n  ```py\n  {'y' * 2000}\n  ```\n> ```js\n> {'z' * 2000}\n> ```")

    assert [file.filename for file in pages.files()] == ["code-1.py", "code-2.py", "code.js"]
    assert [file.text[:2] for file in pages.files()] == ["xx", "yy", "zz"]


def test_an_answer_of_many_messages_is_its_beginning_and_a_file() -> None:
    text = long_answer(30_000)
    pages = Pages(most_messages=MESSAGES_MOST)
    sealed: list[str] = []
    for at in range(0, len(text), 500):
        pages.append(text[at : at + 500])
        shown = [piece.shown for piece in pages.pieces()]
        assert shown[: len(sealed)] == sealed
        sealed = shown if pages.is_overflowing else shown[:-1]

    pieces = pages.pieces(is_complete=True)
    assert len(pieces) == MESSAGES_MOST
    assert pages.is_overflowing
    assert len(pieces[-1].shown) <= 2000 - OVERFLOW_NOTE_CHARS
    assert pages.characters == 30_000
    assert (pages.whole().filename, pages.whole().text) == (ANSWER_FILENAME, text)
    check_size(pieces, 2000)
    check_fences(pieces)


def test_an_answer_that_just_fits_does_not_overflow() -> None:
    pages = Pages(most_messages=2)
    pages.append("word " * 500)

    assert len(pages.pieces(is_complete=True)) == 2
    assert not pages.is_overflowing


@pytest.mark.parametrize("most", [None, MESSAGES_MOST])
@pytest.mark.parametrize(
    "text",
    [
        long_answer(50_000),
        "word " * 10_000,
        "x" * 50_000,
        "```py\n" + "x = 1\n" * 8000,
        "**a _b " * 7000,
        "`a " * 16_000,
    ],
    ids=["mixed", "one line", "one word", "code", "marks", "backticks"],
)
def test_a_text_of_twice_the_length_costs_about_twice_as_much(text: str, most: int | None) -> None:
    half, whole = cost_s(text[: len(text) // 2], most), cost_s(text, most)

    assert whole < 4 * half + 0.2


def cost_s(text: str, most: int | None) -> float:
    pages, began = Pages(most_messages=most), time.process_time()
    for at in range(0, len(text), 100):
        pages.append(text[at : at + 100])
        pages.pieces()
    return time.process_time() - began


@pytest.mark.parametrize("text", ["", " ", "\n" * 5000, "\u200b", "\u200d" * 5000, " \n\t", "<!-- nothing -->"])
def test_text_in_which_nothing_can_be_seen_makes_no_message(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "```",
        "```py",
        "```py\nx = 1",
        "~~~\n",
        "`" * 5000,
        "```" * 900,
        ">" * 10_000 + " deep",
        "> " * 10_000,
        "x" * 10_000,
        "\ud800 lone",
        "a\x00b",
        "\u202e" + "right to left " * 300,
        "\u200b".join("zero width" * 400),
        "[" * 5000,
        "**" * 5000,
        "| a | b |\n|---|---|",
        "$" * 3000,
        "\\" * 3001,
        "https://e.org/" + "x" * 5000,
        "[a](https://e.org/" + "x" * 5000 + ")",
        "||" * 3001,
        "- " * 3000,
        "#" * 3000,
        "<!--" * 1000,
        "\r\n" * 3000 + "end",
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_odd_texts_fit_and_are_closed(text: str) -> None:
    pieces = split(text)

    assert pieces
    check_size(pieces, 2000)
    check_fences(pieces)
    for piece in pieces:
        piece.shown.encode()


def test_an_answer_of_two_hundred_thousand_characters_is_shown_in_full_where_that_is_asked() -> None:
    text = long_answer(200_000)

    pieces = split(text)

    check_size(pieces, 2000)
    check_fences(pieces)
    assert sum(piece.raw.count("**bold**") for piece in pieces) == text.count("**bold**")
