"""Talking: `/ask`, mentions, direct messages, and the Reply button under an answer."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot, report
from bot.errors import GrokBotError, InputError, StoreError
from bot.services.chat import (
    PROMPT_LIMIT_CHARS,
    Author,
    Finished,
    Question,
    ReasoningDelta,
    Remembered,
    TextDelta,
)
from bot.services.scope import Scope
from bot.ui import text
from bot.ui.answer import AnswerView
from bot.ui.handover import hand_over
from bot.ui.live import LiveMessage
from bot.ui.surface import ChannelSurface, InteractionSurface, Surface

log = logging.getLogger(__name__)

MODAL_LIMIT_CHARS = 4000  # Discord: a text input
TYPING_EVERY_S = 8.0  # Discord shows it for 10 s


class ReplyButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"grokcord:reply:(?P<version>1)"
):
    """Opens a modal for the next question; works after a restart, because nothing of it lives in the process."""

    def __init__(self) -> None:
        super().__init__(
            discord.ui.Button(
                label="Reply", emoji="↩️", style=discord.ButtonStyle.secondary, custom_id="grokcord:reply:1"
            )
        )

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],  # Any: the button answers whichever client
        _item: discord.ui.Item[discord.ui.View],
        _match: re.Match[str],
        /,
    ) -> Self:
        """Return the button that was pressed."""
        return cls()

    async def callback(self, interaction: discord.Interaction[GrokBot]) -> None:  # type: ignore[override]  # our client
        """Ask for the next question."""
        await interaction.response.send_modal(ReplyModal())


class ReplyLayout:
    """The buttons under a finished answer."""

    def build(self) -> discord.ui.View:
        """Return them for one send."""
        return discord.ui.View(timeout=None).add_item(ReplyButton())


class ReplyModal(discord.ui.Modal, title="Reply to Grok"):
    """One question, typed into a modal, because Discord hides replies to slash-command answers from bots."""

    prompt: discord.ui.Label[Self] = discord.ui.Label(
        text="Your message",
        component=discord.ui.TextInput(style=discord.TextStyle.paragraph, max_length=MODAL_LIMIT_CHARS),
    )

    async def on_submit(self, interaction: discord.Interaction[GrokBot]) -> None:  # type: ignore[override]  # our client
        """Answer as `/ask` does, with the question above the answer, since no command shows it."""
        field = self.prompt.component
        typed = field.value if isinstance(field, discord.ui.TextInput) else ""
        await answer_interaction(interaction, typed, is_quoted=True)

    async def on_error(self, interaction: discord.Interaction[GrokBot], error: Exception) -> None:  # type: ignore[override]  # our client
        """Tell the person what happened."""
        await report(interaction, error)


class ChatCog(commands.Cog):
    """Questions in any form."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Ask Grok something and watch the answer write itself")
    @app_commands.describe(prompt="What you want to know or have done")
    async def ask(
        self, interaction: discord.Interaction[GrokBot], prompt: app_commands.Range[str, 1, PROMPT_LIMIT_CHARS]
    ) -> None:
        """Answer in the channel."""
        await answer_interaction(interaction, prompt)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention, a reply to the bot, or a direct message."""
        if message.author.bot or not self._is_for_bot(message):
            return
        try:
            await self._answer_message(message)
        except GrokBotError as failed:
            await message.reply(text.sentence(failed), mention_author=False)

    def _is_for_bot(self, message: discord.Message) -> bool:
        if message.type not in {discord.MessageType.default, discord.MessageType.reply}:
            return False
        return message.guild is None or (self.bot.user is not None and self.bot.user in message.mentions)

    async def _answer_message(self, message: discord.Message) -> None:
        me = self.bot.user.id if self.bot.user else 0
        prompt = re.sub(rf"<@!?{me}>", "", message.content).strip()
        if not prompt:
            is_hidden_reply = message.reference is not None and not message.content
            hint = text.REPLY_UNREADABLE if is_hidden_reply else text.MENTION_WITHOUT_TEXT
            layout = ReplyLayout().build()
            await message.reply(hint, view=layout, mention_author=False)
            return
        author = Author(message.author.id, message.author.display_name)
        question = Question(
            Scope(f"channel/{message.channel.id}", "channel"),
            author,
            self.bot.services.chat.checked_prompt(prompt),
            message.id,
            message.channel.id,
        )
        surface = ChannelSurface(message.channel, reply_to=message)
        await converse(self.bot, surface, question, author=message.author, typing_in=message.channel)


async def answer_interaction(
    interaction: discord.Interaction[GrokBot], prompt: str, *, is_quoted: bool = False
) -> None:
    """Answer a command or a modal. is_quoted: show the question above the answer."""
    bot = interaction.client
    checked = bot.services.chat.checked_prompt(prompt)
    await interaction.response.defer(thinking=True)
    if interaction.channel_id is None:
        raise InputError("no_channel")
    author = Author(interaction.user.id, interaction.user.display_name)
    question = Question(
        Scope(f"channel/{interaction.channel_id}", "channel"), author, checked, channel_id=interaction.channel_id
    )
    heading = text.asked_by(author.name, checked) if is_quoted else ""
    await converse(bot, InteractionSurface(interaction), question, author=interaction.user, heading=heading)


async def converse(
    bot: GrokBot,
    surface: Surface,
    question: Question,
    *,
    author: discord.User | discord.Member,
    heading: str = "",
    typing_in: discord.abc.MessageableChannel | None = None,
) -> None:
    """Let the answer write itself on `surface`; what cannot stand there goes to the asker privately."""
    view = AnswerView(layout=ReplyLayout(), heading=heading)
    live = LiveMessage(surface, bot.pacer, view.faces)
    with bot.work.running():
        async with live.painting(), typing_until_shown(typing_in, live):
            exchange_id = await read_answer(bot, question, view, live)
            await live.finish()
        if live.lost is not None:
            files = [discord.File(io.BytesIO(view.text.encode()), "answer.md")] if view.has_text else []
            await hand_over(author, live.lost.reason, channel_id=question.channel_id, files=files)
        if exchange_id is not None:
            await note_place(bot, exchange_id, question, live.message_ids)


async def note_place(bot: GrokBot, exchange_id: int, question: Question, message_ids: tuple[int, ...]) -> None:
    """Note where an answer stands. It is there for everybody by now, so a database that fails costs only the note."""
    try:
        await bot.services.chat.posted(exchange_id, question, message_ids)
    except StoreError as failed:
        log.warning("an answer's place was not noted exchange=%d error=%s", exchange_id, type(failed).__name__)


async def read_answer(bot: GrokBot, question: Question, view: AnswerView, live: LiveMessage) -> int | None:
    """Feed the stream into the view until it ends, however it ends. Returns the exchange's id when it was stored."""
    notice, exchange_id = "", None
    try:
        async with aclosing(bot.services.chat.ask(question)) as updates:
            async for update in updates:
                match update:
                    case TextDelta():
                        view.write(update.text)
                    case ReasoningDelta():
                        view.think()
                    case Finished():
                        notice = text.finish_notice(update.reason)
                    case Remembered():
                        exchange_id = update.exchange_id
                live.touch()
                if live.lost is not None and live.lost.reason == "deleted":
                    break
    except GrokBotError as failed:
        notice = text.answer_failed(failed, has_text=view.has_text, has_thought=view.has_thought)
    except asyncio.CancelledError:
        view.end(text.SHUTTING_DOWN)
        await live.finish()
        raise
    view.end(notice)
    return exchange_id


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
        raise failed.exceptions[0] from None


async def setup(bot: GrokBot) -> None:
    """Add the cog and its button."""
    await bot.add_cog(ChatCog(bot))
    bot.add_dynamic_items(ReplyButton)
