"""What the bot may read of a message without the privileged message-content intent.

Its own messages, direct messages and messages that mention it are always readable; a reply mentions whom it pings.
Source: https://discord.com/developers/docs/events/gateway#message-content-intent
"""

from __future__ import annotations

from sandbox.model import Message
from sandbox.payloads import Payloads
from sandbox.shapes import Json
from sandbox.world import World

_WITHHELD: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def is_readable(world: World, message: Message) -> bool:
    """Return whether the bot reads a message whatever its intents."""
    is_direct = world.channels[message.channel_id].guild_id is None
    return is_direct or message.author_id == world.bot.id or world.bot.id in message.body.mentions.user_ids


def message_for_bot(world: World, payloads: Payloads, message: Message, *, has_content_intent: bool) -> Json:
    """Return a message as the bot is shown it."""
    shape = payloads.message(message)
    return shape if has_content_intent else withheld(world, shape, message)


def withheld(world: World, shape: Json, message: Message) -> Json:
    """Return a message's JSON without what the bot may not read, in it and in the message it replies to."""
    reference = world.messages.get(message.reply_to[1]) if message.reply_to else None
    if reference is not None and shape.get("referenced_message"):
        shape = {**shape, "referenced_message": withheld(world, shape["referenced_message"], reference)}
    return shape if is_readable(world, message) else {**shape, **_WITHHELD}
