"""What people chose for themselves."""

from __future__ import annotations

import asyncio

import pytest

from bot.store.database import Database
from bot.store.person_preferences import PersonPreferences

ANN, BEN = 11, 2**63 - 1


@pytest.fixture
def people(database: Database) -> PersonPreferences:
    return PersonPreferences(database)


async def test_people_are_pinged_unless_they_said_otherwise(people: PersonPreferences) -> None:
    assert await people.is_pinged(ANN)
    await people.set_pinged(ANN, False)
    assert not await people.is_pinged(ANN)
    assert await people.is_pinged(BEN)


async def test_the_last_choice_holds(people: PersonPreferences) -> None:
    for choice in (False, True, True, False):
        await people.set_pinged(BEN, choice)
        assert await people.is_pinged(BEN) is choice


async def test_a_choice_made_many_times_at_once_is_one(people: PersonPreferences) -> None:
    await asyncio.gather(*(people.set_pinged(ANN, False) for _ in range(8)))
    assert not await people.is_pinged(ANN)
