"""Finds channels and messages for the bot, refusing what it may not see or do there."""

from __future__ import annotations

from sandbox import errors, permissions
from sandbox.model import Channel, ChannelType, Guild, Message
from sandbox.rest.call import Call
from sandbox.world import World


class Access:
    """Looks things up with the bot's eyes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def channel(self, call: Call, needed: int = 0) -> Channel:
        """Return the path's channel. Raises 10003, 50001 (cannot see it) or 50013 (may not do what is needed)."""
        channel = self._world.channels.get(call.id("channel"))
        if channel is None:
            raise errors.unknown("Channel")
        granted = self.granted(channel)
        if not granted & permissions.VIEW_CHANNEL:
            raise errors.missing_access()
        if granted & needed != needed:
            raise errors.missing_permissions()
        return channel

    def text_channel(self, call: Call, needed: int = 0) -> Channel:
        """Return the path's channel if messages can be in it."""
        channel = self.channel(call, needed)
        if channel.type is ChannelType.CATEGORY:
            raise errors.ApiError(400, 50008, "Cannot send messages in a non-text channel")
        return channel

    def granted(self, channel: Channel) -> int:
        """Return the bot's permissions in a channel."""
        return self._world.may(self._world.bot.id, channel)

    def message(self, call: Call, channel: Channel) -> Message:
        """Return the path's message; an ephemeral one is unknown to this way of asking. Raises 10008."""
        message = self._world.messages.get(call.id("message"))
        if message is None or message.channel_id != channel.id or message.only_for is not None:
            raise errors.unknown("Message")
        return message

    def guild(self, call: Call) -> Guild:
        """Return the path's guild. Raises 10004."""
        guild = self._world.guilds.get(call.id("guild"))
        if guild is None:
            raise errors.unknown("Guild")
        return guild


def sending(channel: Channel) -> int:
    """Return the permission that posting in a channel needs."""
    return permissions.SEND_MESSAGES_IN_THREADS if channel.thread else permissions.SEND_MESSAGES
