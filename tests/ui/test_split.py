from __future__ import annotations

import importlib.metadata
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ui.split import FENCE, Pages, Piece, split

WORDS = st.sampled_from(
    ["word", "Grok", "漢字。", "é", "👩‍👩‍👧", "e\u0301", "a_b", "2 * 3", "…", "end.", "why?", "x" * 90, "-", "1."]
)
SPANS = st.sampled_from(
    ["**bold words**", "`inline code`", "[a link](https://example.org/a_b?c=d)", "~~gone~~", "||hidden||", "__under__"]
)
LANGUAGES = st.sampled_from(["", "python", "c++", "objective-c", "text"])
SENTENCES = st.lists(WORDS | SPANS, min_size=1, max_size=30).map(" ".join)
LISTS = st.lists(SENTENCES, min_size=1, max_size=5).map(lambda items: "\n".join(f"- {item}" for item in items))
CODE = st.lists(st.sampled_from(["x = `1`", "", "    deep()", "y" * 120, "# [no](link", "**"]), max_size=30)
FENCED = st.builds(lambda language, lines: "\n".join([FENCE + language, *lines, FENCE]), LANGUAGES, CODE)
MARKDOWN = st.lists(SENTENCES | LISTS | FENCED, max_size=8).map("\n\n".join)
NOISE = st.lists(
    st.sampled_from(["`", "``", FENCE, "\n", " ", "a", "[", "](", ")", "**", "\u200d", "漢", "```py\n", "z" * 70]),
    max_size=150,
).map("".join)
LIMITS = st.integers(120, 400)

# What must be read whole: short spans as people write them, outside fences.
SHORT_SPAN = re.compile(r"\[[^\[\]\n]{1,30}\]\(https?://[^()\s]{1,40}\)|\*\*[\w ]{1,30}\*\*|`[\w ]{1,30}`")
FENCED_PART = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def readmes() -> list[str]:
    metadata = (package.read_text("METADATA") or "" for package in importlib.metadata.distributions())
    return sorted({body for text in metadata if "\n#" in (body := text.partition("\n\n")[2])}, key=len)[:40]


def check_messages(text: str, pieces: list[Piece], limit: int) -> None:
    assert "".join(piece.raw for piece in pieces) == text
    assert [len(piece.shown) for piece in pieces if len(piece.shown) > limit] == []
    assert [piece.shown for piece in pieces if piece.shown.count(FENCE) % 2] == []


def spans_cut_through(text: str, pieces: list[Piece]) -> list[str]:
    fenced = [found.span() for found in FENCED_PART.finditer(text)]
    cuts, at = [], 0
    for piece in pieces[:-1]:
        at += len(piece.raw)
        cuts.append(at)
    return [
        found[0]
        for found in SHORT_SPAN.finditer(text)
        if any(found.start() < cut < found.end() for cut in cuts)
        and not any(start < found.end() and found.start() < end for start, end in fenced)
    ]


def in_chunks(text: str, sizes: list[int]) -> list[str]:
    chunks, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        chunks.append(text[at : at + size])
        at, turn = at + size, turn + 1
    return chunks


@settings(max_examples=300, deadline=None)
@given(MARKDOWN, LIMITS)
def test_markdown_is_cut_into_messages_that_read_well_alone(text: str, limit: int) -> None:
    pieces = split(text, limit)

    check_messages(text, pieces, limit)
    assert spans_cut_through(text, pieces) == []


@settings(max_examples=300, deadline=None)
@given(NOISE, LIMITS)
def test_broken_markdown_still_fits_and_loses_nothing(text: str, limit: int) -> None:
    check_messages(text, split(text, limit), limit)


@settings(max_examples=300, deadline=None)
@given(MARKDOWN | NOISE, LIMITS, st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_a_growing_answer_keeps_its_text_and_its_full_messages(text: str, limit: int, sizes: list[int]) -> None:
    pages = Pages(limit)
    so_far, sealed = "", list[Piece]()
    for chunk in in_chunks(text, sizes):
        pages.append(chunk)
        so_far += chunk
        pieces = pages.pieces()
        shown = "".join(piece.raw for piece in pieces)
        assert so_far.startswith(shown)
        assert so_far[len(shown) :] in {"", "`", "``"}  # may still become a fence
        assert pages.text == so_far
        check_messages(shown, pieces, limit)
        assert pieces[: len(sealed)] == sealed
        sealed = pieces[:-1]

    check_messages(text, pages.pieces(is_complete=True), limit)


@settings(max_examples=300, deadline=None)
@given(MARKDOWN, LIMITS, st.lists(st.integers(1, 12), min_size=1, max_size=8))
def test_a_growing_answer_is_not_cut_through_what_is_still_arriving(text: str, limit: int, sizes: list[int]) -> None:
    pages = Pages(limit)
    for chunk in in_chunks(text, sizes):
        pages.append(chunk)
        pages.pieces()

    assert spans_cut_through(text, pages.pieces(is_complete=True)) == []


@pytest.mark.parametrize(
    "span", ["**bold words here**", "`code in a line`", "[a link](https://example.org)", "~~a b~~"]
)
@pytest.mark.parametrize("filler", range(90, 127))
def test_a_span_that_is_still_arriving_when_its_message_is_full_goes_to_the_next(span: str, filler: int) -> None:
    text = ("word " * 30)[:filler] + " " + span + " and more" * 10
    pages = Pages(130)
    for character in text:
        pages.append(character)
        pages.pieces()

    assert any(span in piece.raw for piece in pages.pieces(is_complete=True))


@pytest.mark.parametrize("whole", ["e\u0301\u0323", "👍🏽", "👩‍👩‍👧", "❤️", "1️⃣", "🇫🇷", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "각", "नि"])
@pytest.mark.parametrize("offset", range(12))
def test_a_composed_character_is_not_cut_through(whole: str, offset: int) -> None:
    first, *_ = split("x" * (120 - offset) + whole * 40, 130)

    assert len(first.raw.lstrip("x")) % len(whole) == 0


@pytest.mark.parametrize("line", range(100, 121))
def test_a_fences_language_is_not_cut_through(line: int) -> None:
    pieces = split("x" * line + "```python\nprint(1)\n```\n" + "word " * 30, 130)

    assert [piece for piece in pieces if "python" in piece.raw and "```python\n" not in piece.raw] == []
    assert not any(piece.raw.startswith("thon") for piece in pieces)


@pytest.mark.parametrize("lines", range(8, 16))
def test_code_that_just_fits_leaves_no_empty_block_behind(lines: int) -> None:
    pieces = split("```py\n" + "x = 1234567\n" * lines + "```\n" + "After.\n" * 20, 130)

    assert [piece.shown for piece in pieces if "```py\n```" in piece.shown] == []


@pytest.mark.parametrize("limit", [300, 2000])
def test_readmes_as_people_write_them_are_cut_well(limit: int) -> None:
    texts = readmes()
    assert len(texts) > 5
    for text in texts:
        pieces = split(text, limit)
        check_messages(text, pieces, limit)
        assert spans_cut_through(text, pieces) == []


def test_a_fence_cut_in_two_is_closed_and_opened_again_with_its_language() -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(40))

    first, second, *_ = split(f"Look:\n```python\n{code}\n```\nDone.", 300)

    assert first.shown.endswith("\n```")
    assert second.shown.startswith("```python\nline_")


def test_a_first_message_with_a_heading_has_less_room() -> None:
    pages = Pages(200, first_limit=120)
    pages.append("word " * 100)

    lengths = [len(piece.shown) for piece in pages.pieces(is_complete=True)]

    assert lengths[0] <= 120 < lengths[1] <= 200


def test_backticks_that_may_become_a_fence_are_held_back_until_the_end() -> None:
    pages = Pages()
    pages.append("Code: ``")

    assert [piece.shown for piece in pages.pieces()] == ["Code: "]
    assert [piece.shown for piece in pages.pieces(is_complete=True)] == ["Code: ``"]


@pytest.mark.parametrize("text", ["", " ", "\n" * 5000, FENCE * 900, "`" * 5000, "x" * 5000, "\u200d" * 5000])
def test_odd_texts_end_and_lose_nothing(text: str) -> None:
    check_messages(text, split(text), 2000)
