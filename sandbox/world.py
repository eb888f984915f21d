"""The state of a small Discord and every way it may change, without sockets, so that values test it.

It is a world of its own rather than SimCord's backend on purpose. SimCord is the independent second model of Discord
that the cogs' behaviour tests run on: sharing it would let one misunderstanding pass both. Its backend also is
internal and lives inside one process, without sockets, rate-limit buckets, resumed sessions or several clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sandbox import events, permissions
from sandbox.clock import Clock
from sandbox.model import (
    Attachment,
    Body,
    Channel,
    ChannelType,
    Command,
    Guild,
    Member,
    Message,
    MessageFlag,
    MessageType,
    Overwrite,
    Role,
    Stamp,
    ThreadState,
    User,
    Version,
)
from sandbox.snowflake import Snowflakes

Listener = Callable[[events.Event], None]


class World:
    """Users, guilds, channels, messages, files and commands; one application with its bot.

    Every change is published to the listeners at once, in order.
    """

    def __init__(self, clock: Clock, *, bot_name: str = "Bot") -> None:
        self.clock = clock
        self.ids = Snowflakes(clock.now_s)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.files: dict[int, Attachment] = {}
        self.commands: dict[int, Command] = {}
        self.people: list[int] = []
        self.bot = User(self.ids.next(), bot_name.lower().replace(" ", "-"), bot_name, is_bot=True)
        self.users[self.bot.id] = self.bot
        self.was_bot_here = False
        self.is_bot_online = False
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Tell `listener` of every later event."""
        self._listeners.append(listener)

    def publish(self, event: events.Event) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener(event)

    # People and places

    def add_person(self, name: str, display_name: str = "") -> User:
        """Add somebody who becomes a member of every guild."""
        user = User(self.ids.next(), name, display_name or name)
        self.users[user.id] = user
        self.people.append(user.id)
        for guild in self.guilds.values():
            self._join(guild, user)
            self.publish(events.MemberJoined(guild, user))
        return user

    def add_guild(self, name: str, owner: User, *, shard: int = 0, shard_count: int = 1) -> Guild:
        """Add a guild with everybody and the bot in it, and no channels; its id puts it on one of so many shards."""
        guild = Guild(self.ids.next_on(shard, shard_count), name, owner.id)
        guild.roles[guild.id] = Role(guild.id, "@everyone", permissions.EVERYONE)
        managed = Role(self.ids.next(), self.bot.display_name, permissions.EVERYONE, position=1, bot_id=self.bot.id)
        guild.roles[managed.id] = managed
        for user_id in (*self.people, self.bot.id):
            self._join(guild, self.users[user_id])
        self.guilds[guild.id] = guild
        self.publish(events.GuildCreated(guild))
        return guild

    def _join(self, guild: Guild, user: User) -> None:
        own = tuple(role.id for role in guild.roles.values() if role.bot_id == user.id)
        guild.members[user.id] = Member(user.id, own, self.clock.iso())

    def leave(self, guild: Guild, user: User) -> None:
        """Let somebody leave a guild; they stay a person, and what they wrote stays."""
        del guild.members[user.id]
        self.publish(events.MemberLeft(guild, user))

    def add_role(self, guild: Guild, name: str, granted: int, member_ids: Iterable[int] = ()) -> Role:
        """Add a role and give it to members."""
        role = Role(self.ids.next(), name, granted, position=len(guild.roles))
        guild.roles[role.id] = role
        for user_id in member_ids:
            member = guild.members[user_id]
            guild.members[user_id] = replace(member, role_ids=(*member.role_ids, role.id))
        return role

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        type_: ChannelType = ChannelType.TEXT,
        parent_id: int | None = None,
        topic: str | None = None,
    ) -> Channel:
        """Add a channel or category at the end of the guild's list."""
        position = sum(channel.guild_id == guild.id for channel in self.channels.values())
        channel = Channel(self.ids.next(), type_, name, guild.id, parent_id, position, topic)
        return self._show(channel)

    def open_dm(self, one_id: int, other_id: int) -> Channel:
        """Return the direct messages between two users, opening them if they have none."""
        ends = tuple(sorted((one_id, other_id)))
        for channel in self.channels.values():
            if channel.recipient_ids == ends:
                return channel
        return self._show(Channel(self.ids.next(), ChannelType.DM, recipient_ids=ends))

    def start_thread(
        self, parent: Channel, name: str, owner_id: int, *, starter: Message | None = None, is_private: bool = False
    ) -> Channel:
        """Start a thread on a message (it then has the message's id) or by itself."""
        state = ThreadState(owner_id, self.clock.iso(), starter.id if starter else None, member_ids=[owner_id])
        kind = ChannelType.PRIVATE_THREAD if is_private else ChannelType.PUBLIC_THREAD
        thread_id = starter.id if starter else self.ids.next()
        thread = Channel(thread_id, kind, name, parent.guild_id, parent.id, thread=state)
        self._show(thread)
        if starter is not None:
            starter.thread_id = thread.id
            starter.body = replace(starter.body, flags=starter.body.flags | MessageFlag.HAS_THREAD)
            self.publish(events.MessageChanged(starter))
            self.post(thread, owner_id, Body(), type_=MessageType.THREAD_STARTER, reply_to=(parent.id, starter.id))
        elif not is_private:
            self.post(parent, owner_id, Body(name), type_=MessageType.THREAD_CREATED, reply_to=(thread.id, 0))
        return thread

    def _show(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.publish(events.ChannelCreated(channel))
        return channel

    def change_channel(self, channel: Channel) -> None:
        """Say that a channel's properties were changed."""
        self.publish(events.ChannelChanged(channel))

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel or thread with its messages."""
        for message_id in channel.message_ids:
            del self.messages[message_id]
        del self.channels[channel.id]
        self.publish(events.ChannelDeleted(channel))

    def set_overwrite(self, channel: Channel, target_id: int, overwrite: Overwrite) -> None:
        """Set what a channel allows and denies one role or member."""
        channel.overwrites[target_id] = overwrite
        self.publish(events.ChannelChanged(channel))

    # Permissions

    def parent_of(self, channel: Channel) -> Channel:
        """Return the channel whose overwrites count: a thread's parent, else the channel itself."""
        return self.channels[channel.parent_id] if channel.thread and channel.parent_id else channel

    def may(self, user_id: int, channel: Channel) -> int:
        """Return the permission bits somebody has in a channel."""
        if channel.guild_id is None:
            return permissions.DIRECT_MESSAGE if user_id in channel.recipient_ids else 0
        granted = permissions.in_channel(self.guilds[channel.guild_id], self.parent_of(channel), user_id)
        if channel.type is ChannelType.PRIVATE_THREAD and channel.thread and user_id not in channel.thread.member_ids:
            return granted if granted & permissions.MANAGE_THREADS else 0
        return granted

    def share_a_guild(self, user_ids: Iterable[int]) -> bool:
        """Return whether there is a guild that has all of these users."""
        wanted = set(user_ids)
        return any(wanted <= guild.members.keys() for guild in self.guilds.values())

    def sees(self, user_id: int, channel: Channel) -> bool:
        """Return whether a channel exists for somebody."""
        return bool(self.may(user_id, channel) & permissions.VIEW_CHANNEL)

    def sees_message(self, user_id: int, message: Message) -> bool:
        """Return whether somebody is shown a message: ephemeral ones only their person, until dismissed."""
        if message.only_for is not None:
            return message.only_for == user_id and not message.is_dismissed
        return self.sees(user_id, self.channels[message.channel_id])

    # Messages

    def post(
        self,
        channel: Channel,
        author_id: int,
        body: Body,
        *,
        type_: MessageType = MessageType.DEFAULT,
        reply_to: tuple[int, int] | None = None,
        nonce: str | int | None = None,
        stamp: Stamp | None = None,
        only_for: int | None = None,
    ) -> Message:
        """Add a message to the end of a channel."""
        message = Message(self.ids.next(), channel.id, author_id, type_, body, self.clock.iso())
        message.reply_to, message.nonce, message.stamp, message.only_for = reply_to, nonce, stamp, only_for
        self.messages[message.id] = message
        channel.message_ids.append(message.id)
        if channel.thread:
            channel.thread.sent_count += 1
        self._remember(message)
        self.publish(events.MessageCreated(message))
        return message

    def edit(self, message: Message, body: Body) -> Message:
        """Give a message another body; filling in a "thinking" message does not mark it as edited."""
        if not message.body.flags & MessageFlag.LOADING:
            message.edited_at = self.clock.iso()
        message.body = body
        self._remember(message)
        self.publish(events.MessageChanged(message))
        return message

    def _remember(self, message: Message) -> None:
        body = message.body
        self.files.update((attachment.id, attachment) for attachment in body.attachments)
        names = tuple(attachment.filename for attachment in body.attachments)
        message.versions.append(Version(self.clock.monotonic_s(), body.content, names, body.components))

    def delete(self, channel: Channel, messages: list[Message], *, is_bulk: bool = False) -> None:
        """Delete messages of one channel, and their files."""
        for message in messages:
            channel.message_ids.remove(message.id)
            del self.messages[message.id]
            for attachment in message.body.attachments:
                self.files.pop(attachment.id, None)
        gone = tuple(message.id for message in messages)
        self.publish(events.MessagesDeleted(channel, gone, messages[0].only_for, is_bulk))

    def dismiss(self, message: Message) -> None:
        """Hide an ephemeral message from its person; the bot may still edit it, unseen."""
        message.is_dismissed = True
        channel = self.channels[message.channel_id]
        self.publish(events.MessagesDeleted(channel, (message.id,), message.only_for))

    def react(self, message: Message, user_id: int, emoji: str, *, is_added: bool) -> None:
        """Add or take back a reaction; doing it twice changes nothing."""
        users = message.reactions.setdefault(emoji, [])
        if (user_id in users) is not is_added:
            (users.append if is_added else users.remove)(user_id)
            self.publish(events.ReactionChanged(message, user_id, emoji, is_added))
        if not users:
            del message.reactions[emoji]

    def type_in(self, channel: Channel, user_id: int) -> None:
        """Show somebody as typing."""
        self.publish(events.TypingStarted(channel, user_id, int(self.clock.now_s())))

    # The application

    def set_commands(self, commands: Iterable[Command], *, replacing: Iterable[int] = ()) -> None:
        """Add or replace commands after removing those with the ids of `replacing`."""
        for command_id in list(replacing):
            self.commands.pop(command_id, None)
        self.commands.update((command.id, command) for command in commands)
        self.was_bot_here = True
        self.publish(events.CommandsChanged())

    def set_bot(self, user: User) -> None:
        """Rename the bot."""
        self.bot = self.users[user.id] = user

    def set_online(self, is_online: bool) -> None:
        """Show the bot as online or gone."""
        self.was_bot_here |= is_online
        if self.is_bot_online is not is_online:
            self.is_bot_online = is_online
            self.publish(events.PresenceChanged(is_online))


def seeded(clock: Clock, *, bot_name: str = "Bot", shards: int = 1) -> World:
    """Return a world with three people, the default person first, and a guild of four channels for every shard."""
    world = World(clock, bot_name=bot_name)
    you = world.add_person("you", "You")
    world.add_person("ada")
    linus = world.add_person("linus")
    for shard in range(shards):
        guild = world.add_guild(f"Garden {shard + 1}" if shard else "Grok Garden", you, shard=shard, shard_count=shards)
        _furnish(world, guild, linus)
    return world


def _furnish(world: World, guild: Guild, moderator: User) -> None:
    world.add_role(guild, "Moderators", permissions.MANAGE_MESSAGES, [moderator.id])
    for category, names in (("Talk", ("general", "help")), ("Studio", ("pictures", "clips"))):
        parent = world.add_channel(guild, category, type_=ChannelType.CATEGORY)
        for name in names:
            world.add_channel(guild, name, parent_id=parent.id)
