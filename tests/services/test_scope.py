"""Whose memory is used where, by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.services.scope import Place, Scope, ScopeService, Span
from bot.store.branches import Branch, Branches
from bot.store.database import Database
from bot.store.memory import Memory, NewTurn
from bot.store.preferences import Change, Preferences

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHANNEL = Place(1, 3)
THREAD = Place(2, 3, parent_id=1, began_at=NOON)
ANN, BEN = 11, 12


@pytest.fixture
def scopes(database: Database, memory: Memory) -> ScopeService:
    return ScopeService(Branches(database), memory, Preferences(database))


async def choose(database: Database, channel_id: int, mode: str) -> None:
    change = Change(ANN, "Ann", "memory", mode, NOON)
    await Preferences(database).set_memory_mode(channel_id, 3, mode, change)


async def say(memory: Memory, scope: str, asked_at: datetime) -> int:
    turn = NewTurn("hi", ANN, "Ann", "grok", asked_at, None, 1)
    return await memory.remember(scope, turn, turn)


async def test_channel_has_one_memory_for_all(scopes: ScopeService) -> None:
    assert await scopes.resolve(CHANNEL, ANN) == await scopes.resolve(CHANNEL, BEN) == Scope("channel/1", "channel")


async def test_direct_messages_have_the_memory_of_their_channel(scopes: ScopeService) -> None:
    assert await scopes.resolve(Place(9, None), ANN) == Scope("channel/9", "channel")


async def test_people_have_their_own_where_that_was_chosen(scopes: ScopeService, database: Database) -> None:
    await choose(database, 1, "person")
    assert await scopes.resolve(CHANNEL, ANN) == Scope("channel/1/person/11", "person")
    assert await scopes.resolve(CHANNEL, BEN) == Scope("channel/1/person/12", "person")


async def test_thread_takes_over_what_its_channel_remembered_when_it_began(
    scopes: ScopeService, memory: Memory
) -> None:
    before = await say(memory, "channel/1", NOON - timedelta(minutes=1))
    await say(memory, "channel/1", NOON + timedelta(minutes=1))
    assert await scopes.resolve(THREAD, ANN) == Scope("channel/2", "thread", "channel/1", before)


async def test_point_where_a_thread_began_is_kept(scopes: ScopeService, memory: Memory) -> None:
    before = await say(memory, "channel/1", NOON)
    await scopes.resolve(THREAD, ANN)
    moved = replace(THREAD, began_at=NOON - timedelta(days=1))
    assert (await scopes.resolve(moved, ANN)).parent_upto == before


async def test_thread_of_a_silent_channel_begins_with_nothing(scopes: ScopeService) -> None:
    assert await scopes.resolve(THREAD, ANN) == Scope("channel/2", "thread")


async def test_thread_branches_off_where_somebody_made_it_branch_off(
    scopes: ScopeService, memory: Memory, database: Database
) -> None:
    first = await say(memory, "channel/1", NOON - timedelta(minutes=2))
    await say(memory, "channel/1", NOON - timedelta(minutes=1))
    await Branches(database).keep(Branch("channel/2", "channel/1", first))
    assert (await scopes.resolve(THREAD, ANN)).parent_upto == first


async def test_thread_can_use_the_memory_of_its_channel(scopes: ScopeService, database: Database) -> None:
    await choose(database, 2, "channel")
    assert await scopes.resolve(THREAD, ANN) == Scope("channel/1", "channel")


async def test_thread_that_uses_its_channels_memory_keeps_people_apart_as_it_does(
    scopes: ScopeService, database: Database
) -> None:
    await choose(database, 1, "person")
    await choose(database, 2, "channel")
    assert (await scopes.resolve(THREAD, ANN)).key == "channel/1/person/11"


async def test_thread_keeps_people_apart_where_its_channel_does(
    scopes: ScopeService, memory: Memory, database: Database
) -> None:
    await choose(database, 1, "person")
    anns = await say(memory, "channel/1/person/11", NOON)
    bens = await say(memory, "channel/1/person/12", NOON)
    parent = "channel/1/person"
    assert await scopes.resolve(THREAD, ANN) == Scope("channel/2/person/11", "person", f"{parent}/11", anns)
    assert await scopes.resolve(THREAD, BEN) == Scope("channel/2/person/12", "person", f"{parent}/12", bens)


async def test_one_persons_memory_never_becomes_that_of_a_shared_thread(
    scopes: ScopeService, memory: Memory, database: Database
) -> None:
    anns = await say(memory, "channel/1/person/11", NOON)
    await Branches(database).keep(Branch("channel/2", "channel/1/person/11", anns))
    assert await scopes.resolve(THREAD, BEN) == Scope("channel/2", "thread")
    await choose(database, 1, "person")
    await choose(database, 2, "thread")
    assert await scopes.resolve(THREAD, BEN) == Scope("channel/2", "thread")


async def test_branch_made_in_a_channel_that_keeps_people_apart_holds_for_its_maker_only(
    scopes: ScopeService, memory: Memory, database: Database
) -> None:
    await choose(database, 1, "person")
    first = await say(memory, "channel/1/person/11", NOON)
    await say(memory, "channel/1/person/11", NOON)
    await Branches(database).keep(Branch("channel/2", "channel/1/person/11", first))
    assert await scopes.resolve(THREAD, ANN) == Scope("channel/2/person/11", "person", "channel/1/person/11", first)
    assert await scopes.resolve(THREAD, BEN) == Scope("channel/2/person/12", "person")


async def test_scope_that_is_cut_off_remembers_nothing_of_its_parent(scopes: ScopeService, memory: Memory) -> None:
    await say(memory, "channel/1", NOON)
    scope = await scopes.resolve(THREAD, ANN)
    await scopes.cut_off(scope)
    assert await scopes.resolve(THREAD, ANN) == Scope("channel/2", "thread")


async def test_mode_that_no_version_knows_is_as_none(scopes: ScopeService, database: Database) -> None:
    await choose(database, 1, "planet")
    await choose(database, 2, "planet")
    assert (await scopes.resolve(CHANNEL, ANN)).mode == "channel"
    assert (await scopes.resolve(THREAD, ANN)).mode == "thread"


def test_span_tells_what_is_meant() -> None:
    scope = Scope("channel/2", "thread", "channel/1", 7)
    assert scope.span(NOON, before=9) == Span("channel/2", "channel/1", 7, NOON, 9)
    assert scope.span() == Span("channel/2", "channel/1", 7)
