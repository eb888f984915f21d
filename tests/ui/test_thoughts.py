from __future__ import annotations

import pytest

from bot.ui.face import MESSAGE_LIMIT_CHARS
from bot.ui.thoughts import LINE_CHARS, last_line, thoughts_view


@pytest.mark.parametrize(
    ("thoughts", "line"),
    [
        ([], ""),
        (["\n", " --- \n"], ""),
        (["one\n", "tw", "o"], "one"),
        (["one\n", "tw", "o\n"], "two"),
        (["on"], "on"),
        (["one\n", "\n***\n"], "one"),
        (["a **b** @everyone\n"], "a \\*\\*b\\*\\* @\u200beveryone"),
    ],
)
def test_the_last_line_that_says_anything_is_shown(thoughts: list[str], line: str) -> None:
    assert last_line(thoughts) == line


def test_the_last_line_is_short() -> None:
    assert len(last_line(["x" * 5000])) <= LINE_CHARS


def test_thoughts_are_quoted_and_say_how_long_they_took() -> None:
    assert thoughts_view("one\ntwo\n", 12.4) == ("💭 Grok thought for 12 s:\n> one\n> two", [])


def test_thoughts_cannot_mention_anybody() -> None:
    assert "@everyone" not in thoughts_view("@everyone", 0)[0]


def test_long_thoughts_come_as_a_file() -> None:
    content, [file] = thoughts_view("thought " * 1000, 3)
    assert len(content) <= MESSAGE_LIMIT_CHARS
    assert file.filename == "thoughts.md"
    assert file.fp.read().decode() == ("thought " * 1000).strip()
