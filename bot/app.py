"""The Discord client: what it listens to, which cogs it loads, and how errors become replies."""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.background import Background, Chore
from bot.command_sync import CommandSync
from bot.errors import GrokBotError
from bot.gate import Gate
from bot.ids import with_ids
from bot.needs import INTENTS, server_link
from bot.presence import EVERY_S, Presence
from bot.services.abilities import Abilities, Capabilities
from bot.services.chat import ChatService
from bot.services.memory import MemoryService
from bot.services.models import ModelService
from bot.services.orders import OrderService
from bot.services.pool import PoolService
from bot.services.posts import PostService
from bot.services.preferences import PreferenceService
from bot.services.reading import FileReader
from bot.services.scope import ScopeService
from bot.shown_options import fitted
from bot.slots import Slot
from bot.stops import Stops
from bot.traces import wordless_traceback
from bot.ui import text
from bot.ui.ledger import RateLedger, route_of
from bot.ui.pacer import Pacer
from bot.ui.surface import INTERACTION_LIFE_S
from bot.work import Work

COGS = (
    "cogs.chat",
    "cogs.controls",
    "cogs.pointing",
    "cogs.imagine",
    "cogs.video",
    "cogs.orders",
    "cogs.memory",
    "cogs.preferences",
    "cogs.about",
    "cogs.grok",
)

INTERACTION = "INTERACTION_CREATE"
ALREADY_ACKNOWLEDGED = 40060  # Discord: JSON error codes
LOOK_AGAIN_S = 600.0  # how often it is asked what the Grok server can do

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases that cogs call.

    pool: None where nobody administers one. chores: what runs in the background as long as the bot does.
    """

    chat: ChatService
    posts: PostService
    scopes: ScopeService
    memory: MemoryService
    preferences: PreferenceService
    reader: FileReader
    orders: OrderService
    models: ModelService
    abilities: Abilities
    pool: PoolService | None = None
    chores: tuple[Chore, ...] = ()


class Turns(Protocol):
    """Turns to begin sessions, which all processes of one bot take."""

    async def take(self, shard_id: int) -> None:
        """Wait until a shard may identify."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the bot's servers that this process serves.

    slot: its shards; None: all, as many as Discord recommends. turns: None keeps discord.py's pace. gate: what events
    pass before anything is done about them.
    """

    slot: Slot | None = None
    turns: Turns | None = None
    gate: Gate | None = None


WHOLE = Share()


class GrokTree(app_commands.CommandTree["GrokBot"]):
    """The commands, and the one place where their errors become sentences."""

    async def on_error(self, interaction: discord.Interaction[GrokBot], error: app_commands.AppCommandError, /) -> None:
        """Tell the person what happened."""
        await report(interaction, error.__cause__ or error)


class GrokBot(commands.AutoShardedBot):
    """A Discord client with the services, the pacing and the work under way.

    interaction_life_s: how long Discord lets orders' cards be painted by the token of an interaction.
    presence_every_s: how often to look what is to stand under the bot's name.
    """

    def __init__(
        self,
        services: Services,
        command_sync: CommandSync | None = None,
        share: Share = WHOLE,
        *,
        interaction_life_s: float = INTERACTION_LIFE_S,
        presence_every_s: float = EVERY_S,
    ) -> None:
        self.ledger = RateLedger(time.monotonic, processes=share.slot.slots if share.slot else 1)
        self.pacer = Pacer(self.ledger, time.monotonic)
        super().__init__(
            command_prefix=commands.when_mentioned,  # never used: there are no prefix commands
            help_command=None,
            tree_cls=GrokTree,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,  # nothing here reads the cache, and every edit would be copied into it
            http_trace=traced(self.pacer),
        )
        if share.slot is not None:
            self.shard_count, self.shard_ids = share.slot.shard_count, list(share.slot.shard_ids)
        parsers = self._connection.parsers
        parsers.update({name: with_ids(name, parse) for name, parse in parsers.items()})
        if share.gate is not None:
            guard = share.gate.guard
            parsers.update({name: guard(parse, is_exclusive=name == INTERACTION) for name, parse in parsers.items()})
        self.share = share
        self.services = services
        self.interaction_life_s = interaction_life_s
        self.work = Work()
        self.stops = Stops()
        self._presence = Presence(self, services.models.resting, every_s=presence_every_s)
        self._background = Background((*services.chores, self._keep_commands_fitting, self._presence.run))
        self.started_at = time.monotonic()
        self._command_sync = command_sync

    async def setup_hook(self) -> None:
        """Load the cogs; register the commands where they changed. A cog that fails to load stops the start."""
        for name in COGS:
            await self.load_extension(name)
        await self._register_commands(await self.services.abilities.look())
        self._background.start()

    async def _register_commands(self, able: Capabilities) -> None:
        if self._command_sync is not None:
            await self._command_sync.run(self.tree, lambda payload: fitted(payload, able))

    async def _keep_commands_fitting(self) -> None:
        """Register anew where the Grok server turns out to be able to do more, or less, than was known."""
        registered = self.services.abilities.known
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            able = await self.services.abilities.look_again()
            if able != registered:
                log.info("the Grok server can do other things than before, registering the commands for that")
                await self._register_commands(able)
                registered = able

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until this shard may begin a session: Discord limits how many of a bot's do in five seconds."""
        if self.share.turns is None:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await self.share.turns.take(shard_id or 0)

    async def close(self) -> None:
        """End the chores, then the connection."""
        await self._background.stop()
        await super().close()

    async def on_shard_ready(self, _shard_id: int) -> None:
        """Show again what stands under the bot's name: a session that begins does not know it."""
        self._presence.again()

    async def on_ready(self) -> None:
        """Say who is connected and how to invite it."""
        log.info("connected as %s servers=%d", self.user, len(self.guilds))
        log.info("invite: %s", server_link(self.application_id or 0))

    async def on_error(self, event_method: str, /, *args: object, **_kwargs: object) -> None:
        """Log what nobody foresaw; a person whose message led to it is told."""
        sentence = unforeseen(sys.exc_info()[1], event_method)
        if args and isinstance(args[0], discord.Message):
            with suppress(discord.HTTPException):
                await args[0].reply(sentence, mention_author=False)

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no prefix commands, and mentions are the chat cog's."""


def traced(pacer: Pacer) -> aiohttp.TraceConfig:
    """Let the pacer see every request and every reply of discord.py's."""
    config = aiohttp.TraceConfig()

    async def on_start(_session: object, seen: SimpleNamespace, params: aiohttp.TraceRequestStartParams) -> None:
        seen.claim = await pacer.request_starts(route_of(params.method, params.url.raw_path))

    async def on_end(_session: object, seen: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        pacer.request_ended(seen.claim, params.response.status, params.response.headers)

    async def on_exception(
        _session: object, seen: SimpleNamespace, _params: aiohttp.TraceRequestExceptionParams
    ) -> None:
        pacer.request_failed(seen.claim)

    config.on_request_start.append(on_start)
    config.on_request_end.append(on_end)
    config.on_request_exception.append(on_exception)
    return config


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:  # Any: whichever client
    """Answer an interaction with the one clear sentence for an error, whatever was answered before.

    What nobody foresaw is logged under an incident number, which the person is given.
    """
    if isinstance(error, discord.HTTPException) and error.code == ALREADY_ACKNOWLEDGED:
        log.info("another process of this bot has answered")
        return
    if isinstance(error, app_commands.MissingPermissions):
        sentence = text.NOT_YOURS
    elif isinstance(error, GrokBotError):
        sentence = text.sentence(error)
    else:
        sentence = unforeseen(error, "command")
    try:
        if interaction.response.is_done():
            await _tell_late(interaction, sentence)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except discord.HTTPException as failed:
        log.warning("an error could not be reported code=%s", failed.code)


def unforeseen(error: BaseException | None, where: str) -> str:
    """Log an error under an incident number, and return the sentence that names it."""
    incident = secrets.token_hex(4)
    log.error("incident=%s in=%s error=%s\n%s", incident, where, type(error).__name__, wordless_traceback(error))
    return text.UNEXPECTED.format(incident=incident)


async def _tell_late(interaction: discord.Interaction[Any], sentence: str) -> None:  # Any: whichever client
    """Put the sentence where "thinking" stands; where an answer or a card stands already, privately beside it."""
    with suppress(discord.NotFound):  # somebody deleted it
        if (await interaction.original_response()).flags.loading:
            await interaction.edit_original_response(content=sentence)
            return
    await interaction.followup.send(sentence, ephemeral=True)
