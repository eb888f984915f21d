"""The forms behind buttons: the next question, and another model for the same one.

A form is told by its custom id, not by an object of the process: what was opened before a restart can be sent after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import discord

from bot.answering import pressing
from bot.answering.asking import Asking, answer_interaction
from bot.app import GrokBot
from bot.errors import InputError
from bot.ui import text
from bot.ui.controls import is_key
from bot.ui.sent import custom_id_of, filled_in

FORM_LIMIT_CHARS = 4000  # Discord: a text input
MOST_OPTIONS = 25  # Discord: options of a select
OPTION_LIMIT_CHARS = 100  # Discord: label and value of an option

PREFIX = "grokcord:form:"
_REPLY = f"{PREFIX}2:reply"
_TRY = f"{PREFIX}2:try:"
_FIELD = "field"


class ReplyForm(discord.ui.Modal, title="Reply to Grok"):
    """One question, typed into a form, because Discord hides replies to slash-command answers from bots."""

    def __init__(self) -> None:
        super().__init__(custom_id=_REPLY)
        field: discord.ui.TextInput[Self] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=FORM_LIMIT_CHARS, custom_id=_FIELD
        )
        self.add_item(discord.ui.Label(text="Your message", component=field))


class TryForm(discord.ui.Modal, title="Answer with another model"):
    """The models that the server lists, to answer the same question again. key: of the answer."""

    def __init__(self, key: str, names: Sequence[str], current: str) -> None:
        super().__init__(custom_id=f"{_TRY}{key}")
        shown = [name for name in dict.fromkeys(names) if 0 < len(name) <= OPTION_LIMIT_CHARS][:MOST_OPTIONS]
        options = [discord.SelectOption(label=name, value=name, default=name == current) for name in shown]
        choice: discord.ui.Select[Self] = discord.ui.Select(options=options, custom_id=_FIELD)
        self.add_item(discord.ui.Label(text="Model", component=choice))


async def receive(interaction: discord.Interaction[GrokBot]) -> None:
    """Do what a form asks for that somebody sent. Raises InputError for a form of an older version."""
    custom_id = custom_id_of(interaction)
    written = str(filled_in(interaction).get(_FIELD) or "")
    if custom_id == _REPLY:
        heading = text.asked_by(interaction.user.display_name, written)
        await answer_interaction(interaction, Asking(written, heading=heading))
    elif custom_id.startswith(_TRY) and is_key(key := custom_id.removeprefix(_TRY)):
        await pressing.regenerate_with(interaction, key, written)
    else:
        raise InputError("old_button")
