"""Talking: `/ask`, mentions and direct messages."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.asking import Asking, answer_interaction, answer_message
from bot.answering.models import complete_model
from bot.answering.wording import without_mention
from bot.app import GrokBot
from bot.errors import GrokBotError
from bot.services.question import PROMPT_LIMIT_CHARS
from bot.ui import text
from bot.ui.controls import AnswerControls


class ChatCog(commands.Cog):
    """Questions in any form."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Ask Grok something and watch the answer write itself")
    @app_commands.describe(
        prompt="What you want to know or have done",
        file="A picture, a text, source code, CSV, JSON or PDF to ask about",
        fast="Answer with the fast model",
        model="Answer with this model",
        private="Only you see the answer, and nothing is remembered",
        fresh="Answer without what was said here before",
    )
    @app_commands.autocomplete(model=complete_model)
    async def ask(
        self,
        interaction: discord.Interaction[GrokBot],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT_CHARS],
        file: discord.Attachment | None = None,
        fast: bool = False,
        model: str | None = None,
        private: bool = False,
        fresh: bool = False,
    ) -> None:
        """Answer in the channel."""
        files = () if file is None else (file,)
        asking = Asking(prompt, files, model=model, is_fast=fast, is_fresh=fresh, is_private=private)
        await answer_interaction(interaction, asking)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention, a reply to the bot, or a direct message."""
        if message.author.bot or not self._is_for_bot(message):
            return
        try:
            await self._answer(message)
        except GrokBotError as failed:
            await message.reply(text.sentence(failed), mention_author=False)

    def _is_for_bot(self, message: discord.Message) -> bool:
        if message.type not in {discord.MessageType.default, discord.MessageType.reply}:
            return False
        return message.guild is None or (self.bot.user is not None and self.bot.user in message.mentions)

    async def _answer(self, message: discord.Message) -> None:
        me = self.bot.user.id if self.bot.user else 0
        prompt = without_mention(message.content, me)
        if not prompt and message.attachments:
            prompt = text.LOOK_AT_THIS
        if prompt:
            await answer_message(self.bot, message, prompt)
            return
        is_hidden_reply = message.reference is not None and not message.content
        hint = text.REPLY_UNREADABLE if is_hidden_reply else text.MENTION_WITHOUT_TEXT
        await message.reply(hint, view=AnswerControls.only_reply(), mention_author=False)


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(ChatCog(bot))
