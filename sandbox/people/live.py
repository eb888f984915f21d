"""Tells the pages that are open what happens, each person what they may see."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

from aiohttp import web

from sandbox import events
from sandbox.model import Channel, Message
from sandbox.people.view import View
from sandbox.shapes import Json, to_text
from sandbox.world import World

Outbox = asyncio.Queue[str]


class Live:
    """Keeps the open pages' sockets and turns the world's events into their frames."""

    def __init__(self, world: World, view: View) -> None:
        self._world = world
        self._view = view
        self._pages: defaultdict[int, set[Outbox]] = defaultdict(set)
        world.subscribe(self.hear)

    async def serve(self, request: web.Request, user_id: int) -> web.StreamResponse:
        """Serve one page's socket until it goes."""
        socket = web.WebSocketResponse(heartbeat=30, compress=False)
        await socket.prepare(request)
        outbox = Outbox()
        outbox.put_nowait(_frame("READY", self._view.state(user_id)))
        self._pages[user_id].add(outbox)
        writing = asyncio.create_task(_write(socket, outbox))
        try:
            async for _ in socket:
                pass  # a page only listens; what people do comes by HTTP
        finally:
            self._pages[user_id].discard(outbox)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        return socket

    def hear(self, event: events.Event) -> None:
        """Pass an event of the world on."""
        if not any(self._pages.values()):
            return
        match event:
            case events.MessageCreated(message):
                self._tell_message("MESSAGE_CREATE", message, is_new=True)
            case events.MessageChanged(message) | events.ReactionChanged(message):
                self._tell_message("MESSAGE_UPDATE", message)
            case events.MessagesDeleted():
                self._tell_deleted(event)
            case events.TypingStarted(channel, user_id):
                frame = _frame("TYPING_START", {"channel_id": str(channel.id), "user_id": str(user_id)})
                self._tell((who for who in self._seeing(channel) if who != user_id), frame)
            case events.ChannelCreated(channel):
                self._tell_channel("THREAD_CREATE" if channel.thread else "CHANNEL_CREATE", channel)
            case events.ChannelChanged(channel):
                self._tell_channel("CHANNEL_UPDATE", channel)
            case events.ChannelDeleted(channel):
                self._tell_channel("CHANNEL_DELETE", channel)
            case events.InteractionSeen():
                self._tell([event.user_id], _frame("INTERACTION", _seen_shape(event)))
            case events.ModalOpened(interaction_id, user_id, nonce, modal):
                shape = {"interaction_id": str(interaction_id), "nonce": nonce, "modal": modal}
                self._tell([user_id], _frame("MODAL", shape))
            case _:
                self._tell_everybody(event)

    def _tell_everybody(self, event: events.Event) -> None:
        """Tell of what concerns everybody alike."""
        match event:
            case events.CommandsChanged():
                self._tell(list(self._pages), _frame("COMMANDS", {"commands": self._view.commands()}))
            case events.PresenceChanged(is_online):
                self._tell(list(self._pages), _frame("PRESENCE", {"online": is_online}))
            case events.GuildCreated() | events.MemberJoined() | events.MemberLeft():
                # Rare enough that a page may as well begin anew.
                self._tell_each(self._pages, lambda who: _frame("READY", self._view.state(who)))
            case _:
                pass

    def _tell_message(self, name: str, message: Message, *, is_new: bool = False) -> None:
        viewers = [who for who, pages in self._pages.items() if pages and self._world.sees_message(who, message)]
        if viewers:
            self._tell(viewers, _frame(name, self._view.message(message, is_new=is_new)))

    def _tell_deleted(self, event: events.MessagesDeleted) -> None:
        viewers = list(self._seeing(event.channel)) if event.only_for is None else [event.only_for]
        for message_id in event.message_ids:
            shape = {"id": str(message_id), "channel_id": str(event.channel.id)}
            self._tell(viewers, _frame("MESSAGE_DELETE", shape))

    def _tell_channel(self, name: str, channel: Channel) -> None:
        viewers = list(self._seeing(channel))
        self._tell_each(viewers, lambda who: _frame(name, self._view.channel(channel, who)))

    def _seeing(self, channel: Channel) -> Iterable[int]:
        return (who for who, pages in self._pages.items() if pages and self._world.sees(who, channel))

    def _tell(self, user_ids: Iterable[int], frame: str) -> None:
        self._tell_each(user_ids, lambda _who: frame)

    def _tell_each(self, user_ids: Iterable[int], frame_for: Callable[[int], str]) -> None:
        for user_id in user_ids:
            for outbox in self._pages.get(user_id, ()):
                outbox.put_nowait(frame_for(user_id))


async def _write(socket: web.WebSocketResponse, outbox: Outbox) -> None:
    while True:
        frame = await outbox.get()
        try:
            await socket.send_str(frame)
        except ConnectionError:
            return


def _frame(name: str, data: Json) -> str:
    return to_text({"t": name, "d": data})


def _seen_shape(event: events.InteractionSeen) -> Json:
    return {
        "id": str(event.interaction_id),
        "nonce": event.nonce,
        "channel_id": str(event.channel_id),
        "message_id": None if event.message_id is None else str(event.message_id),
        "state": event.state,
    }
