"""What a world consists of. Values are frozen; things that live on under one id (guild, channel, message) change."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from sandbox.shapes import Json


class ChannelType(IntEnum):
    """The kinds of channel this world has."""

    TEXT = 0
    DM = 1
    CATEGORY = 4
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class MessageType(IntEnum):
    """The kinds of message this world has."""

    DEFAULT = 0
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21
    CONTEXT_MENU_COMMAND = 23


class MessageFlag:
    """Bits of a message's `flags`."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    VOICE_MESSAGE = 1 << 13
    COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True, slots=True)
class User:
    """A person or a bot. name: the unique handle; display_name: what is shown."""

    id: int
    name: str
    display_name: str
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions. bot_id: the bot whose managed role this is."""

    id: int
    name: str
    permissions: int
    position: int = 0
    color: int = 0
    bot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What one channel allows or denies a role or a member."""

    allow: int
    deny: int
    is_member: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A user's place in a guild. joined_at: ISO time."""

    user_id: int
    role_ids: tuple[int, ...]
    joined_at: str


@dataclass(slots=True)
class Guild:
    """A server; `roles[id]` with the guild's own id is @everyone."""

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)


@dataclass(slots=True)
class ThreadState:
    """What only a thread has. starter_id: the message it hangs on, None for a thread of its own."""

    owner_id: int
    created_at: str
    starter_id: int | None = None
    is_archived: bool = False
    is_locked: bool = False
    auto_archive_min: int = 1440
    sent_count: int = 0
    member_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Channel:
    """A place for messages, or a category. message_ids: oldest first. recipient_ids: both ends of a direct message."""

    id: int
    type: ChannelType
    name: str = ""
    guild_id: int | None = None
    parent_id: int | None = None
    position: int = 0
    topic: str | None = None
    recipient_ids: tuple[int, ...] = ()
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    thread: ThreadState | None = None
    message_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with its bytes. width and height: None for what is no picture. is_temporary: given to a command."""

    id: int
    channel_id: int
    filename: str
    content_type: str
    data: bytes
    width: int | None = None
    height: int | None = None
    description: str | None = None
    is_temporary: bool = False


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a message pings, after allowed_mentions had its say."""

    user_ids: tuple[int, ...] = ()
    role_ids: tuple[int, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a message remembers of the interaction it answers. metadata: Discord's `interaction_metadata`."""

    id: int
    type: int
    name: str
    user_id: int
    metadata: Json


@dataclass(frozen=True, slots=True)
class Version:
    """One state a message had. at: monotonic seconds."""

    at: float
    content: str
    filenames: tuple[str, ...]
    components: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """The part of a message that its author writes and may edit."""

    content: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: int = 0
    mentions: Mentions = field(default_factory=Mentions)


@dataclass(slots=True)
class Message:
    """A message. only_for: the person who alone sees it (ephemeral). nonce: the sender's own mark, echoed once."""

    id: int
    channel_id: int
    author_id: int
    type: MessageType
    body: Body
    created_at: str
    edited_at: str | None = None
    reply_to: tuple[int, int] | None = None
    nonce: str | int | None = None
    stamp: Stamp | None = None
    only_for: int | None = None
    is_dismissed: bool = False
    is_pinned: bool = False
    thread_id: int | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Command:
    """An application command. shape: its JSON as Discord returns it."""

    id: int
    guild_id: int | None
    type: int
    name: str
    shape: Json
