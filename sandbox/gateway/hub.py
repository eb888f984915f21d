"""Tells each bot session what happens in the world, as far as its shard, intents and permissions reach."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sandbox import events
from sandbox.entities import emoji_shape, guild_shape
from sandbox.gateway import intents
from sandbox.gateway.session import RESUMABLE_S, Outlet, Session
from sandbox.model import Channel, ChannelType, Guild, Message
from sandbox.payloads import Payloads
from sandbox.shapes import Json, to_text
from sandbox.snowflake import shard_of
from sandbox.visibility import withheld
from sandbox.world import World


class Hub:
    """Keeps the sessions and turns the world's events into theirs."""

    def __init__(self, world: World, payloads: Payloads) -> None:
        self._world = world
        self._payloads = payloads
        self.sessions: dict[str, Session] = {}
        self.gateway_url = ""
        self.last_intents = 0
        world.subscribe(self.hear)

    # Sessions

    def open(self, shard: int, shard_count: int, wanted: int, outlet: Outlet) -> Session:
        """Start a session and greet it with READY and its guilds."""
        self._forget_old()
        session = Session(secrets.token_hex(16), shard, shard_count, wanted, outlet)
        self.sessions[session.id] = session
        self.last_intents = wanted
        guilds = [guild for guild in self._world.guilds.values() if shard_of(guild.id, shard_count) == shard]
        session.send("READY", to_text(self._ready(session, guilds)))
        if wanted & intents.GUILDS:
            for guild in guilds:
                session.send("GUILD_CREATE", to_text(self.guild_create(guild)))
        self._world.set_online(True)
        return session

    def resume(self, session_id: str, seen: int, outlet: Outlet) -> Session | None:
        """Go on with a session on a new socket after sending what it missed; None if that cannot be."""
        self._forget_old()
        session = self.sessions.get(session_id)
        if session is None:
            return None
        session.hang_up(4000, "Resumed elsewhere")
        session.outlet = outlet
        if not session.replay(seen):
            del self.sessions[session_id]
            return None
        session.send("RESUMED", "{}")
        self._world.set_online(True)
        return session

    def detach(self, session: Session, outlet: Outlet, *, is_final: bool) -> None:
        """Note that a socket is gone. is_final: the bot said goodbye, so its session ends."""
        if session.outlet is not outlet:
            return
        session.outlet = None
        session.detached_at_s = self._world.clock.monotonic_s()
        if is_final:
            self.sessions.pop(session.id, None)
        self._world.set_online(any(other.outlet for other in self.sessions.values()))

    def drop(self, shard: int, *, is_resumable: bool, code: int | None) -> int:
        """Cut the sockets of a shard, or first forget their sessions so that they cannot be resumed; say how many."""
        cut = [session for session in self.sessions.values() if session.shard == shard and session.outlet]
        for session in cut:
            if is_resumable:
                session.hang_up(code or 4000, "Dropped")
            else:
                del self.sessions[session.id]
                session.invalidate()
                if code is not None:
                    session.hang_up(code, "Dropped")
        return len(cut)

    def _forget_old(self) -> None:
        limit = self._world.clock.monotonic_s() - RESUMABLE_S
        old = [s.id for s in self.sessions.values() if s.outlet is None and s.detached_at_s < limit]
        for session_id in old:
            del self.sessions[session_id]

    def _ready(self, session: Session, guilds: list[Guild]) -> Json:
        bot_id = self._world.bot.id
        return {
            "v": 10,
            "user": {**self._payloads.user(bot_id), "verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.gateway_url,
            "shard": [session.shard, session.shard_count],
            "application": {"id": str(bot_id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "geo_ordered_rtc_regions": [],
            "user_settings": {},
            "_trace": ["sandbox"],
        }

    def guild_create(self, guild: Guild) -> Json:
        """Return a whole guild; of its members only the bot, as Discord does without the members intent."""
        world, bot_id = self._world, self._world.bot.id
        own = [channel for channel in world.channels.values() if channel.guild_id == guild.id]
        visible = [channel for channel in own if world.sees(bot_id, channel) or not channel.thread]
        shapes = [(channel, self._payloads.channel(channel, bot_id)) for channel in visible]
        return {
            **guild_shape(guild),
            "joined_at": guild.members[bot_id].joined_at,
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [self._payloads.member(guild, bot_id)],
            "channels": [shape for channel, shape in shapes if not channel.thread],
            "threads": [shape for channel, shape in shapes if channel.thread and not channel.thread.is_archived],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def member_chunk(self, guild: Guild, user_ids: Iterable[int], nonce: str | None) -> Json:
        """Return members in answer to REQUEST_GUILD_MEMBERS, in one chunk."""
        members = [self._payloads.member(guild, user_id) for user_id in user_ids if user_id in guild.members]
        shape: Json = {"guild_id": str(guild.id), "members": members, "chunk_index": 0, "chunk_count": 1}
        return shape if nonce is None else {**shape, "nonce": nonce}

    # Events

    def hear(self, event: events.Event) -> None:
        """Pass an event of the world on."""
        if not self.sessions:
            return
        match event:
            case events.MessageCreated(message):
                self._tell_message("MESSAGE_CREATE", message, self._payloads.new_message(message))
            case events.MessageChanged(message):
                self._tell_message("MESSAGE_UPDATE", message, self._payloads.message(message))
            case events.MessagesDeleted():
                self._tell_deleted(event)
            case events.ReactionChanged():
                self._tell_reaction(event)
            case events.TypingStarted():
                self._tell_typing(event)
            case events.ChannelCreated(channel):
                self._tell_channel("CREATE", channel)
            case events.ChannelChanged(channel):
                self._tell_channel("UPDATE", channel)
            case events.ChannelDeleted(channel):
                self._tell_channel("DELETE", channel)
            case events.GuildCreated(guild):
                self._tell("GUILD_CREATE", guild.id, intents.GUILDS, self.guild_create(guild))
            case events.MemberJoined(guild, user):
                shape = {**self._payloads.member(guild, user.id), "guild_id": str(guild.id)}
                self._tell("GUILD_MEMBER_ADD", guild.id, intents.GUILD_MEMBERS, shape)
            case events.MemberLeft(guild, user):
                shape = {"guild_id": str(guild.id), "user": self._payloads.user(user.id)}
                self._tell("GUILD_MEMBER_REMOVE", guild.id, intents.GUILD_MEMBERS, shape)
            case events.InteractionSent(guild_id, payload):
                self._tell("INTERACTION_CREATE", guild_id, intents.NONE, payload)
            case _:
                pass

    def _tell(self, name: str, guild_id: int | None, intent: int, payload: Json) -> None:
        """Send an event to the sessions it concerns, written once for all of them."""
        hearers = [session for session in self.sessions.values() if session.hears(guild_id, intent)]
        if hearers:
            text = to_text(payload)
            for session in hearers:
                session.send(name, text)

    def _tell_in(self, channel: Channel, name: str, in_guild: int, in_dm: int, payload: Json) -> None:
        """Send an event of one channel, if the bot sees the channel."""
        if self._world.sees(self._world.bot.id, channel):
            place = {} if channel.guild_id is None else {"guild_id": str(channel.guild_id)}
            self._tell(name, channel.guild_id, in_dm if channel.guild_id is None else in_guild, {**payload, **place})

    def _tell_message(self, name: str, message: Message, shape: Json) -> None:
        channel, bot_id = self._world.channels[message.channel_id], self._world.bot.id
        is_direct = channel.guild_id is None
        if not self._world.sees(bot_id, channel):
            return
        intent = intents.DIRECT_MESSAGES if is_direct else intents.GUILD_MESSAGES
        hearers = [session for session in self.sessions.values() if session.hears(channel.guild_id, intent)]
        if not hearers:
            return
        # Discord leaves guild and member out of ephemeral messages: a bot cannot tell them from direct ones.
        if channel.guild_id is not None and message.only_for is None:
            shape = self._with_guild(shape, message, self._world.guilds[channel.guild_id])
        full = to_text(shape)
        bare = withheld(self._world, shape, message)
        short = full if bare is shape else to_text(bare)
        for session in hearers:
            session.send(name, full if session.intents & intents.MESSAGE_CONTENT else short)

    def _with_guild(self, shape: Json, message: Message, guild: Guild) -> Json:
        """Add the guild, the author's and the mentioned users' memberships."""
        extra: Json = {"guild_id": str(guild.id)}
        if message.stamp is None and message.author_id in guild.members:
            extra["member"] = self._payloads.member(guild, message.author_id, with_user=False)
        if message.body.mentions.user_ids:
            extra["mentions"] = [
                {**self._payloads.user(user_id), "member": self._payloads.member(guild, user_id, with_user=False)}
                for user_id in message.body.mentions.user_ids
                if user_id in guild.members
            ]
        return {**shape, **extra}

    def _tell_deleted(self, event: events.MessagesDeleted) -> None:
        place = {"channel_id": str(event.channel.id)}
        messages = (intents.GUILD_MESSAGES, intents.DIRECT_MESSAGES)
        if event.only_for is not None:
            return
        if event.is_bulk:
            ids = [str(message_id) for message_id in event.message_ids]
            self._tell_in(event.channel, "MESSAGE_DELETE_BULK", *messages, {**place, "ids": ids})
            return
        for message_id in event.message_ids:
            self._tell_in(event.channel, "MESSAGE_DELETE", *messages, {**place, "id": str(message_id)})

    def _tell_reaction(self, event: events.ReactionChanged) -> None:
        message, channel = event.message, self._world.channels[event.message.channel_id]
        name = "MESSAGE_REACTION_ADD" if event.is_added else "MESSAGE_REACTION_REMOVE"
        shape: Json = {
            "user_id": str(event.user_id),
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "message_author_id": str(message.author_id),
            "emoji": emoji_shape(event.emoji),
            "type": 0,
            "burst": False,
        }
        if event.is_added and channel.guild_id is not None:
            shape["member"] = self._payloads.member(self._world.guilds[channel.guild_id], event.user_id)
        self._tell_in(channel, name, intents.GUILD_REACTIONS, intents.DIRECT_REACTIONS, shape)

    def _tell_typing(self, event: events.TypingStarted) -> None:
        channel = event.channel
        shape: Json = {"channel_id": str(channel.id), "user_id": str(event.user_id), "timestamp": event.at_s}
        if channel.guild_id is not None:
            shape["member"] = self._payloads.member(self._world.guilds[channel.guild_id], event.user_id)
        self._tell_in(channel, "TYPING_START", intents.GUILD_TYPING, intents.DIRECT_TYPING, shape)

    def _tell_channel(self, what: str, channel: Channel) -> None:
        if channel.type is ChannelType.DM and self._world.bot.id not in channel.recipient_ids:
            return
        kind = "THREAD" if channel.thread else "CHANNEL"
        shape = self._payloads.channel(channel, self._world.bot.id)
        if channel.thread and what == "CREATE":
            shape["newly_created"] = True
        intent = intents.DIRECT_MESSAGES if channel.guild_id is None else intents.GUILDS
        self._tell(f"{kind}_{what}", channel.guild_id, intent, shape)
