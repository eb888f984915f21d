"""A budget is shared fairly and what was cut is said exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files.content import Document
from bot.files.fitting import fit, share


@given(st.lists(st.integers(0, 5000), max_size=10), st.integers(0, 20_000))
def test_nobody_gets_more_than_needed_and_nothing_is_wasted(lengths: list[int], budget: int) -> None:
    shares = share(lengths, budget)
    assert all(given <= length for given, length in zip(shares, lengths, strict=True))
    assert sum(shares) <= budget
    assert sum(shares) >= min(budget, sum(lengths)) - len(lengths)


def test_short_texts_leave_their_rest_to_long_ones() -> None:
    assert share([10, 900, 900], 1010) == (10, 500, 500)


PAGES = Document("a" * 100, 3, "pages", (30, 60, 100))


@pytest.mark.parametrize(
    ("limit", "note"),
    [
        (100, ""),
        (60, "pages 1 to 2 of 3"),
        (70, "pages 1 to 3 of 3, the last of them in part"),
        (40, "pages 1 to 2 of 3, the last of them in part"),
        (20, "the beginning of page 1 of 3"),
    ],
)
def test_pages_that_were_cut_are_named(limit: int, note: str) -> None:
    assert fit(PAGES, limit) == ("a" * limit, note)


@pytest.mark.parametrize(
    ("total", "shown", "note"),
    [
        (4, 4, "no text in it, pages 1 to 4 of 4 are attached as pictures"),
        (9, 4, "no text in it, pages 1 to 4 of 9 are attached as pictures"),
        (9, 1, "no text in it, page 1 of 9 is attached as a picture"),
    ],
)
def test_a_scan_says_what_came_of_it(total: int, shown: int, note: str) -> None:
    assert fit(Document("", total, "scan", shown=shown), 100) == ("", note)
