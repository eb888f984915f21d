"""Commands on a message (right click, Apps): ask about it, explain, translate, summarise from there on.

Discord hands the message over with the command, so they need no message-content intent.
"""

from __future__ import annotations

from typing import Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.asking import Asking, answer_interaction
from bot.answering.messages import said_by, since
from bot.app import GrokBot, report
from bot.errors import InputError
from bot.services.pointing import EXPLAIN, SUMMARISE, TRANSLATE, quoted_message, transcript
from bot.ui import text
from bot.ui.sentences import pointing as sentences

FORM_LIMIT_CHARS = 2000
HEADING_PROMPT_CHARS = 150


class AskAboutForm(discord.ui.Modal, title="Ask Grok about this"):
    """The question about a message. It lives in the process: Discord would not show the message a second time."""

    prompt: discord.ui.Label[Self] = discord.ui.Label(
        text="Your question",
        component=discord.ui.TextInput(style=discord.TextStyle.paragraph, max_length=FORM_LIMIT_CHARS),
    )

    def __init__(self, message: discord.Message) -> None:
        super().__init__()
        self._message = message

    async def on_submit(self, interaction: discord.Interaction[GrokBot]) -> None:  # type: ignore[override]  # our client
        """Answer in the channel, with a link to the message above."""
        field = self.prompt.component
        typed = field.value if isinstance(field, discord.ui.TextInput) else ""
        message = self._message
        heading = sentences.about(message.jump_url, text.escape(typed, HEADING_PROMPT_CHARS))
        material = (quoted_message(said_by(message)),)
        await answer_interaction(interaction, Asking(typed, message.attachments, material, heading))

    async def on_error(self, interaction: discord.Interaction[GrokBot], error: Exception) -> None:  # type: ignore[override]  # our client
        """Tell the person what happened."""
        await report(interaction, error)


class PointingCog(commands.Cog):
    """The message commands."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot
        self._menus = (
            app_commands.ContextMenu(name="Ask Grok about this", callback=self.ask_about),
            app_commands.ContextMenu(name="Explain", callback=self.explain),
            app_commands.ContextMenu(name="Translate", callback=self.translate),
            app_commands.ContextMenu(name="Summarise from here", callback=self.summarise),
        )

    async def cog_load(self) -> None:
        """Add the commands: a cog does not find context menus by itself."""
        for menu in self._menus:
            self.bot.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take them away again."""
        for menu in self._menus:
            self.bot.tree.remove_command(menu.name, type=menu.type)

    async def ask_about(self, interaction: discord.Interaction[GrokBot], message: discord.Message) -> None:
        """Ask for the question."""
        refuse_empty(message)
        await interaction.response.send_modal(AskAboutForm(message))

    async def explain(self, interaction: discord.Interaction[GrokBot], message: discord.Message) -> None:
        """Explain a message to the person who asks."""
        await answer_privately(interaction, message, EXPLAIN, "explained")

    async def translate(self, interaction: discord.Interaction[GrokBot], message: discord.Message) -> None:
        """Translate a message into the language of the person who asks."""
        await answer_privately(interaction, message, TRANSLATE, "translated")

    async def summarise(self, interaction: discord.Interaction[GrokBot], message: discord.Message) -> None:
        """Summarise what was said since a message, as far as Discord shows it."""
        await interaction.response.defer(thinking=True, ephemeral=True)
        messages, hidden = await since(message, self.bot)
        readable = [said for said in messages if said.text.strip()]
        if not readable:
            raise InputError("nothing_to_read")
        heading = sentences.summary_heading(message.jump_url, len(readable), hidden)
        prompt = SUMMARISE.format(language=language_of(interaction))
        asking = Asking(prompt, material=(transcript(readable),), heading=heading, is_fresh=True, is_private=True)
        await answer_interaction(interaction, asking)


async def answer_privately(
    interaction: discord.Interaction[GrokBot], message: discord.Message, prompt: str, what: str
) -> None:
    """Answer about a message so that only the person who asks sees it."""
    refuse_empty(message)
    asking = Asking(
        prompt.format(language=language_of(interaction)),
        message.attachments,
        (quoted_message(said_by(message)),),
        sentences.about(message.jump_url, what),
        is_fresh=True,
        is_private=True,
    )
    await answer_interaction(interaction, asking)


def refuse_empty(message: discord.Message) -> None:
    """Raise InputError for a message in which there is nothing to read."""
    if not said_by(message).text.strip() and not message.attachments:
        raise InputError("nothing_to_read")


def language_of(interaction: discord.Interaction[GrokBot]) -> str:
    """Return the language of a person's Discord, in English words: "Brazil Portuguese"."""
    return interaction.locale.name.replace("_", " ").title()


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(PointingCog(bot))
