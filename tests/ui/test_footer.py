from __future__ import annotations

import pytest

from bot.ui.footer import footer


@pytest.mark.parametrize(
    ("used", "said"),
    [
        ({}, "grok-3"),
        ({"turns": 1}, "grok-3 · 1 turn"),
        ({"turns": 12, "pinned": 2, "dropped": 3}, "grok-3 · 12 turns, 2 pinned, 3 dropped"),
        ({"turns": 4, "summarised": 25}, "grok-3 · 4 turns, 25 summarised"),
        ({"dropped": 3}, "grok-3 · 0 turns, 3 dropped"),
    ],
)
def test_the_footer_says_what_was_used(used: dict[str, int], said: str) -> None:
    assert footer("grok-3", used) == said


def test_the_footer_of_a_fresh_and_private_answer_says_so() -> None:
    assert footer("grok-3", {}, is_fresh=True, is_private=True) == "grok-3 · without memory · not remembered"


def test_the_footer_says_that_the_memory_is_off() -> None:
    assert footer("grok-3", {"off": 1}, is_passing=True) == "grok-3 · memory is off"
    assert footer("grok-3", {"off": 1}, is_fresh=True) == "grok-3 · memory is off"
    assert footer("grok-3", {"turns": 2}, is_passing=True) == "grok-3 · 2 turns · not remembered: memory is off"


def test_a_model_name_from_a_server_cannot_mark_anything_up() -> None:
    assert footer("**x** @everyone", {}) == "\\*\\*x\\*\\* @\u200beveryone"
