"""What the bot needs of Discord: events, permissions, and the links by which people give it those."""

from __future__ import annotations

import discord

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)

# The least that the commands need: see and write in channels and threads, branch off into threads, attach files, and
# read back what was shown.
PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    attach_files=True,
    embed_links=True,
    read_message_history=True,
)


def server_link(application_id: int) -> str:
    """Return where a person puts the bot into a server, with no more permissions than it needs."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS)


def user_link(application_id: int) -> str:
    """Return where a person takes the bot along, to use it in direct messages and in servers that do not have it.

    Source: https://discord.com/developers/docs/resources/application#installation-context
    """
    return f"{discord.utils.oauth_url(application_id, scopes=('applications.commands',))}&integration_type=1"
