from __future__ import annotations

import pytest

from bot.ui.markdown import Pages, split
from tests.ui.markdown.judging import check_fences, check_marks, check_size

WORDS = "word " * 400


@pytest.mark.parametrize("mark", ["**", "*", "_", "__", "~~", "||", "***", "`", "``"])
@pytest.mark.parametrize("lead", ["", "> ", "- ", "1. "])
def test_a_mark_that_is_open_at_the_end_is_closed_and_opened_again(mark: str, lead: str) -> None:
    pieces = split(f"{lead}{mark}{WORDS}end{mark}", 300)

    check_size(pieces, 300)
    assert [piece for piece in pieces[:-1] if not piece.shown.endswith(mark)] == []
    assert [piece for piece in pieces[1:] if not piece.shown.strip().removeprefix("> ").startswith(mark)] == []


def test_a_link_with_many_words_is_closed_and_opened_again() -> None:
    first, second, *_ = split(f"{'a b ' * 20}[{'word ' * 30}end](https://example.org/page) and more.", 130)

    assert "](https://example.org/page)" in second.shown
    assert first.shown.count("[") == first.shown.count("](https://example.org/page)")


@pytest.mark.parametrize(
    ("opening", "reopened"), [("```python", "```python"), ("~~~rust", "```rust"), ("`````", "```")]
)
def test_a_block_of_code_is_closed_and_opened_again_with_its_language(opening: str, reopened: str) -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(40))
    run = opening[: opening.count(opening[0])]

    first, second, *_ = split(f"Look:\n{opening}\n{code}\n{run}\nDone.", 300)

    assert first.shown.endswith("\n```")
    assert second.shown.startswith(f"{reopened}\nline_")


def test_code_in_a_quote_stays_in_the_quote() -> None:
    code = "\n".join(f"> line {number}" for number in range(40))

    pieces = split(f"> Look:\n> ```py\n{code}\n> ```\n\nDone.", 200)

    check_fences(pieces)
    assert pieces[1].shown.startswith("> ```py\n> line")
    assert all(line.startswith("> ") for piece in pieces[:-1] for line in piece.shown.split("\n") if line)


def test_a_quote_goes_on_as_a_quote() -> None:
    pieces = split(f"> {WORDS}", 300)

    assert [piece.shown[:6] for piece in pieces] == ["> word"] * len(pieces)


def test_a_quote_to_the_end_goes_on_in_every_message() -> None:
    pieces = split(f">>> {'word ' * 60}\n\n{'more ' * 60}", 200)

    assert [piece.shown[:4] for piece in pieces] == [">>> "] * len(pieces)


def test_an_item_keeps_its_indent_where_it_goes_on() -> None:
    pieces = split(f"- {WORDS}", 300)

    assert [piece.shown[:3] for piece in pieces[1:]] == ["  w"] * (len(pieces) - 1)


def test_a_heading_is_not_left_alone_at_a_messages_end() -> None:
    pieces = split(f"{'Word. ' * 30}\n\n## Next part\n\n{'More. ' * 30}", 230)

    assert pieces[1].shown.startswith("## Next part")


@pytest.mark.parametrize(
    "span", ["**bold words here**", "`code in a line`", "[a link](https://example.org)", "~~a b~~", "||a secret||"]
)
@pytest.mark.parametrize("filler", range(90, 127))
def test_a_short_span_is_kept_whole_though_its_message_fills_while_it_arrives(span: str, filler: int) -> None:
    pages = Pages(130)
    for character in ("word " * 30)[:filler] + " " + span + " and more" * 10:
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


def test_a_first_message_with_a_heading_has_less_room() -> None:
    pages = Pages(200, first_limit=120)
    pages.append("word " * 100)

    lengths = [len(piece.shown) for piece in pages.pieces(is_complete=True)]

    assert lengths[0] <= 120 < lengths[1] <= 200


def test_nested_marks_are_closed_from_the_inside() -> None:
    pieces = split("**bold *both " + "word " * 60 + "end* bold**", 130)

    check_marks(pieces)
    assert pieces[0].shown.endswith("***")
    assert pieces[1].shown.startswith("***word")
