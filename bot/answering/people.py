"""Who asks and where, told from Discord's objects."""

from __future__ import annotations

from typing import Any, TypeAlias

import discord

from bot.errors import InputError
from bot.services.posts import Post
from bot.services.question import Author
from bot.services.scope import Place

Channel: TypeAlias = "discord.abc.MessageableChannel | discord.interactions.InteractionChannel"


def place_of(channel: Channel | None, channel_id: int | None, guild_id: int | None) -> Place:
    """Return where somebody talks. Raises InputError when it is no channel."""
    if channel_id is None:
        raise InputError("no_channel")
    if isinstance(channel, discord.Thread):
        began_at = channel.created_at or discord.utils.snowflake_time(channel.id)
        return Place(channel_id, guild_id, channel.parent_id, began_at)
    return Place(channel_id, guild_id)


def place_of_interaction(interaction: discord.Interaction[Any]) -> Place:  # Any: whichever client
    """Return where a command was used or a button pressed."""
    return place_of(interaction.channel, interaction.channel_id, interaction.guild_id)


def place_of_message(message: discord.Message) -> Place:
    """Return where a message stands."""
    return place_of(message.channel, message.channel.id, message.guild.id if message.guild else None)


def author_of(person: discord.User | discord.Member) -> Author:
    """Return a person as the services know them."""
    return Author(person.id, person.display_name)


def is_moderator(interaction: discord.Interaction[Any]) -> bool:  # Any: as above
    """Whether a person may tidy up after others: Manage Messages, which nobody has outside of servers."""
    return interaction.guild_id is not None and interaction.permissions.manage_messages


def refuse_strangers(interaction: discord.Interaction[Any], post: Post) -> None:  # Any: as above
    """Raise InputError unless the person asked the question or is a moderator."""
    if interaction.user.id != post.asker_id and not is_moderator(interaction):
        raise InputError("not_yours", asker=post.asker_name)
