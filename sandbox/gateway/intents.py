"""The groups of events a bot asks for.

Source: https://discord.com/developers/docs/events/gateway#list-of-intents
"""

from __future__ import annotations

NONE = 0
GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_MESSAGES = 1 << 9
GUILD_REACTIONS = 1 << 10
GUILD_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_REACTIONS = 1 << 13
DIRECT_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15
EVERY = (1 << 26) - 1
