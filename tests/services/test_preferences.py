from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.errors import InputError
from bot.services.preferences import (
    PERSONA_LIMIT_CHARS,
    PRESETS,
    PreferenceService,
    Tuning,
    checked_persona,
    max_tokens,
    style,
    temperature,
    told_tuning,
)
from bot.services.question import Author
from bot.services.scope import Place
from bot.store.database import Database
from bot.store.preferences import Preferences

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANN = Author(11, "ann")
CHANNEL = Place(1, 9)
THREAD = Place(2, 9, parent_id=1, began_at=NOON)


@pytest.fixture
def preferences(database: Database) -> PreferenceService:
    return PreferenceService(Preferences(database), now=lambda: NOON)


async def test_nothing_is_chosen_at_first(preferences: PreferenceService) -> None:
    assert await preferences.of(CHANNEL) == Tuning()
    assert await preferences.changes(CHANNEL) == ()


async def test_what_was_chosen_holds_and_says_who_chose_it(preferences: PreferenceService) -> None:
    await preferences.set_persona(CHANNEL, ANN, "  Be a pirate. ")
    await preferences.set_model(CHANNEL, ANN, "grok-4")
    await preferences.set_tuning(CHANNEL, ANN, Tuning(temperature=0.0, max_tokens=500, style="brief", is_json=True))
    assert await preferences.of(CHANNEL) == Tuning("Be a pirate.", "grok-4", 0.0, 500, "brief", True)
    changes = await preferences.changes(CHANNEL)
    assert [(change.user_name, change.what, change.value, change.created_at) for change in changes] == [
        ("ann", "tuning", "temperature 0, at most 500 tokens, style brief, JSON", NOON),
        ("ann", "model", "grok-4", NOON),
        ("ann", "persona", "Be a pirate.", NOON),
    ]


async def test_only_the_last_five_changes_are_told(preferences: PreferenceService) -> None:
    for number in range(7):
        await preferences.set_model(CHANNEL, ANN, f"grok-{number}")
    assert [change.value for change in await preferences.changes(CHANNEL)] == [f"grok-{n}" for n in (6, 5, 4, 3, 2)]


async def test_taking_a_choice_back_leaves_the_others(preferences: PreferenceService) -> None:
    await preferences.set_persona(CHANNEL, ANN, "Be a pirate.")
    await preferences.set_model(CHANNEL, ANN, "grok-4")
    await preferences.set_persona(CHANNEL, ANN, None)
    assert await preferences.of(CHANNEL) == Tuning(model="grok-4")
    assert (await preferences.changes(CHANNEL))[0].value == ""


async def test_choices_at_the_same_moment_do_not_undo_each_other(preferences: PreferenceService) -> None:
    await asyncio.gather(
        preferences.set_persona(CHANNEL, ANN, "Be a pirate."),
        preferences.set_model(CHANNEL, ANN, "grok-4"),
        preferences.set_tuning(CHANNEL, ANN, Tuning(style="brief")),
    )
    assert await preferences.of(CHANNEL) == Tuning("Be a pirate.", "grok-4", style="brief")


async def test_a_thread_takes_what_it_has_not_chosen_from_its_channel(preferences: PreferenceService) -> None:
    await preferences.set_persona(CHANNEL, ANN, "Be a pirate.")
    await preferences.set_tuning(CHANNEL, ANN, Tuning(temperature=1.5, style="brief"))
    await preferences.set_tuning(THREAD, ANN, Tuning(temperature=0.0))
    assert await preferences.of(THREAD) == Tuning("Be a pirate.", temperature=0.0, style="brief")
    assert await preferences.own(THREAD) == Tuning(temperature=0.0)


async def test_a_thread_that_was_tuned_says_for_itself_whether_it_is_json(preferences: PreferenceService) -> None:
    await preferences.set_tuning(CHANNEL, ANN, Tuning(style="normal", is_json=True))
    await preferences.set_persona(THREAD, ANN, "Be a pirate.")
    assert (await preferences.of(THREAD)).is_json
    await preferences.set_tuning(THREAD, ANN, Tuning(style="normal"))
    assert not (await preferences.of(THREAD)).is_json
    await preferences.set_tuning(CHANNEL, ANN, Tuning(style="normal"))
    await preferences.set_tuning(THREAD, ANN, Tuning(style="normal", is_json=True))
    assert (await preferences.of(THREAD)).is_json


async def test_choosing_a_model_leaves_the_memory_mode_alone(
    preferences: PreferenceService, database: Database
) -> None:
    await preferences.set_model(CHANNEL, ANN, "grok-4")
    store = Preferences(database)
    [change] = await preferences.changes(CHANNEL)
    await store.set_memory_mode(1, 9, "person", change)
    await preferences.set_persona(CHANNEL, ANN, "Be a pirate.")
    kept = await store.channel(1)
    assert kept is not None
    assert kept.memory_mode == "person"


def test_a_persona_of_ten_thousand_characters_is_refused_with_figures() -> None:
    with pytest.raises(InputError) as refused:
        checked_persona("x" * 10_000)
    assert (refused.value.code, refused.value.facts) == ("persona_long", {"chars": 10_000, "limit": 4000})


def test_a_blank_persona_is_refused() -> None:
    with pytest.raises(InputError, match="persona_blank"):
        checked_persona(" \n ")


@pytest.mark.parametrize("text", PRESETS.values(), ids=PRESETS)
def test_every_preset_is_a_persona(text: str) -> None:
    assert checked_persona(text) == text
    assert len(text) < PERSONA_LIMIT_CHARS / 4  # there is room for words of one's own


@pytest.mark.parametrize(("typed", "value"), [("", None), (" 0 ", 0.0), ("2", 2.0), ("0,7", 0.7), ("1.25", 1.25)])
def test_a_temperature_is_read_as_it_is_typed(typed: str, value: float | None) -> None:
    assert temperature(typed) == value


@pytest.mark.parametrize("typed", ["2.1", "-1", "hot", "nan", "inf", "1e400"])
def test_a_temperature_outside_its_range_is_refused(typed: str) -> None:
    with pytest.raises(InputError, match="temperature_range"):
        temperature(typed)


@pytest.mark.parametrize(("typed", "value"), [("", None), ("500", 500), ("1,000", 1000), ("1 000 000", 1_000_000)])
def test_a_length_is_read_as_it_is_typed(typed: str, value: int | None) -> None:
    assert max_tokens(typed) == value


@pytest.mark.parametrize("typed", ["0", "-5", "1.5", "many", "1000001", "9" * 5000, "٣"])
def test_a_length_outside_its_range_is_refused(typed: str) -> None:
    with pytest.raises(InputError, match="length_range"):
        max_tokens(typed)


def test_a_style_that_is_none_is_no_choice() -> None:
    assert [style("brief"), style("loud"), style(None)] == ["brief", None, None]


async def test_numbers_outside_their_range_are_not_kept(preferences: PreferenceService) -> None:
    for tuning in (Tuning(temperature=3.0), Tuning(temperature=float("nan")), Tuning(max_tokens=0)):
        with pytest.raises(InputError):
            await preferences.set_tuning(CHANNEL, ANN, tuning)
    assert await preferences.of(CHANNEL) == Tuning()


def test_tuning_reads_as_a_few_words() -> None:
    assert told_tuning(Tuning()) == told_tuning(Tuning(style="normal")) == "usual"
    assert told_tuning(Tuning(temperature=0.5, max_tokens=2000)) == "temperature 0.5, at most 2,000 tokens"
