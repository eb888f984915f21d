"""Facts that the process keeps for its next start."""

from __future__ import annotations

import pytest

from bot.store.database import Database
from bot.store.notes import Notes


@pytest.fixture
def notes(database: Database) -> Notes:
    return Notes(database)


async def test_note_that_was_never_made_is_none(notes: Notes) -> None:
    assert await notes.get("commands") is None


async def test_note_comes_back(notes: Notes) -> None:
    await notes.set("commands", "abc")
    await notes.set("other", "")
    assert (await notes.get("commands"), await notes.get("other")) == ("abc", "")


async def test_newer_note_takes_the_place_of_the_older(notes: Notes) -> None:
    await notes.set("commands", "abc")
    await notes.set("commands", "def")
    assert await notes.get("commands") == "def"
