"""What one person sees: the state they begin with and messages as the page gets them."""

from __future__ import annotations

from itertools import islice

from sandbox.entities import role_shape
from sandbox.history import newest_first
from sandbox.model import Channel, ChannelType, Guild, Message
from sandbox.payloads import Payloads
from sandbox.shapes import Json
from sandbox.world import World


class View:
    """Writes the world for people, in Discord's shapes."""

    def __init__(self, world: World, payloads: Payloads, *, max_file_bytes: int) -> None:
        self._world = world
        self._payloads = payloads
        self._max_file_bytes = max_file_bytes

    def people(self) -> list[Json]:
        """Return the people, the default one first."""
        return [self._payloads.user(user_id) for user_id in self._world.people]

    def state(self, user_id: int) -> Json:
        """Return everything the page begins with."""
        world = self._world
        mine = [guild for guild in world.guilds.values() if user_id in guild.members]
        direct = [c for c in world.channels.values() if c.type is ChannelType.DM and user_id in c.recipient_ids]
        return {
            "user": self._payloads.user(user_id),
            "people": self.people(),
            "guilds": [self._guild(guild, user_id) for guild in mine],
            "dms": [self._payloads.channel(channel, user_id) for channel in direct],
            "application": self._application(),
            "commands": self.commands(),
            "bot_online": world.is_bot_online,
            "limits": {"max_file_bytes": self._max_file_bytes},
        }

    def _guild(self, guild: Guild, user_id: int) -> Json:
        own = [c for c in self._world.channels.values() if c.guild_id == guild.id and self._world.sees(user_id, c)]
        return {
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(guild.owner_id),
            "channels": [self._payloads.channel(channel, user_id) for channel in own],
            "roles": [role_shape(role) for role in guild.roles.values()],
            "members": [self._payloads.member(guild, member_id) for member_id in guild.members],
        }

    def _application(self) -> Json | None:
        if not self._world.was_bot_here:
            return None
        bot = self._world.bot
        return {"id": str(bot.id), "name": bot.display_name, "bot": self._payloads.user(bot.id)}

    def commands(self) -> list[Json]:
        """Return every command."""
        return [command.shape for command in self._world.commands.values()]

    def channel(self, channel: Channel, user_id: int) -> Json:
        """Return a channel as one person sees it."""
        return self._payloads.channel(channel, user_id)

    def message(self, message: Message, *, is_new: bool = False) -> Json:
        """Return a message, with the name of the command it answers."""
        shape = self._payloads.new_message(message) if is_new else self._payloads.message(message)
        if message.stamp is not None:
            shape["interaction_metadata"] = {**shape["interaction_metadata"], "name": message.stamp.name}
        return shape

    def history(self, channel: Channel, user_id: int, *, limit: int, before: int | None) -> list[Json]:
        """Return a channel's messages, newest first, with this person's ephemeral ones."""
        seen = (m for m in newest_first(self._world, channel, before=before) if self._world.sees_message(user_id, m))
        return [self.message(message) for message in islice(seen, limit)]
