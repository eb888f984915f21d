"""A summary is kept only while what it tells of is still so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.store.branches import Branch, Branches
from bot.store.database import Database
from bot.store.memory import Memory, Turn
from bot.store.summaries import Summaries, Summary
from tests.store.conftest import NOON, turn

HERE = "channel/1"


@pytest.fixture
def summaries(database: Database) -> Summaries:
    return Summaries(database)


@pytest.fixture
async def covered(memory: Memory) -> tuple[Turn, ...]:
    return await memory.exchange(await memory.remember(HERE, turn("q"), turn("a")))


def about(covered: tuple[Turn, ...], text: str = "a question") -> Summary:
    return Summary(HERE, covered[-1].exchange_id, text, len(covered), "grok-3", NOON)


async def test_summary_comes_back_as_it_was_kept(summaries: Summaries, covered: tuple[Turn, ...]) -> None:
    assert await summaries.find(HERE) is None
    assert await summaries.keep(about(covered), covered)
    assert await summaries.find(HERE) == about(covered)


async def test_summary_takes_the_place_of_the_one_it_was_made_of(
    summaries: Summaries, memory: Memory, covered: tuple[Turn, ...]
) -> None:
    await summaries.keep(about(covered), covered)
    more = await memory.exchange(await memory.remember(HERE, turn("q"), turn("a")))
    longer = replace(about(more, "two questions"), turns=4)
    assert await summaries.keep(longer, more, about(covered))
    assert await summaries.find(HERE) == longer


async def test_summary_of_a_turn_changed_meanwhile_is_not_kept(
    summaries: Summaries, memory: Memory, covered: tuple[Turn, ...]
) -> None:
    await memory.rewrite(covered[0].id, "another question")
    assert not await summaries.keep(about(covered), covered)
    assert await summaries.find(HERE) is None


async def test_summary_of_an_exchange_forgotten_meanwhile_is_not_kept(
    summaries: Summaries, memory: Memory, covered: tuple[Turn, ...]
) -> None:
    await memory.remove_exchange(covered[0].exchange_id)
    assert not await summaries.keep(about(covered), covered)
    assert await summaries.find(HERE) is None


async def test_summary_made_of_one_that_went_meanwhile_is_not_kept(
    summaries: Summaries, memory: Memory, covered: tuple[Turn, ...]
) -> None:
    await summaries.keep(about(covered), covered)
    more = await memory.exchange(await memory.remember(HERE, turn("q"), turn("a")))
    await memory.remove_turn(covered[0].id)
    assert not await summaries.keep(about(more), more, about(covered))
    assert await summaries.find(HERE) is None


async def test_summary_does_not_take_the_place_of_one_it_knew_nothing_of(
    summaries: Summaries, covered: tuple[Turn, ...]
) -> None:
    await summaries.keep(about(covered), covered)
    assert not await summaries.keep(about(covered, "the slower one"), covered)
    assert await summaries.find(HERE) == about(covered)


async def test_summary_of_very_many_turns_is_checked_whole(summaries: Summaries, memory: Memory) -> None:
    for _ in range(300):
        await memory.remember(HERE, turn("q"), turn("a"))
    covered = tuple([found for number in range(1, 301) for found in await memory.exchange(number)])
    assert not await summaries.keep(about(covered), (*covered[:-1], replace(covered[-1], text="b")))
    assert await summaries.keep(about(covered), covered)


async def test_removed_summary_is_gone(summaries: Summaries, covered: tuple[Turn, ...]) -> None:
    await summaries.keep(about(covered), covered)
    await summaries.remove(HERE)
    assert await summaries.find(HERE) is None


async def test_branch_is_kept_in_the_place_of_the_one_before(database: Database) -> None:
    branches = Branches(database)
    assert await branches.find("channel/2") is None
    for upto in (7, 9):
        await branches.keep(Branch("channel/2", HERE, upto))
    assert await branches.find("channel/2") == Branch("channel/2", HERE, 9)


async def test_scope_that_branches_off_elsewhere_loses_its_summary(
    database: Database, summaries: Summaries, covered: tuple[Turn, ...]
) -> None:
    await summaries.keep(about(covered), covered)
    await Branches(database).keep(Branch(HERE, "channel/0", 0))
    assert await summaries.find(HERE) is None
