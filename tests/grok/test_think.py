from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grok.think import Piece, ThinkFilter, split_thinking

CASES = {
    "no tags": ("Waves fold.\n", "Waves fold.\n", ""),
    "proxy": ("<think>\nA haiku.\n\n</think>\nWaves\n", "Waves\n", "A haiku.\n\n"),
    "no line ends": ("<think>a</think>b", "b", "a"),
    "repeated": ("<think>\na\n</think>\nb\n<think>\nc\n</think>\nd", "b\n\nd", "a\nc\n"),
    "text before": ("I'll draw.<think>\n50%\n\n</think>\n![x](u)", "I'll draw.\n![x](u)", "50%\n\n"),
    "unclosed": ("<think>\nstill thinking", "", "still thinking"),
    "only reasoning": ("<think>\na\n</think>\n", "", "a\n"),
    "empty block": ("<think></think>b", "b", ""),
    "missing opening": ("a\n</think>\n\nb", "a\n\n\nb", ""),
    "fence": ("```html\n<think>x</think>\n```\n<think>y</think>z", "```html\n<think>x</think>\n```\nz", "y"),
    "fence in a list": ("- ```\n<think>\n```\n<think>y</think>", "- ```\n<think>\n```\n", "y"),
    "long fence": ("````\n```\n<think>\n````\n<think>y", "````\n```\n<think>\n````\n", "y"),
    "tilde fence": ("~~~\n<think>\n~~~\n<think>y</think>", "~~~\n<think>\n~~~\n", "y"),
    "fence of the other kind inside": ("```\n~~~\n<think>\n```\n<think>y", "```\n~~~\n<think>\n```\n", "y"),
    "inline code": ("Use `<think>` or ``a ` <think>`` here<think>y", "Use `<think>` or ``a ` <think>`` here", "y"),
    "odd backtick": ("a ` b\n<think>y</think>z", "a ` b\nz", "y"),
    "strikethrough": ("~~a~~ <think>y</think>z", "~~a~~ z", "y"),
    "backticks while thinking": ("<think>`a</think>b", "b", "`a"),
    "almost a tag": ("a < b <thin <thinking> </thinkx> <", "a < b <thin <thinking> </thinkx> <", ""),
    "angle twice": ("<<think>y</think>z", "<z", "y"),
    "almost a closing tag": ("<think>a </thin </think>b", "b", "a </thin "),
}


def sort(*chunks: str) -> tuple[str, str]:
    thinking = ThinkFilter()
    pieces = [piece for chunk in chunks for piece in thinking.feed(chunk)] + thinking.close()
    assert all(piece.text for piece in pieces)
    return (
        "".join(piece.text for piece in pieces if piece.kind == "answer"),
        "".join(piece.text for piece in pieces if piece.kind == "reasoning"),
    )


@pytest.mark.parametrize(("text", "answer", "reasoning"), CASES.values(), ids=CASES.keys())
def test_answer_and_reasoning_are_told_apart_wherever_the_text_is_cut(text: str, answer: str, reasoning: str) -> None:
    assert sort(text) == (answer, reasoning)
    assert sort(*text) == (answer, reasoning)
    for cut in range(1, len(text)):
        assert sort(text[:cut], text[cut:]) == (answer, reasoning)


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "th", "`", "```", "~~~", "\n", "- ", "a ", "/"]), max_size=12)
)
def test_no_cut_changes_what_a_text_means(parts: list[str]) -> None:
    assert sort(*"".join(parts)) == sort("".join(parts))


def test_text_is_passed_on_at_once_unless_it_may_begin_a_tag() -> None:
    thinking = ThinkFilter()
    assert thinking.feed("Hello `wor") == [Piece("answer", "Hello `wor")]
    assert thinking.feed("ld` a <th") == [Piece("answer", "ld` a ")]
    assert thinking.feed("e") == [Piece("answer", "<the")]
    assert thinking.feed("<") == []
    assert thinking.feed("think>deep") == [Piece("reasoning", "deep")]
    assert thinking.feed(" thought </") == [Piece("reasoning", " thought ")]
    assert thinking.feed("think>ok") == [Piece("answer", "ok")]


def test_a_whole_reply_may_begin_inside_the_block() -> None:
    assert split_thinking("First, tides.\n</think>\n\nHigh water.") == ("High water.", "First, tides.")
    assert split_thinking("a</think>b<think>c</think>d") == ("bd", "ac")


def test_a_whole_reply_may_speak_of_the_tags_in_code() -> None:
    text = "`</think>` ends what `<think>` began."
    assert split_thinking(text) == (text, "")


def test_a_long_answer_without_tags_costs_one_piece_per_chunk() -> None:
    thinking = ThinkFilter()
    assert thinking.feed("word " * 10_000) == [Piece("answer", "word " * 10_000)]
    assert thinking.feed("") == []
