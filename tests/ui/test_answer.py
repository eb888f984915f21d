from __future__ import annotations

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui import text
from bot.ui.answer import AnswerView
from bot.ui.face import MESSAGE_LIMIT_CHARS, Face


class Buttons:
    """A layout that is only compared here."""

    def build(self) -> discord.ui.View:
        raise NotImplementedError


BUTTONS = Buttons()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def contents(view: AnswerView) -> list[str]:
    return [face.content or "" for face in view.faces()]


def test_before_anything_happens_there_is_nothing_to_show() -> None:
    assert AnswerView(heading="-# question").faces() == []


def test_thinking_shows_how_long_it_lasts_until_text_comes() -> None:
    clock = Clock()
    view = AnswerView(clock=clock)
    view.think()
    clock.now += 12
    view.think()

    assert contents(view) == [text.thinking(12)]
    view.write("\n ")
    assert contents(view) == [text.thinking(12)]
    view.write("Hello")
    assert contents(view) == ["\n Hello"]


def test_an_empty_delta_is_no_text() -> None:
    view = AnswerView()
    view.write("")

    assert not view.has_text


def test_the_heading_stands_above_the_first_message_only() -> None:
    view = AnswerView(heading="-# question")
    view.write("word " * 900)

    first, *others = contents(view)

    assert first.startswith("-# question\nword ")
    assert others
    assert not any("question" in content for content in others)


def test_buttons_come_with_the_end_and_stand_under_the_last_message() -> None:
    view = AnswerView(layout=BUTTONS)
    view.write("word " * 900)
    assert [face.layout for face in view.faces()] == [None] * 3
    view.end()
    assert [face.layout for face in view.faces()] == [None, None, BUTTONS]


@pytest.mark.parametrize(("notice", "said"), [("", text.EMPTY_ANSWER), ("It broke.", "It broke.")])
def test_an_answer_without_text_ends_in_one_sentence(notice: str, said: str) -> None:
    view = AnswerView(layout=BUTTONS, heading="-# question")
    view.write(" \n")
    view.end(notice)

    assert view.faces() == [Face(f"-# question\n{said}", BUTTONS)]


def test_the_notice_stands_under_the_text() -> None:
    view = AnswerView()
    view.write("```py\nhalf a block")
    view.end("It broke.")

    assert contents(view) == ["```py\nhalf a block\n```\n-# It broke."]


def test_a_notice_without_room_gets_a_message_and_the_buttons() -> None:
    view = AnswerView(layout=BUTTONS)
    view.write("x" * MESSAGE_LIMIT_CHARS)
    view.end("It broke.")

    assert view.faces() == [Face("x" * MESSAGE_LIMIT_CHARS), Face("-# It broke.", BUTTONS)]


BLANKS = st.integers(0, 2500).map(lambda count: "\n" * count)
TEXTS = st.integers(1, 2500).map(lambda count: "x" * count)


@given(st.lists(BLANKS | TEXTS | st.just("```py\n"), max_size=6), st.sampled_from(["", "-# question"]))
def test_every_message_fits_and_is_not_blank(deltas: list[str], heading: str) -> None:
    view = AnswerView(heading=heading)
    for delta in deltas:
        view.write(delta)
        assert all(len(content.strip()) > 0 and len(content) <= MESSAGE_LIMIT_CHARS for content in contents(view))
    view.end("It broke.")
    assert all(len(content.strip()) > 0 and len(content) <= MESSAGE_LIMIT_CHARS for content in contents(view))
    assert view.text == "".join(deltas)
