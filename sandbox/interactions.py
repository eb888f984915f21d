"""Interactions: what a person starts with a command, component or modal, and how long the bot may answer.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from sandbox import errors, events, permissions
from sandbox.model import Channel, Message, MessageFlag, Stamp
from sandbox.payloads import Payloads
from sandbox.shapes import Json
from sandbox.world import World

KEPT = 20_000
DEFAULT_LOCALE = "en-US"
_LOCALES = (
    "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr", "hu", "id", "it", "ja",
    "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
)  # fmt: skip
Later = Callable[[float, Callable[[], None]], object]


class Kind(IntEnum):
    """Discord's interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """first_reply_s: until the bot must have reacted; life_s: how long its token works."""

    first_reply_s: float = 3.0
    life_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Start:
    """What a person did. data: the interaction's `data`; name: what to call it; source: the message it was done on.

    metadata: what later answers tell of it; on_choices: gets what an autocomplete is answered with; locale: the
    language of the person's client.
    """

    kind: Kind
    user_id: int
    channel: Channel
    data: Json
    name: str
    nonce: str | None = None
    source: Message | None = None
    metadata: Json | None = None
    is_context_menu: bool = False
    on_choices: Callable[[list[Json]], None] | None = None
    locale: str = DEFAULT_LOCALE


@dataclass(slots=True)
class Interaction:
    """One interaction. state: "pending", "done" or "failed"; response_id: the message that is `@original`."""

    id: int
    token: str
    start: Start
    stamp: Stamp
    began_at: float
    state: str = "pending"
    response_id: int | None = None
    modal: Json | None = None


class Interactions:
    """Starts interactions, finds them again by token, and gives up on those without a first reply.

    later: runs a function after some seconds.
    """

    def __init__(self, world: World, payloads: Payloads, timing: Timing, later: Later, *, max_file_bytes: int) -> None:
        self._world = world
        self._payloads = payloads
        self._timing = timing
        self._later = later
        self._max_file_bytes = max_file_bytes
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def begin(self, start: Start) -> Interaction:
        """Tell the bot of a new interaction."""
        interaction_id = self._world.ids.next()
        token = secrets.token_urlsafe(96)
        stamp = self._stamp(interaction_id, start)
        interaction = Interaction(interaction_id, token, start, stamp, self._world.clock.monotonic_s())
        self._by_id[interaction.id] = self._by_token[token] = interaction
        if len(self._by_id) > KEPT:
            oldest = self._by_id.pop(next(iter(self._by_id)))
            del self._by_token[oldest.token]
        self.announce(interaction)
        payload = self._payload(interaction)
        self._later(self._timing.first_reply_s, lambda: self._give_up(interaction))
        self._world.publish(events.InteractionSent(start.channel.guild_id, payload))
        return interaction

    def awaiting(self, interaction_id: int, token: str) -> Interaction:
        """Return an interaction that may get its first reply. Raises 10062 or 40060."""
        interaction = self._by_id.get(interaction_id)
        if interaction is None or not secrets.compare_digest(interaction.token, token):
            raise errors.unknown("Interaction")
        if interaction.state == "done":
            raise errors.already_acknowledged()
        age = self._world.clock.monotonic_s() - interaction.began_at
        if interaction.state == "failed" or age > self._timing.first_reply_s:
            raise errors.unknown("Interaction")
        return interaction

    def answered(self, token: str) -> Interaction:
        """Return an interaction whose webhook may be used. Raises 50027 or, before a first reply, 10015."""
        interaction = self._by_token.get(token)
        if interaction is None:
            raise errors.wrong_token()
        if self._world.clock.monotonic_s() - interaction.began_at > self._timing.life_s:
            raise errors.wrong_token()
        if interaction.state != "done":
            raise errors.unknown("Webhook")
        return interaction

    def find(self, interaction_id: int) -> Interaction | None:
        """Return an interaction by its id."""
        return self._by_id.get(interaction_id)

    def finish(self, interaction: Interaction) -> None:
        """Note that the first reply came."""
        interaction.state = "done"
        self.announce(interaction)

    def _give_up(self, interaction: Interaction) -> None:
        if interaction.state == "pending":
            interaction.state = "failed"
            self.announce(interaction)
            if interaction.start.on_choices is not None:
                interaction.start.on_choices([])

    def announce(self, interaction: Interaction) -> None:
        """Tell the person how their interaction stands; autocompletes are not worth telling."""
        start = interaction.start
        if start.kind is not Kind.AUTOCOMPLETE:
            source_id = start.source.id if start.source else None
            seen = events.InteractionSeen(
                interaction.id, start.user_id, start.channel.id, start.nonce, source_id, interaction.state
            )
            self._world.publish(seen)

    def _stamp(self, interaction_id: int, start: Start) -> Stamp:
        metadata: Json = {
            "id": str(interaction_id),
            "type": int(start.kind),
            "authorizing_integration_owners": _owners(start.channel),
            **(start.metadata or {}),
        }
        return Stamp(interaction_id, int(start.kind), start.name, start.user_id, metadata)

    def _payload(self, interaction: Interaction) -> Json:
        """Return what INTERACTION_CREATE tells the bot."""
        start, world = interaction.start, self._world
        channel, bot_id = start.channel, world.bot.id
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(bot_id),
            "type": int(start.kind),
            "version": 1,
            "token": interaction.token,
            "data": start.data,
            "channel_id": str(channel.id),
            "channel": self.channel_for(channel, start.user_id),
            "app_permissions": str(world.may(bot_id, channel)),
            "locale": start.locale,
            "context": 0 if channel.guild_id else 1,
            "entitlements": [],
            "authorizing_integration_owners": _owners(channel),
            "attachment_size_limit": self._max_file_bytes,
        }
        payload |= self._who(start)
        if start.source is not None:
            payload["message"] = self._message_for_bot(start.source)
        return payload

    def _who(self, start: Start) -> Json:
        """Return the person: a member with permissions in a guild, a plain user elsewhere."""
        channel, world = start.channel, self._world
        if channel.guild_id is None:
            return {"user": self._payloads.user(start.user_id)}
        guild = world.guilds[channel.guild_id]
        member = {**self._payloads.member(guild, start.user_id), "permissions": str(world.may(start.user_id, channel))}
        return {
            "guild_id": str(guild.id),
            "guild_locale": "en-US",
            "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
            "member": member,
        }

    def _message_for_bot(self, source: Message) -> Json:
        shape = self._payloads.message(source)
        if source.body.flags & MessageFlag.EPHEMERAL or not (
            guild_id := self._world.channels[source.channel_id].guild_id
        ):
            return shape
        return {**shape, "guild_id": str(guild_id)}

    def channel_for(self, channel: Channel, user_id: int) -> Json:
        """Return a channel as interactions show it: with the person's permissions."""
        shape = self._payloads.channel(channel, self._world.bot.id)
        shape.pop("permission_overwrites", None)
        return {**shape, "permissions": str(self._world.may(user_id, channel))}

    def may_use(self, user_id: int, channel: Channel) -> bool:
        """Return whether somebody may use commands in a channel."""
        needed = permissions.VIEW_CHANNEL | permissions.USE_APPLICATION_COMMANDS
        return self._world.may(user_id, channel) & needed == needed


def find_locale(language: object) -> str:
    """Return Discord's locale for a browser's language such as "de-AT": itself, or one of the same language.

    Source: https://discord.com/developers/docs/reference#locales
    """
    named = str(language)
    family = named.partition("-")[0]
    related = (locale for locale in _LOCALES if family and locale.partition("-")[0] == family)
    return named if named in _LOCALES else DEFAULT_LOCALE if family == "en" else next(related, DEFAULT_LOCALE)


def _owners(channel: Channel) -> Json:
    """Return whose installation of the app applies; "0" stands for its own direct messages."""
    return {"0": str(channel.guild_id or 0)}
