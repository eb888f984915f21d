"""A bot that is one of several processes: its shards, and its turns to begin them."""

from __future__ import annotations

import time
from unittest.mock import create_autospec

import discord
import pytest

from bot.app import GrokBot, Share
from bot.assembly import build_services
from bot.config import Settings
from bot.slots import Slot
from bot.store.database import Database
from bot.store.in_turn import IdentifyTurns
from bot.ui.ledger import RateLedger
from tests.grok.scripted import Server


@pytest.fixture
def turns() -> IdentifyTurns:
    fake: IdentifyTurns = create_autospec(IdentifyTurns, instance=True)
    return fake


@pytest.fixture
async def bot(settings: Settings, database: Database, grok: Server, turns: IdentifyTurns) -> GrokBot:
    services = build_services(settings, grok.client(base_url=settings.grok_base_url), database)
    return GrokBot(services, share=Share(Slot(1, 2, 4), turns))


async def test_a_bot_with_a_slot_connects_its_shards(bot: GrokBot) -> None:
    assert (bot.shard_ids, bot.shard_count) == ([2, 3], 4)


async def test_a_bot_with_one_of_two_slots_takes_half_of_discords_requests(bot: GrokBot) -> None:
    assert bot.ledger.ordinary_gap_s == RateLedger(time.monotonic, processes=2).ordinary_gap_s


async def test_every_shard_takes_its_turn_before_it_identifies(bot: GrokBot, turns: IdentifyTurns) -> None:
    before_identify = bot._connection.hooks["before_identify"]  # where discord.py's gateway looks
    await before_identify(2, initial=True)
    await before_identify(3, initial=False)
    assert [call.args for call in turns.take.await_args_list] == [(2,), (3,)]  # type: ignore[attr-defined]  # a double


async def test_a_bot_that_is_alone_keeps_discords_own_pace(
    settings: Settings, database: Database, grok: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = build_services(settings, grok.client(base_url=settings.grok_base_url), database)
    bot = GrokBot(services)
    asked: list[int | None] = []

    async def before_identify_hook(_self: discord.Client, shard_id: int | None, *, initial: bool = False) -> None:
        asked.append(shard_id)

    monkeypatch.setattr(discord.Client, "before_identify_hook", before_identify_hook)
    await bot.before_identify_hook(0, initial=True)
    assert asked == [0]
    assert bot.shard_ids is None  # all that Discord recommends
