"""How far an answer has come: read from its stream, fed into its view."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass

from bot.app import GrokBot
from bot.errors import GrokBotError, StoreError
from bot.ids import note_ids
from bot.services.question import (
    ChatUpdate,
    Finished,
    Opened,
    ReasoningDelta,
    Restarted,
    TextDelta,
    Waiting,
)
from bot.services.scope import Place
from bot.ui.answer import AnswerView
from bot.ui.live import LiveMessage

HURRY_AFTER_S = 0.02  # a store with nothing else to do is done by then, and both are shown at once


@dataclass
class Stand:
    """How an answer stands. key: "" until it has one. failed: what ended it, None while nothing did.

    is_json: it was to be JSON. can_branch: a thread can be made of it.
    """

    key: str = ""
    failed: GrokBotError | None = None
    is_stopped: bool = False
    is_json: bool = False
    can_branch: bool = False


async def is_json(bot: GrokBot, place: Place) -> bool:
    """Whether answers are to be JSON in a place; none is while nobody can say."""
    try:
        return (await bot.services.preferences.of(place)).is_json
    except StoreError:
        return False


async def read(
    bot: GrokBot,
    updates: AsyncGenerator[ChatUpdate, None],
    stand: Stand,
    view: AnswerView,
    live: LiveMessage,
    claims: ExitStack,
) -> None:
    """Feed the stream into the view until it ends, however it ends. A cancellation that is no Stop goes on.

    claims: holds a new answer from when it has a key, until the caller lets it go.
    """
    with ExitStack() as stack:
        stop = stack.enter_context(bot.stops.writing(stand.key)) if stand.key else None
        if stand.key:
            note_ids(answer=stand.key)
        newest: ChatUpdate | None = None
        try:
            async with aclosing(updates):
                async for update in updates:
                    if isinstance(update, Opened):
                        stand.key = update.key
                        note_ids(answer=update.key)
                        claims.enter_context(bot.stops.claiming(update.key))
                        stop = stack.enter_context(bot.stops.writing(update.key))
                    if isinstance(update, Finished):
                        claims.callback(asyncio.get_running_loop().call_later(HURRY_AFTER_S, live.hurry).cancel)
                    newest = update
                    show(update, view)
                    live.touch()
                    if live.lost is not None and live.lost.reason == "deleted":
                        break
        except GrokBotError as failed:
            stand.failed = failed
        except asyncio.CancelledError:
            if stop is None or not stop.is_pressed:
                raise
            uncancel()
            stand.is_stopped = not isinstance(newest, Finished)  # else there was nothing left to stop


def show(update: ChatUpdate, view: AnswerView) -> None:
    """Feed one update into the view."""
    match update:
        case Opened():
            view.open(update.key)
        case Waiting():
            view.wait(update.place)
        case TextDelta():
            view.write(update.text)
        case ReasoningDelta():
            view.think(update.text)
        case Restarted():
            view.restart()
        case Finished():
            view.complete()


def uncancel() -> None:
    """Take back the cancellation by which a Stop ended the reading: the task has more to do."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
