from __future__ import annotations

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ui import text
from bot.ui.answer import AnswerView, Ending
from bot.ui.controls import AnswerControls
from bot.ui.face import MESSAGE_LIMIT_CHARS, Face, TextUpload
from bot.ui.markdown import MESSAGES_MOST
from bot.ui.sentences import controls as sentences


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


def test_thinking_shows_how_long_it_lasts_and_its_last_line_until_text_comes() -> None:
    clock = Clock()
    view = AnswerView(heading="-# question", clock=clock)
    view.think("First this.\nThen ")
    clock.now += 12
    view.think("*that*\n\n---\n")
    thinking = f"-# question\n{text.thinking(12)}\n-# Then \\*that\\*"
    assert contents(view) == [thinking]
    view.write("\n ")
    assert contents(view) == [thinking]
    view.write("Hello")
    assert contents(view) == ["-# question\n Hello"]


def test_thinking_without_words_shows_only_its_seconds() -> None:
    view = AnswerView(clock=Clock())
    view.think("\n---\n")
    assert contents(view) == [text.thinking(0)]


@pytest.mark.parametrize(("place", "said"), [(1, "-# In line: you are next …"), (4, "-# In line: 3 before you …")])
def test_a_question_in_line_shows_how_many_are_before_it(place: int, said: str) -> None:
    view = AnswerView()
    view.wait(place)
    assert contents(view) == [said]
    view.wait(0)
    assert contents(view) == [sentences.YOUR_TURN]


def test_a_question_that_never_waited_shows_nothing_of_a_line() -> None:
    view = AnswerView()
    view.wait(0)
    assert view.faces() == []


def test_a_placeholder_stands_until_something_comes() -> None:
    view = AnswerView(placeholder=sentences.WRITING_AGAIN)
    assert contents(view) == [sentences.WRITING_AGAIN]
    view.write("Hello")
    assert contents(view) == ["Hello"]


def test_while_it_writes_the_last_message_has_a_stop_button() -> None:
    view = AnswerView(key="7")
    view.write("word " * 900)
    stop = AnswerControls("7", is_writing=True)
    assert [face.layout for face in view.faces()] == [None, None, stop]


def test_a_restart_drops_what_was_written() -> None:
    view = AnswerView()
    view.write("no JSON")
    view.restart()
    assert (view.text, view.has_text) == ("", False)
    view.write("{}")
    assert contents(view) == ["{}"]


def test_a_continued_answer_shows_what_stood_there_before() -> None:
    view = AnswerView(start="One, ")
    assert contents(view) == ["One,"]
    view.write("two.")
    assert view.text == "One, two."


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
    view = AnswerView()
    view.write("word " * 900)
    assert [face.layout for face in view.faces()] == [None] * 3
    view.end(Ending(controls=BUTTONS))
    assert [face.layout for face in view.faces()] == [None, None, BUTTONS]


@pytest.mark.parametrize(("notice", "said"), [("", text.EMPTY_ANSWER), ("It broke.", "It broke.")])
def test_an_answer_without_text_ends_in_one_sentence(notice: str, said: str) -> None:
    view = AnswerView(heading="-# question")
    view.write(" \n")
    view.end(Ending(notice, controls=BUTTONS))

    assert view.faces() == [Face(f"-# question\n{said}", BUTTONS)]


def test_the_notice_stands_under_the_text() -> None:
    view = AnswerView()
    view.write("```py\nhalf a block")
    view.end(Ending("It broke."))

    assert contents(view) == ["```py\nhalf a block\n```\n-# It broke."]


def test_a_notice_without_room_gets_a_message_and_the_buttons() -> None:
    view = AnswerView()
    view.write("x" * MESSAGE_LIMIT_CHARS)
    view.end(Ending("It broke.", controls=BUTTONS))

    assert view.faces() == [Face("x" * MESSAGE_LIMIT_CHARS), Face("-# It broke.", BUTTONS)]


def test_a_text_that_is_complete_is_held_back_no_more() -> None:
    view = AnswerView()
    view.write("See [here](https://exam")
    assert contents(view) == ["See"]
    view.complete()
    assert contents(view) == ["See [here](https://exam"]


def test_json_is_shown_as_code_while_it_is_written() -> None:
    view = AnswerView(is_json=True)
    assert not view.has_text
    view.write('{"_a_": 1')
    assert contents(view) == ['```json\n{"_a_": 1\n```']
    view.restart()
    view.write("{}")
    assert contents(view) == ["```json\n{}\n```"]
    view.replace("no JSON")
    assert contents(view) == ["no JSON"]


def test_sources_notice_and_footer_stand_in_small_print_under_the_text() -> None:
    view = AnswerView()
    view.write("Hello")
    view.end(Ending("It broke.", "grok-3", ("https://www.example.org/a",)))
    assert contents(view) == [
        "Hello\n-# Sources: 1. [example.org](<https://www.example.org/a>)\n-# It broke.\n-# grok-3"
    ]


def test_files_come_with_the_end() -> None:
    view = AnswerView()
    view.write("{}")
    view.end(Ending(files=(TextUpload("answer.json", "{}"),)))
    assert [face.uploads for face in view.faces()] == [(TextUpload("answer.json", "{}"),)]


@pytest.mark.parametrize("nothing", ["", " \n\t\n", "```py", "```py\n", "\n~~~\n\n", "```\n```", "\u200b"])
def test_an_answer_with_nothing_to_read_says_so(nothing: str) -> None:
    view = AnswerView()
    for character in nothing:
        view.write(character)
        assert view.faces() == []
    view.end(Ending(footer="grok-3"))
    assert contents(view) == [f"{text.EMPTY_ANSWER}\n-# grok-3"]


def test_an_answer_of_only_thinking_says_so() -> None:
    view = AnswerView(key="7", clock=Clock())
    view.think("Hm.")
    controls = AnswerControls("7", has_thoughts=True)
    view.end(Ending(text.ONLY_THOUGHTS, "grok-3", controls=controls))
    assert view.faces() == [Face(f"{text.ONLY_THOUGHTS}\n-# grok-3", controls)]


@pytest.mark.parametrize("text_of_fence", ["```py\nx", "```inline``` code", "~5 apples", "`x`"])
def test_a_beginning_like_an_empty_fence_is_text_once_it_says_something(text_of_fence: str) -> None:
    view = AnswerView()
    view.write(text_of_fence)
    assert view.has_text


LONG = "A sentence of some words. " * 8000


def test_an_answer_of_200_000_characters_comes_as_a_file_with_its_beginning_above() -> None:
    view = AnswerView(heading="-# question", key="7")
    for start in range(0, len(LONG), 4000):
        view.write(LONG[start : start + 4000])
        assert len(view.faces()) <= MESSAGES_MOST
    assert contents(view)[-1].endswith("-# … 208,000 characters so far; when it is done, all of it comes as a file.")
    view.end(Ending("It broke.", "grok-3", controls=BUTTONS))
    last = view.faces()[-1]
    assert len(view.faces()) == MESSAGES_MOST
    assert "-# This is the beginning of 208,000 characters; all of it is attached.\n-# It broke." in (
        last.content or ""
    )
    assert (last.layout, last.uploads, last.fallback) == (BUTTONS, (TextUpload("answer.md", LONG),), None)


@pytest.mark.parametrize("most", [1, 2, 3, 6, 9])
def test_an_answer_takes_no_more_messages_than_there_can_be(most: int) -> None:
    view = AnswerView(most=most)
    view.write(LONG)
    view.end(Ending("n" * 1900))
    assert len(view.faces()) <= max(2, min(most, MESSAGES_MOST + 1))
    assert [upload.filename for upload in view.faces()[-1].uploads] == ["answer.md"]


def test_long_code_comes_as_a_file_too_and_without_where_files_are_refused() -> None:
    view = AnswerView()
    view.write("Here:\n```py\n" + "print(1)\n" * 70 + "```")
    view.end(Ending(controls=BUTTONS))
    [face] = view.faces()
    assert face.uploads == (TextUpload("code.py", "print(1)\n" * 70),)
    assert face.fallback == Face(face.content, BUTTONS)


def test_no_more_files_are_attached_than_discord_takes() -> None:
    view = AnswerView()
    view.write(("```py\n" + "x\n" * 70 + "```\n") * 12)
    view.end(Ending(files=(TextUpload("answer.json", "{}"),)))
    assert len(view.faces()[-1].uploads) == 10


BLANKS = st.integers(0, 2500).map(lambda count: "\n" * count)
TEXTS = st.integers(1, 2500).map(lambda count: "x" * count)


@settings(deadline=None)  # this machine may be busy
@given(st.lists(BLANKS | TEXTS | st.just("```py\n"), max_size=6), st.sampled_from(["", "-# question"]))
def test_every_message_fits_and_is_not_blank(deltas: list[str], heading: str) -> None:
    view = AnswerView(heading=heading)
    for delta in deltas:
        view.write(delta)
        assert all(len(content.strip()) > 0 and len(content) <= MESSAGE_LIMIT_CHARS for content in contents(view))
    view.end(Ending("It broke."))
    assert all(len(content.strip()) > 0 and len(content) <= MESSAGE_LIMIT_CHARS for content in contents(view))
    assert view.text == "".join(deltas)
