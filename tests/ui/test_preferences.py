from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.ui import text
from bot.ui.preferences import Knobs, ShownChange, TuneForm, knobs_of, persona_text
from bot.ui.sent import fields_of
from bot.ui.sentences.preferences import INPUT, change_line, model_changed, model_now, persona_changed, tuning_changed

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FACTS = {"chars": 10_000, "limit": 4000, "most": 2.0, "name": "grok-`9`", "nearest": "grok-4", "tokens": 9000}


@pytest.mark.parametrize("code", INPUT)
def test_every_refusal_is_one_short_paragraph(code: str) -> None:
    facts = {**FACTS, "most": 1_000_000} if code == "length_range" else FACTS
    said = text.sentence(InputError(code, **facts))
    assert said.endswith(".")
    assert "{" not in said
    assert len(said) < 200


@given(st.text(max_size=4000), st.text(max_size=40))
def test_a_persona_is_shown_within_a_message_with_every_line_quoted(persona: str, name: str) -> None:
    changes = [ShownChange(name, "persona", persona[:200], NOON)] * 5
    shown = persona_text(persona, changes)
    assert len(shown) <= 2000
    assert all(line.startswith((">", "-#", "**Persona")) for line in shown.split("\n") if line)


def test_a_change_tells_when_who_and_what() -> None:
    assert change_line("**ann**", "model", "grok-4", 5) == "-# <t:5:R> **ann**: model, grok-4"
    assert change_line("**ann**", "model", "", 5).endswith("model, taken back")


def test_public_lines_are_small_print() -> None:
    lines = [
        persona_changed("**ann**", "Tutor", is_reset=False),
        persona_changed("**ann**", None, is_reset=True),
        model_changed("**ann**", "grok-4", "grok-3"),
        model_changed("**ann**", None, "grok-3"),
        tuning_changed("**ann**", "JSON"),
    ]
    assert all(line.startswith("-# **ann** ") and "\n" not in line for line in lines)


@pytest.mark.parametrize("source", ["own", "parent", "usual"])
def test_the_model_is_told_with_its_source(source: str) -> None:
    assert model_now("grok-4", source).startswith("Questions here are answered by `grok-4` (")


async def test_the_tuning_form_is_read_back_as_it_was_fields_of() -> None:
    form = TuneForm(5, Knobs("0.5", "800", "brief", True))
    sent = form.to_dict()
    filled = {"temperature": "1", "length": "", "style": "thorough", "json": False}
    for label in sent["components"]:
        label["component"]["value"] = filled[label["component"]["custom_id"]]
    assert sent["custom_id"] == "grokcord:tune:2:5"
    assert knobs_of(fields_of(sent["components"])) == Knobs("1", "", "thorough", False)


def test_a_form_that_came_broken_is_blank() -> None:
    assert fields_of(None) == {}
    assert knobs_of({}) == Knobs("", "", "", False)
