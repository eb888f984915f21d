"""Carry an order out on its card: progress while it runs, then a result, or one clear sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.errors import GrokBotError
from bot.ui.handover import hand_over
from bot.ui.live import LiveMessage
from bot.ui.orders import TICK_S, OrderView
from bot.ui.pacer import Pacer
from bot.ui.surface import InteractionSurface


async def carry_out(
    interaction: discord.Interaction[Any],  # Any: whichever client
    pacer: Pacer,
    view: OrderView,
    make: Callable[[LiveMessage], Awaitable[None]],
) -> None:
    """Show `view` while `make` runs; what becomes of it stands on the card, or goes to the person privately."""
    live = LiveMessage(InteractionSurface(interaction), pacer, view.faces, tick_s=TICK_S)
    async with live.painting():
        live.touch()
        try:
            await make(live)
        except GrokBotError as failed:
            view.fail(failed)
        except asyncio.CancelledError:
            view.fail(None)
            await live.finish()
            raise
        except Exception as unforeseen:  # raised again: only the card must not say "working" for ever
            view.fail(unforeseen)
            await live.finish()
            raise
        await live.finish()
    if live.lost is not None:
        files = [upload.open() for face in view.faces() for upload in face.uploads]
        await hand_over(interaction.user, live.lost.reason, channel_id=interaction.channel_id or 0, files=files)
