"""Who may do what where: Discord's permission bits and how roles and overwrites add up.

Source: https://discord.com/developers/docs/topics/permissions
"""

from __future__ import annotations

from sandbox.model import Channel, Guild

ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
CHANGE_NICKNAME = 1 << 26
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38
USE_EXTERNAL_APPS = 1 << 50
PIN_MESSAGES = 1 << 51

ALL = (1 << 53) - 1
_TALKING = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY | ADD_REACTIONS
_EXTRAS = USE_EXTERNAL_EMOJIS | USE_APPLICATION_COMMANDS | USE_EXTERNAL_APPS | CHANGE_NICKNAME
_THREADS = CREATE_PUBLIC_THREADS | CREATE_PRIVATE_THREADS | SEND_MESSAGES_IN_THREADS
EVERYONE = _TALKING | _EXTRAS | _THREADS
DIRECT_MESSAGE = _TALKING | USE_EXTERNAL_EMOJIS | USE_APPLICATION_COMMANDS | PIN_MESSAGES


def in_guild(guild: Guild, user_id: int) -> int:
    """Return what a member may do in the guild before any channel has its say; 0 for a stranger."""
    if user_id == guild.owner_id:
        return ALL
    member = guild.members.get(user_id)
    if member is None:
        return 0
    granted = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        granted |= guild.roles[role_id].permissions
    return ALL if granted & ADMINISTRATOR else granted


def in_channel(guild: Guild, channel: Channel, user_id: int) -> int:
    """Return what a member may do in a channel: @everyone's overwrite, then the roles' together, then their own.

    channel: for a thread, hand in its parent; threads have no overwrites of their own.
    """
    granted = in_guild(guild, user_id)
    if granted == ALL or granted == 0:
        return granted
    role_ids = guild.members[user_id].role_ids
    everyone = [overwrite for target, overwrite in channel.overwrites.items() if target == guild.id]
    roles = [overwrite for target, overwrite in channel.overwrites.items() if target in role_ids]
    own = [overwrite for target, overwrite in channel.overwrites.items() if target == user_id]
    for layer in (everyone, roles, own):
        for overwrite in layer:
            granted &= ~overwrite.deny
        for overwrite in layer:
            granted |= overwrite.allow
    return granted if granted & VIEW_CHANNEL else 0
