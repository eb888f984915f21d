"""Gathers what an interaction's values point to: Discord sends it along as `resolved`."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from sandbox.compose import Composer
from sandbox.entities import role_shape
from sandbox.interactions import Interactions
from sandbox.model import Attachment, Channel
from sandbox.payloads import Payloads
from sandbox.people.refusal import Refused
from sandbox.shapes import Json
from sandbox.uploads import Upload
from sandbox.world import World

MAX_TEMPORARY_FILES = 100


class Sight:
    """The parts of the sandbox that resolving needs, bound together once."""

    def __init__(self, world: World, payloads: Payloads, composer: Composer, interactions: Interactions) -> None:
        self.world = world
        self.payloads = payloads
        self.composer = composer
        self.interactions = interactions
        self._temporary: deque[int] = deque()

    def lend(self, attachment: Attachment) -> None:
        """Serve a file that came with a command, until so many came after it that it may be forgotten."""
        self.world.files[attachment.id] = attachment
        self._temporary.append(attachment.id)
        if len(self._temporary) > MAX_TEMPORARY_FILES:
            self.world.files.pop(self._temporary.popleft(), None)


class Resolved:
    """Collects users, members, roles, channels, messages and attachments by id for one interaction.

    uploads: the files that came with it; an attachment is named by its index among them.
    """

    def __init__(self, sight: Sight, user_id: int, channel: Channel, uploads: Sequence[Upload] = ()) -> None:
        self._sight = sight
        self._user_id = user_id
        self._channel = channel
        self._uploads = {str(upload.index): upload for upload in uploads}
        self.shape: Json = {}

    def user(self, given: object) -> str:
        """Resolve a user, with their membership in a guild, and return the id."""
        world, user_id = self._sight.world, _number(given)
        if user_id not in world.users:
            raise Refused("That user does not exist.")
        self._put("users", user_id, self._sight.payloads.user(user_id))
        guild = world.guilds.get(self._channel.guild_id or 0)
        if guild is not None and user_id in guild.members:
            member = self._sight.payloads.member(guild, user_id, with_user=False)
            del member["deaf"], member["mute"]
            self._put("members", user_id, {**member, "permissions": str(world.may(user_id, self._channel))})
        return str(user_id)

    def role(self, given: object) -> str:
        """Resolve a role and return the id."""
        guild, role_id = self._sight.world.guilds.get(self._channel.guild_id or 0), _number(given)
        if guild is None or role_id not in guild.roles:
            raise Refused("That role does not exist.")
        self._put("roles", role_id, role_shape(guild.roles[role_id]))
        return str(role_id)

    def mentionable(self, given: object) -> str:
        """Resolve a user or role and return the id."""
        return self.user(given) if _number(given) in self._sight.world.users else self.role(given)

    def channel(self, given: object, types: Sequence[int] = ()) -> str:
        """Resolve a channel of the given types (none: any) and return the id."""
        world, channel_id = self._sight.world, _number(given)
        channel = world.channels.get(channel_id)
        if channel is None or channel.guild_id != self._channel.guild_id or not world.sees(self._user_id, channel):
            raise Refused("That channel does not exist.")
        if types and channel.type not in types:
            raise Refused("That kind of channel does not fit here.")
        self._put("channels", channel_id, self._sight.interactions.channel_for(channel, self._user_id))
        return str(channel_id)

    def message(self, given: object) -> str:
        """Resolve a message of the interaction's channel, whole, and return the id."""
        world, message_id = self._sight.world, _number(given)
        message = world.messages.get(message_id)
        is_here = message is not None and message.channel_id == self._channel.id
        if message is None or not is_here or not world.sees_message(self._user_id, message):
            raise Refused("That message does not exist.")
        self._put("messages", message_id, self._sight.payloads.message(message))
        return str(message_id)

    def attachment(self, index: object) -> str:
        """Turn an uploaded file into an attachment and return its id."""
        upload = self._uploads.get(str(index))
        if upload is None:
            raise Refused("The file did not arrive.")
        attachment = self._sight.composer.attach(upload, self._channel.id, {}, is_temporary=True)
        self._sight.lend(attachment)
        self._put("attachments", attachment.id, self._sight.payloads.attachment(attachment))
        return str(attachment.id)

    def _put(self, family: str, snowflake: int, shape: Json) -> None:
        self.shape.setdefault(family, {})[str(snowflake)] = shape


def _number(given: object) -> int:
    text = str(given)
    return int(text) if text.isdecimal() else 0
