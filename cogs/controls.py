"""The buttons under an answer. They work after a restart: what they need stands in the store, under their custom id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
from discord.ext import commands

from bot.answering import pressing
from bot.answering.buttons import buttons
from bot.answering.forms import PREFIX, ReplyForm, TryForm, receive
from bot.app import GrokBot, report
from bot.errors import InputError
from bot.ui.controls import Control, find_control
from bot.ui.sent import custom_id_of

BUTTONS = r"grokcord:(?!memory:2:|tune:2:|order:|pool:1:).*"  # those of older versions and forged ones included
Act = Callable[[discord.Interaction[GrokBot], Control], Awaitable[None]]


async def pressed(interaction: discord.Interaction[GrokBot], custom_id: str) -> None:
    """Do what a button of an answer says. Raises InputError for a forged one, or one of an older version."""
    control = find_control(custom_id)
    act = ACTS.get(control.action) if control is not None else None
    if control is None or act is None:
        raise InputError("old_button")
    await act(interaction, control)


async def reply(interaction: discord.Interaction[GrokBot], _control: Control) -> None:
    """Ask for the next question."""
    await interaction.response.send_modal(ReplyForm())


async def try_with(interaction: discord.Interaction[GrokBot], control: Control) -> None:
    """Ask for the model."""
    state = await pressing.owned(interaction, control)
    names = await interaction.client.services.models.known_names()
    if not names:
        raise InputError("no_models")
    current = state.version.model if state.version is not None else ""
    await interaction.response.send_modal(TryForm(control.key, names, current))


ACTS: dict[str, Act] = {
    "reply": reply,
    "stop": pressing.stop,
    "regenerate": pressing.regenerate,
    "retry": pressing.regenerate,
    "try": try_with,
    "continue": pressing.go_on,
    "branch": pressing.branch,
    "thoughts": pressing.thoughts,
    "delete": pressing.ask_to_delete,
    "confirm": pressing.delete,
    "older": pressing.flip,
    "newer": pressing.flip,
}


class ControlsCog(commands.Cog):
    """The forms that buttons open."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[GrokBot]) -> None:
        """Take a form that somebody sent, whichever process opened it."""
        is_form = interaction.type is discord.InteractionType.modal_submit
        if not is_form or not custom_id_of(interaction).startswith(PREFIX):
            return
        try:
            await receive(interaction)
        except Exception as failed:  # the outermost handler: listeners know no interaction to answer
            await report(interaction, failed)


async def setup(bot: GrokBot) -> None:
    """Let the buttons be found, and take the forms."""
    bot.add_dynamic_items(buttons(BUTTONS, pressed))
    await bot.add_cog(ControlsCog())
