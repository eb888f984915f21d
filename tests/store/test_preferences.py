"""What people chose, and who changed it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store.database import Database
from bot.store.preferences import Change, ChannelPreferences, Preferences
from tests.store.conftest import NOON

CHOSEN = ChannelPreferences(5, 3, "a gardener", "grok-4", 0.5, 500, "brief", True, "person")
CHANGE = Change(1, "Ann", "persona", "a gardener", NOON)


@pytest.fixture
def preferences(database: Database) -> Preferences:
    return Preferences(database)


async def test_nothing_is_chosen_at_first(preferences: Preferences) -> None:
    assert await preferences.channel(5) is None
    assert await preferences.guild_memory_days(3) is None
    assert await preferences.changes(5, 5) == ()
    assert await preferences.guilds_with_expiry() == ()


async def test_choice_comes_back_as_it_was_made_with_who_made_it(preferences: Preferences) -> None:
    await choose(preferences, CHOSEN, CHANGE)
    assert await preferences.channel(5) == CHOSEN
    assert await preferences.changes(5, 5) == (CHANGE,)


async def test_choice_takes_the_place_of_the_one_before(preferences: Preferences) -> None:
    await choose(preferences, CHOSEN, CHANGE)
    await choose(preferences, ChannelPreferences(5, None), replace(CHANGE, value=""))
    assert await preferences.channel(5) == ChannelPreferences(5, None)
    assert await preferences.channel(6) is None


async def test_memory_mode_is_chosen_apart_from_the_rest(preferences: Preferences) -> None:
    await preferences.set_memory_mode(5, 3, "person", CHANGE)
    assert await preferences.channel(5) == ChannelPreferences(5, 3, memory_mode="person")
    await choose(preferences, CHOSEN, CHANGE)
    await preferences.set_memory_mode(5, 3, "channel", CHANGE)
    assert await preferences.channel(5) == replace(CHOSEN, memory_mode="channel")


async def test_changes_come_newest_first_of_one_channel(preferences: Preferences) -> None:
    for number in range(4):
        change = Change(number, "Ann", "model", f"grok-{number}", NOON + timedelta(seconds=number))
        await choose(preferences, CHOSEN, change)
    await choose(preferences, replace(CHOSEN, channel_id=6), CHANGE)
    assert [change.value for change in await preferences.changes(5, 2)] == ["grok-3", "grok-2"]
    assert await preferences.changes(5, -1) == ()


async def test_server_forgets_after_some_days_or_never(preferences: Preferences) -> None:
    await preferences.set_guild_memory_days(3, 30, 5, CHANGE)
    await preferences.set_guild_memory_days(4, 7, 6, CHANGE)
    assert await preferences.guild_memory_days(3) == 30
    assert sorted(await preferences.guilds_with_expiry()) == [(3, 30), (4, 7)]
    await preferences.set_guild_memory_days(3, None, 5, CHANGE)
    assert await preferences.guild_memory_days(3) is None
    assert await preferences.guilds_with_expiry() == ((4, 7),)
    assert len(await preferences.changes(5, 5)) == 2


async def test_two_changes_at_once_in_two_processes_are_both_kept(url: str, database: Database) -> None:
    other = await Database.open(url)
    await asyncio.gather(
        Preferences(database).change_channel(5, None, lambda chosen: replace(chosen, persona="a gardener"), CHANGE),
        Preferences(other).change_channel(5, None, lambda chosen: replace(chosen, model="grok-4"), CHANGE),
    )
    await other.close()
    assert await Preferences(database).channel(5) == ChannelPreferences(5, None, "a gardener", "grok-4")


async def choose(preferences: Preferences, chosen: ChannelPreferences, change: Change) -> None:
    await preferences.change_channel(chosen.channel_id, chosen.guild_id, lambda _before: chosen, change)
