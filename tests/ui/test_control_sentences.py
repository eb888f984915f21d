"""What is said about buttons: one clear sentence each, whatever the facts."""

from __future__ import annotations

import pytest

from bot.errors import InputError
from bot.ui import text
from bot.ui.sentences import controls as sentences

FACTS = {"thread_id": 5}


@pytest.mark.parametrize("code", sentences.INPUT)
def test_every_refusal_is_a_sentence_of_its_own(code: str) -> None:
    said = text.sentence(InputError(code, **FACTS))
    assert said.endswith((".", "<#5>"))
    assert "{" not in said
    assert said.count("\n") == 0


def test_the_thread_of_an_answer_can_be_followed() -> None:
    assert text.sentence(InputError("thread_exists", thread_id=5)) == "This answer has a thread already: <#5>"


def test_a_button_refused_says_who_may_press_it() -> None:
    assert "person who asked" in text.sentence(InputError("not_yours"))
