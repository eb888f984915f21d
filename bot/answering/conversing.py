"""Let an answer write itself on a surface, and see to it that it is not lost."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import discord

from bot.answering.ending import ending_of
from bot.answering.stand import Stand, read
from bot.app import GrokBot
from bot.errors import StoreError
from bot.services.question import ChatUpdate
from bot.ui import text
from bot.ui.answer import AnswerView, Ending
from bot.ui.controls import AnswerControls
from bot.ui.handover import hand_over
from bot.ui.live import LiveMessage, first_error
from bot.ui.sentences import controls as sentences
from bot.ui.surface import Surface, SurfaceLostError

log = logging.getLogger(__name__)

TYPING_EVERY_S = 8.0  # Discord shows it for 10 s
TICK_S = 1.0  # thinking shows its seconds


async def converse(
    bot: GrokBot,
    surface: Surface,
    updates: AsyncGenerator[ChatUpdate, None],
    view: AnswerView,
    stand: Stand,
    *,
    asker: discord.User | discord.Member,
    channel_id: int,
    typing_in: discord.abc.MessageableChannel | None = None,
) -> None:
    """Let the answer write itself on `surface`; what cannot stand there goes to `asker` privately.

    stand: where the answer begins, and afterwards how it ended.
    """
    began_s = time.monotonic()
    live = LiveMessage(surface, bot.pacer, view.faces, tick_s=TICK_S)
    with bot.work.running(), ExitStack() as claims:
        async with live.painting(), typing_until_shown(typing_in, live):
            try:
                await read(bot, updates, stand, view, live, claims)
            except asyncio.CancelledError:
                view.end(_farewell(stand))
                await live.finish()
                raise
            except Exception:  # nobody foresaw it; whoever reports it does not know what stands here already
                if live.has_shown:
                    view.end(Ending(sentences.INTERRUPTED_BY_ME, controls=_retry(stand)))
                    await live.finish()
                raise
            view.end(await ending_of(bot, stand, view))
            await live.finish()
        log.info("answered outcome=%s seconds=%.1f", _outcome(stand), time.monotonic() - began_s)
        if live.lost is not None:
            await _hand_over(bot, live.lost, stand, view, asker, channel_id)
        await note_place(bot, stand.key, live.message_ids, channel_id)


def _outcome(stand: Stand) -> str:
    return "stopped" if stand.is_stopped else "whole" if stand.failed is None else type(stand.failed).__name__


async def _hand_over(
    bot: GrokBot,
    lost: SurfaceLostError,
    stand: Stand,
    view: AnswerView,
    asker: discord.User | discord.Member,
    channel_id: int,
) -> None:
    """Give the asker privately what came; an answer that somebody deleted while it was written is forgotten."""
    files = [discord.File(io.BytesIO(view.text.encode("utf-8", "replace")), "answer.md")] if view.has_text else []
    await hand_over(asker, lost.reason, channel_id=channel_id, files=files)
    if lost.reason == "deleted" and stand.key:
        try:
            await bot.services.posts.remove(stand.key)
        except StoreError as failed:
            log.warning("a deleted answer was not forgotten key=%s error=%s", stand.key, type(failed).__name__)


def _farewell(stand: Stand) -> Ending:
    """Return the ending of an answer that is cut by a restart; its buttons work again after it."""
    controls = _retry(stand) if stand.key.isdecimal() else None
    return Ending(sentences.SHUTTING_DOWN if controls else text.SHUTTING_DOWN, controls=controls)


def _retry(stand: Stand) -> AnswerControls | None:
    if not stand.key:
        return None
    return AnswerControls(stand.key, can_retry=True, is_private=stand.key.startswith("p"))


async def note_place(bot: GrokBot, key: str, message_ids: tuple[int, ...], channel_id: int) -> None:
    """Note where an answer stands. It is there for everybody by now, so a database that fails costs only the note."""
    if not key:
        return
    try:
        await bot.services.posts.placed(key, message_ids, channel_id)
    except StoreError as failed:
        log.warning("an answer's place was not noted key=%s error=%s", key, type(failed).__name__)


@asynccontextmanager
async def typing_until_shown(channel: discord.abc.MessageableChannel | None, live: LiveMessage) -> AsyncIterator[None]:
    """Show "Grok is typing" until the first text stands in the channel; None: the interaction shows it already."""

    async def type_on(where: discord.abc.MessageableChannel) -> None:
        while not live.has_shown and live.lost is None:
            try:
                await where.typing()
            except discord.HTTPException:
                return
            await asyncio.sleep(TYPING_EVERY_S)

    try:
        async with asyncio.TaskGroup() as group:
            typing = group.create_task(type_on(channel)) if channel is not None else None
            yield
            if typing is not None:
                typing.cancel()
    except BaseExceptionGroup as failed:
        raise first_error(failed) from None
