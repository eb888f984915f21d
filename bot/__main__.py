"""The command line, and the composition root: opens every resource, closes them in reverse."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack, nullcontext
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import GrokBot, Share
from bot.assembly import admin_of, build_services
from bot.cli.environment import environment
from bot.cli.exits import EXIT_FAILED, EXIT_MISCONFIGURED, EXIT_TRY_LATER
from bot.command_sync import CommandSync
from bot.config import Settings, is_postgresql, load_settings, read_log_level
from bot.errors import (
    GatewayAwayError,
    GrokBotError,
    SettingError,
    StoreAway,
    TokenRefusedError,
    UpstreamError,
    UpstreamKeyRefused,
)
from bot.gateway import Gateway, ask_gateway
from bot.grok.admin import AdminClient
from bot.grok.http import make_http
from bot.grok.protocol import Grok
from bot.log import reread_level, set_up_logging
from bot.reload import Reloads
from bot.services.budget import estimated_tokens
from bot.services.resting import StoredRests
from bot.slot_keeper import SlotKeeper, Tenure
from bot.slots import Slot
from bot.store.database import Database
from bot.store.in_turn import IdentifyTurns, alone
from bot.store.notes import Notes
from bot.store.rests import Rests
from bot.store.slots import SlotClaims, SoleClaims
from bot.ui.sentences.orders import RESTARTING
from bot.upstreams.opening import Upstreams

if TYPE_CHECKING:
    from bot.metrics.monitor import Monitor

PATIENCE_S = 12.0  # running answers may finish
FAREWELL_S = 5.0  # and then say that they were interrupted; together under 20 s

_REFUSED = {
    "GROK_API_KEY": "the Grok server refuses it",
    "GROK_UPSTREAMS": "every Grok server that it lists refuses its key",
}

log = logging.getLogger("bot")


class StartFailedError(GrokBotError):
    """The bot could not be started. exit_code: what the process ends with."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def _run() -> int:
    try:
        settings = load_settings(environment())
        set_up_logging(settings.log_level, settings.log_format)
        asyncio.run(_serve(settings))
    except SettingError as bad:
        return _say(f"grokcord: {bad}", EXIT_MISCONFIGURED)
    except StartFailedError as failed:
        return _say(f"grokcord: {failed}", failed.exit_code)
    except StoreAway as away:
        return _say(f"grokcord: {away}", EXIT_TRY_LATER)
    except GrokBotError as failed:
        return _say(f"grokcord: {failed}", EXIT_FAILED)
    return 0


def _say(line: str, exit_code: int) -> int:
    sys.stderr.write(f"{line}\n")
    return exit_code


async def _serve(settings: Settings) -> None:
    """Open everything, serve until a signal comes, close everything."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    reloads = Reloads()
    reloads.add(lambda: reread_level(lambda: read_log_level(environment())))
    reloads.listen()
    async with AsyncExitStack() as stack:
        monitor = await _monitor(stack, settings)
        database = await Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        http = await stack.enter_async_context(make_http())
        upstreams = Upstreams(settings, http, environment, StoredRests(Rests(database)), Notes(database))
        reloads.add(upstreams.reread)
        grok: Grok = upstreams.pool
        if monitor is not None:
            monitor.watch_database(database.ping)
            http.event_hooks["response"].append(monitor.saw_reply)
            grok = monitor.watch_upstreams(upstreams.pool, estimated_tokens)
        await _check_key(grok, "GROK_UPSTREAMS" if settings.grok_upstreams else "GROK_API_KEY")
        Route.BASE = settings.discord_api_url
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here speaks
        serve = partial(_serve_slot, settings, grok, database, stopping, monitor, admin_of(settings, http))
        await SlotKeeper(_claims(settings), settings.slots).serve(serve, stopping)


def _claims(settings: Settings) -> SlotClaims | SoleClaims:
    return SlotClaims(settings.database_url) if is_postgresql(settings.database_url) else SoleClaims()


async def _monitor(stack: AsyncExitStack, settings: Settings) -> Monitor | None:
    """Serve metrics and health from now on, if they are wanted. Raises SettingError."""
    if not settings.metrics_port:
        return None
    from bot.metrics.monitor import Monitor  # not at the top: who wants no metrics need not load them
    from bot.metrics.server import serving

    monitor = Monitor()
    await stack.enter_async_context(serving(monitor, settings.metrics_host, settings.metrics_port))
    return monitor


async def _serve_slot(
    settings: Settings,
    grok: Grok,
    database: Database,
    stopping: asyncio.Event,
    monitor: Monitor | None,
    admin: AdminClient | None,
    tenure: Tenure,
) -> None:
    """Serve a slot's shards until told to stop, or until the slot is lost."""
    async with AsyncExitStack() as stack:
        share = await _share(stack, settings, tenure)
        if share.slot is not None:
            log.info("serving slot %d of %d, shards %s", tenure.number, settings.slots, share.slot.shard_ids)
        once = partial(alone, settings.database_url) if is_postgresql(settings.database_url) else nullcontext
        services = build_services(settings, grok, database, slot=tenure.number, epoch=tenure.epoch, admin=admin)
        bot = GrokBot(services, CommandSync(Notes(database), once), share)
        stack.push_async_callback(bot.close)
        with monitor.watching(bot) if monitor is not None else nullcontext():
            await _serve_bot(bot, settings, stopping, tenure)


async def _share(stack: AsyncExitStack, settings: Settings, tenure: Tenure) -> Share:
    """Return what this process serves. Raises StartFailedError."""
    is_shared = is_postgresql(settings.database_url)
    if not is_shared and not settings.shards:
        return Share(gate=tenure.gate)
    gateway = await _ask_gateway(settings)
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway.url)  # where discord.py connects when it is told which shards
    shard_count = await tenure.agree_on_shards(settings.shards or max(gateway.shards, settings.slots))
    slot = Slot(tenure.number, settings.slots, shard_count)
    if not is_shared:
        return Share(slot, gate=tenure.gate)
    turns = IdentifyTurns(settings.database_url, gateway.max_concurrency)
    stack.push_async_callback(turns.close)
    return Share(slot, turns, tenure.gate)


async def _ask_gateway(settings: Settings) -> Gateway:
    try:
        return await ask_gateway(settings.discord_api_url, settings.discord_token)
    except TokenRefusedError as refused:
        raise StartFailedError("DISCORD_TOKEN: Discord refuses it", EXIT_MISCONFIGURED) from refused
    except GatewayAwayError as away:
        raise StartFailedError("Discord cannot be reached; try again later", EXIT_TRY_LATER) from away


async def _check_key(grok: Grok, setting: str) -> None:
    """Refuse to start with a key that is refused; a server that is away for the moment does not keep the bot away."""
    try:
        await grok.verify()
    except UpstreamKeyRefused as refused:
        raise StartFailedError(f"{setting}: {_REFUSED[setting]}", EXIT_MISCONFIGURED) from refused
    except UpstreamError as away:
        log.warning("the Grok server does not answer as expected, starting all the same error=%s", type(away).__name__)


async def _serve_bot(bot: GrokBot, settings: Settings, stopping: asyncio.Event, tenure: Tenure) -> None:
    """Connect, and stay until told to stop or the slot is lost; then let running answers end."""
    connection = asyncio.create_task(_connect(bot, settings))
    stop, loss = asyncio.create_task(stopping.wait()), asyncio.create_task(tenure.lost.wait())
    try:
        await asyncio.wait({connection, stop, loss}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            connection.result()
            return
        log.info("stopping, answers under way: %d", len(bot.work))
        if is_postgresql(settings.database_url):
            await _leave_slot(bot, tenure)
            cut = await bot.work.drain(patience_s=PATIENCE_S / 2, farewell_s=FAREWELL_S)
        else:
            ending = asyncio.create_task(bot.services.orders.rest(PATIENCE_S))
            cut = await bot.work.drain(patience_s=PATIENCE_S, farewell_s=FAREWELL_S)
            await ending
        log.info("stopped, answers interrupted: %d", cut)
    finally:
        stop.cancel()
        loss.cancel()
        connection.cancel()


async def _leave_slot(bot: GrokBot, tenure: Tenure) -> None:
    """Give the slot back before running answers end, so that a standby need not wait for them.

    Orders are let go of first: whoever takes the slot goes on with them at once, and only one process may.
    """
    if not tenure.lost.is_set():
        await bot.services.orders.rest(PATIENCE_S / 2)
    await bot.services.orders.close(RESTARTING)
    await tenure.release()


async def _connect(bot: GrokBot, settings: Settings) -> None:
    """Log in and serve the gateway. Raises StartFailedError with one sentence for what a person can mend."""
    try:
        await bot.login(settings.discord_token.reveal())
    except discord.LoginFailure as refused:
        raise StartFailedError("DISCORD_TOKEN: Discord refuses it", EXIT_MISCONFIGURED) from refused
    except (discord.HTTPException, aiohttp.ClientError, OSError) as away:
        raise StartFailedError("Discord cannot be reached; try again later", EXIT_TRY_LATER) from away
    try:
        await bot.connect()
    except discord.PrivilegedIntentsRequired as refused:
        raise StartFailedError("Discord refuses the intents of this bot", EXIT_MISCONFIGURED) from refused
    except AttributeError as broken:
        # discord.py 2.7.1: a first gateway handshake that fails ends in this, because there is no socket yet.
        if "'sequence'" not in str(broken):
            raise
        raise StartFailedError("Discord's gateway cannot be reached; try again later", EXIT_TRY_LATER) from broken


def main() -> None:
    """Run the command line. Typer is loaded only where it is needed: a running bot would carry it for nothing."""
    if sys.argv[1:] == ["run"]:
        sys.exit(_run())
    from bot.cli.app import command_line, start

    sys.exit(start(command_line(_run), sys.argv[1:]))


if __name__ == "__main__":
    main()
