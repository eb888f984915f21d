"""What happens in a world: values that the gateway tells bots and the live socket tells people."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.model import Channel, Guild, Message, User
from sandbox.shapes import Json


@dataclass(frozen=True, slots=True)
class MessageCreated:
    """A message appeared."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """A message reads or looks different now."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessagesDeleted:
    """Messages are gone from a channel. only_for: whose they were, when ephemeral; is_bulk: by one bulk delete."""

    channel: Channel
    message_ids: tuple[int, ...]
    only_for: int | None = None
    is_bulk: bool = False


@dataclass(frozen=True, slots=True)
class ReactionChanged:
    """Somebody added or took back a reaction."""

    message: Message
    user_id: int
    emoji: str
    is_added: bool


@dataclass(frozen=True, slots=True)
class TypingStarted:
    """Somebody writes; it lasts ten seconds. at_s: seconds since 1970."""

    channel: Channel
    user_id: int
    at_s: int


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A channel, thread or direct message appeared."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """A channel or thread has other properties now."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelDeleted:
    """A channel or thread is gone."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class GuildCreated:
    """A guild appeared, with the bot in it."""

    guild: Guild


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """Somebody became a member of a guild."""

    guild: Guild
    user: User


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """Somebody is no longer a member of a guild."""

    guild: Guild
    user: User


@dataclass(frozen=True, slots=True)
class CommandsChanged:
    """The application offers other commands now."""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """The bot came online or went."""

    is_online: bool


@dataclass(frozen=True, slots=True)
class InteractionSent:
    """A person used a command, component or modal. payload: what the bot gets."""

    guild_id: int | None
    payload: Json


@dataclass(frozen=True, slots=True)
class InteractionSeen:
    """How an interaction goes on, for the person who began it. state: "pending", "done" or "failed"."""

    interaction_id: int
    user_id: int
    channel_id: int
    nonce: str | None
    message_id: int | None
    state: str


@dataclass(frozen=True, slots=True)
class ModalOpened:
    """The bot answered with a form to fill in."""

    interaction_id: int
    user_id: int
    nonce: str | None
    modal: Json


Event = (
    MessageCreated
    | MessageChanged
    | MessagesDeleted
    | ReactionChanged
    | TypingStarted
    | ChannelCreated
    | ChannelChanged
    | ChannelDeleted
    | GuildCreated
    | MemberJoined
    | MemberLeft
    | CommandsChanged
    | PresenceChanged
    | InteractionSent
    | InteractionSeen
    | ModalOpened
)
