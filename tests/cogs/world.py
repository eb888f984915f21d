"""A Discord server with two people and the bot in it, and the Grok server that the bot asks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatch

import discord
import httpx
from simcord import ChannelHandle, Env, GuildHandle, HttpLogEntry, InteractionResult, MemberActor

from bot.app import GrokBot
from tests.grok.scripted import STOP, Server, reply, sse

DEADLINE_S = 25.0  # real seconds; below the grace of `cogs.memory`, a timer that SimCord would wait for
TICK_S = 0.05
DEFERRED = 5  # Discord: the callback that shows "Grok is thinking"


class Held(httpx.AsyncByteStream):
    """The body of a reply that goes on only when the test says so."""

    def __init__(self) -> None:
        self._pieces: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self.is_closed = False

    def send(self, *payloads: object) -> None:
        """Let these events through."""
        self._pieces.put_nowait(sse(*payloads, done=False).encode())

    def end(self) -> None:
        """End the answer as servers do."""
        self._pieces.put_nowait(sse(STOP).encode())
        self._pieces.put_nowait(None)

    def cut(self) -> None:
        """End the body before the answer is complete."""
        self._pieces.put_nowait(None)

    def fail(self, error: Exception) -> None:
        """Break the answer off with an error."""
        self._pieces.put_nowait(error)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def aclose(self) -> None:
        self.is_closed = True

    def response(self, kind: str = "text/event-stream") -> httpx.Response:
        return httpx.Response(200, headers={"content-type": kind}, stream=self)


@dataclass
class World:
    """What a test needs. make_bot: makes another bot on the same database, as after a restart."""

    env: Env
    grok: Server
    make_bot: Callable[[], GrokBot]
    guild: GuildHandle
    channel: ChannelHandle
    ann: MemberActor
    ben: MemberActor
    errors_seen: int = 0

    @property
    def bot(self) -> GrokBot:
        """The bot that is connected now."""
        assert isinstance(self.env.bot, GrokBot)
        return self.env.bot

    # the Grok server

    def says(self, *replies: httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]) -> None:
        """Prepare what the Grok server answers next."""
        self.grok.replies.extend(replies)

    def answers(self, *texts: str) -> None:
        """Prepare one answer for each text."""
        self.says(*(reply(sse(text, STOP)) for text in texts))

    def holds(self, kind: str = "text/event-stream") -> Held:
        """Prepare an answer that the test lets through piece by piece."""
        held = Held()
        self.says(held.response(kind))
        return held

    def heard(self, number: int = -1) -> list[tuple[str, str]]:
        """Return role and text of each message of a request, without the system's."""
        messages = self.grok.sent(number)["messages"]
        assert isinstance(messages, list)
        return [(row["role"], row["content"]) for row in messages if row["role"] != "system"]

    # acting

    async def ask(self, prompt: str = "hi", *, who: MemberActor | None = None) -> InteractionResult:
        """Let somebody type `/ask`, and wait until the bot has done everything about it."""
        return await (who or self.ann).slash(self.channel, "ask", prompt=prompt)

    async def begin(self, action: Awaitable[object]) -> None:
        """Let somebody act without waiting for the bot.

        SimCord waits until the bot has settled, which it does not while an answer is held; so its patience is nothing.
        """
        patience, self.env.settle_timeout = self.env.settle_timeout, 0.0
        try:
            await action
        except TimeoutError:
            pass
        finally:
            self.env.settle_timeout = patience

    async def until(self, condition: Callable[[], object]) -> None:
        """Let time pass for the bot until something is so.

        Its timers go by SimCord's clock, which stands still while the bot waits for something SimCord does not know.
        """
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                self.env.backend.advance_clock(TICK_S)
                await self.begin(self.env.settle())
                await asyncio.sleep(0.001)

    async def settled(self) -> None:
        """Wait until the bot has nothing more to do."""
        await self.until(lambda: not len(self.bot.work))
        await self.env.settle()

    async def ben_deletes(self, message: discord.Message) -> None:
        """Let a moderator remove a message of the bot's."""
        self.env.backend.delete_message(message.channel.id, message.id)
        await self.env.settle()

    async def restart(self) -> None:
        """End the process, so to speak, and start another one on the same database."""
        await self.let_go()
        await self.env.restart_bot(self.make_bot())

    async def let_go(self) -> None:
        """Let the bot leave its orders, as its end does: SimCord drops a bot without closing it."""
        await self.bot.services.orders.close("")

    # looking

    @property
    def messages(self) -> list[discord.Message]:
        """The bot's messages in the channel that everybody sees, oldest first."""
        return [message for message in self._by_bot(self.channel) if not message.flags.ephemeral]

    @property
    def said(self) -> list[str]:
        """What the bot's messages in the channel say, oldest first, all of it."""
        return [said(message) for message in self.messages]

    @property
    def shown(self) -> list[str]:
        """The same without the small print that says which model answered and what it was told."""
        return [without_footer(text) for text in self.said]

    def whispered(self, who: MemberActor) -> list[str]:
        """What the bot said in the channel so that only this person sees it, without the small print."""
        private = [message for message in self._by_bot(self.channel, viewer=who) if message.flags.ephemeral]
        return [without_footer(said(message)) for message in private]

    def threads(self) -> list[ChannelHandle]:
        """The threads of the channel."""
        return self.channel.threads

    def newcomer(self, name: str, **permissions: bool) -> MemberActor:
        """Let somebody join who has some permissions more than everybody."""
        role = self.guild.create_role(name, permissions=discord.Permissions(**permissions))
        return self.guild.add_member(self.env.create_user(name), roles=[role])

    def told(self, who: MemberActor) -> list[discord.Message]:
        """What the bot wrote to somebody in a direct message."""
        return self._by_bot(who.user.dm_channel)

    def error(self, kind: type[BaseException]) -> BaseException:
        """Return the one error that the bot's handlers got to see; one that no test asks for fails the test."""
        [error] = self.env.errors_since(self.errors_seen)
        self.errors_seen = self.env.error_cursor
        found: BaseException = getattr(error, "original", error)
        assert isinstance(found, kind)
        return found

    def requests(self, method: str = "*", path: str = "*") -> list[HttpLogEntry]:
        """Return what the bot asked of Discord, by a pattern of the path."""
        return [
            request
            for request in self.env.http_requests
            if fnmatch(request.method, method) and fnmatch(request.path, path)
        ]

    def _by_bot(self, channel: ChannelHandle, *, viewer: MemberActor | None = None) -> list[discord.Message]:
        assert self.bot.user is not None
        return [message for message in channel.history(viewer=viewer) if message.author.id == self.bot.user.id]


def said(message: discord.Message) -> str:
    """Return everything a message says, the texts of a card included."""
    texts = [item.content for item in walk(message.components) if isinstance(item, discord.TextDisplay)]
    return "\n".join(filter(None, (message.content, *texts)))


def without_footer(text: str) -> str:
    """Return a message without the last line of its small print, which names the model."""
    return re.sub(r"\n-# grok-[\w.-]+(?: · [^\n]*)?\Z", "", text)


def walk(components: object) -> list[object]:
    """Return components with all that are inside them."""
    found: list[object] = []
    for component in components if isinstance(components, list) else []:
        found += [component, *walk(getattr(component, "children", None))]
        accessory = getattr(component, "accessory", None)
        found += [accessory] if accessory is not None else []
    return found


def labels(message: discord.Message) -> list[str | None]:
    """Return what the buttons of a message are called."""
    return [item.label for item in walk(message.components) if isinstance(item, discord.Button)]
