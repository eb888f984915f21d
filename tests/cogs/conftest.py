"""The real bot with real services and a real database, on SimCord's Discord; only the Grok server is played."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import discord
import pytest
from simcord import Env

from bot.app import GrokBot
from bot.assembly import build_services
from bot.command_sync import CommandSync
from bot.config import Settings
from bot.secret import Secret
from bot.store.database import Database
from bot.store.notes import Notes
from bot.ui.surface import INTERACTION_LIFE_S
from tests.cogs.world import DEADLINE_S, World
from tests.grok.scripted import BASE_URL, KEY, Server

ORDERS_POLL_S = 0.02
NEVER_S = 3600.0  # SimCord waits for timers that end before its patience does


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        discord_token=Secret("discord-token"),
        grok_api_key=Secret(KEY),
        grok_base_url=BASE_URL,
        database_url=f"sqlite:///{tmp_path / 'memory.db'}",
        media_dir=str(tmp_path / "media"),
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = await Database.open(settings.database_url)
    yield opened
    await opened.close()


@pytest.fixture
def grok() -> Server:
    return Server()


@pytest.fixture
def interaction_life_s() -> float:
    """Return how long a card can be painted by the token of an interaction."""
    return INTERACTION_LIFE_S


@pytest.fixture
async def make_bot(
    settings: Settings, database: Database, grok: Server, interaction_life_s: float
) -> Callable[[], GrokBot]:
    """Make bots as `grokcord run` does; async, because a client binds to the running loop."""
    return lambda: GrokBot(
        build_services(settings, grok.client(base_url=settings.grok_base_url), database, poll_s=ORDERS_POLL_S),
        CommandSync(Notes(database)),
        interaction_life_s=interaction_life_s,
        presence_every_s=NEVER_S,
    )


@pytest.fixture
async def env(make_bot: Callable[[], GrokBot]) -> Env:
    """Make a Discord where no privileged intent is approved. SimCord's pytest plugin looks for it by its type."""
    return Env(make_bot(), shard_count=1, approved_intents=discord.Intents.none(), settle_timeout=DEADLINE_S)


@pytest.fixture(autouse=True)
def _patient_with_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no order be refused because the database, which is real, is slower than SimCord's clock."""
    monkeypatch.setattr("bot.services.orders.KEEPING_S", NEVER_S)


@pytest.fixture
def errors() -> Iterator[list[BaseException]]:
    """Errors that nobody looked at. Not judged by `world`: where an async fixture fails at its end, what it put into
    context variables is not taken back, and SimCord would stand in discord.py's way in every later test.
    """
    unseen: list[BaseException] = []
    yield unseen
    assert unseen == [], "the bot's handlers got errors that no test looked at"


@pytest.fixture
async def world(
    env: Env, grok: Server, make_bot: Callable[[], GrokBot], errors: list[BaseException]
) -> AsyncIterator[World]:
    await env.start()
    guild = env.create_guild("Garden")
    channel = guild.create_text_channel("general")
    ann, ben = (guild.add_member(env.create_user(name)) for name in ("ann", "ben"))
    world = World(env, grok, make_bot, guild, channel, ann, ben)
    yield world
    try:
        await world.let_go()
        await env.shutdown()
    except Exception as failed:
        errors.append(failed)
    errors.extend(env.errors_since(world.errors_seen))
