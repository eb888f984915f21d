from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui.markdown import Pages, Piece, split
from tests.ui.markdown.chance import cases
from tests.ui.markdown.judging import check_fences, check_marks, check_size
from tests.ui.markdown.samples import ANY, LIMITS, MARKDOWN, PLAIN, SIZES, in_deltas, written


def grown(text: str, limit: int, sizes: list[int]) -> list[list[Piece]]:
    """Return what is shown after every delta, and at last when the text is complete."""
    pages = Pages(limit)
    states = []
    for delta in in_deltas(text, sizes):
        pages.append(delta)
        states.append(pages.pieces())
    assert pages.text == text
    return [*states, pages.pieces(is_complete=True)]


@cases(700)
@given(MARKDOWN, LIMITS)
def test_each_message_of_good_markdown_reads_well_alone(text: str, limit: int) -> None:
    pieces = split(text, limit)

    check_size(pieces, limit)
    check_fences(pieces)
    check_marks(pieces)


@cases(600)
@example("\n>", 120)
@given(ANY, LIMITS)
def test_any_text_fits_and_leaves_no_code_open(text: str, limit: int) -> None:
    pieces = split(text, limit)

    check_size(pieces, limit)
    check_fences(pieces)


@cases(500)
@given(ANY, LIMITS, SIZES)
def test_however_a_text_arrives_it_ends_in_the_same_messages(text: str, limit: int, sizes: list[int]) -> None:
    assert grown(text, limit, sizes)[-1] == split(text, limit)


@cases(400)
@given(ANY, LIMITS, SIZES)
def test_full_messages_never_change(text: str, limit: int, sizes: list[int]) -> None:
    sealed: list[Piece] = []
    for pieces in grown(text, limit, sizes):
        check_size(pieces, limit)
        check_fences(pieces)
        assert pieces[: len(sealed)] == sealed
        sealed = pieces[:-1]


@cases(300)
@given(MARKDOWN, LIMITS, SIZES)
def test_whatever_is_shown_meanwhile_is_balanced(text: str, limit: int, sizes: list[int]) -> None:
    for pieces in grown(text, limit, sizes):
        check_marks(pieces[-1:])


@cases(200)
@given(st.lists(PLAIN, min_size=1, max_size=20).map("\n\n".join), LIMITS)
def test_plain_text_comes_out_as_it_went_in(text: str, limit: int) -> None:
    assert "".join(piece.raw for piece in split(text, limit)).rstrip() == text.rstrip()


@cases(200)
@given(MARKDOWN, LIMITS)
def test_however_it_is_cut_the_text_is_the_same(text: str, limit: int) -> None:
    whole = "".join(piece.shown for piece in split(text, 10**6))
    parts = "".join(piece.raw for piece in split(text, limit))
    if "| One |" not in text:  # a long table repeats its header in the next message
        assert parts.strip() == whole.strip()


@pytest.mark.parametrize("limit", [300, 2000])
def test_what_people_wrote_fits_and_is_closed(limit: int) -> None:
    texts = written()
    assert len(texts) > 20
    for text in texts:
        pieces = split(text, limit)
        check_size(pieces, limit)
        check_fences(pieces)


def test_what_people_wrote_ends_the_same_however_it_arrives() -> None:
    for text in written()[:40]:
        states = grown(text[:6000], 700, [37, 5, 211])
        assert states[-1] == split(text[:6000], 700)


def test_ordinary_lines_that_people_wrote_come_out_unchanged_and_in_order() -> None:
    for text in written():
        rendered = "".join(piece.raw for piece in split(text))
        at = 0
        for line in ordinary_lines(text):
            found = rendered.find(line, at)
            assert found >= 0, line
            at = found + len(line)


def ordinary_lines(text: str) -> list[str]:
    """Return the lines in which nothing is marked and that stand in no comment."""
    lines = re.sub(r"<!--.*?(?:-->|\Z)", "", text, flags=re.DOTALL).replace("\r\n", "\n").split("\n")
    return [line for line in lines if re.fullmatch(r"[A-Za-z][A-Za-z0-9 ,.;:'\"()/?-]{20,250}", line)]
