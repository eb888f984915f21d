"""Routes of messages, typing and reactions.

Source: https://discord.com/developers/docs/resources/message
"""

from __future__ import annotations

from itertools import islice
from urllib.parse import unquote

from sandbox import errors, permissions
from sandbox.compose import Composer, Writer
from sandbox.errors import ApiError, Problems, invalid
from sandbox.gateway import intents
from sandbox.gateway.hub import Hub
from sandbox.history import newest_first, oldest_first
from sandbox.mentions import EVERYTHING
from sandbox.model import Channel, Message, MessageType
from sandbox.payloads import Payloads
from sandbox.rest.access import Access, sending
from sandbox.rest.call import Call, Reply, Route, as_id, rule
from sandbox.shapes import Json
from sandbox.snowflake import created_s
from sandbox.validate.fields import check_int
from sandbox.visibility import message_for_bot
from sandbox.world import World

_CREATE = rule("message create", "channel", limit=5, window_s=5)
_EDIT = rule("message edit", "channel", limit=5, window_s=5)
_DELETE = rule("message delete", "channel", limit=5, window_s=1)
_BULK = rule("message bulk delete", "channel", limit=1, window_s=3)
_READ = rule("message read", "channel", limit=10, window_s=5)
_TYPING = rule("typing", "channel", limit=10, window_s=5)
_REACTION = rule("reaction", "channel", limit=4, window_s=1)
_BULK_MAX_AGE_S = 14 * 24 * 60 * 60
_BULK_COUNT = (
    "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete."
)
_NONCES_KEPT = 1000


class MessageRoutes:
    """Handlers for `/channels/{channel}/messages`."""

    def __init__(self, world: World, payloads: Payloads, composer: Composer, hub: Hub) -> None:
        self._world = world
        self._payloads = payloads
        self._composer = composer
        self._hub = hub
        self._access = Access(world)
        self._nonces: dict[tuple[int, str], int] = {}

    def routes(self) -> list[Route]:
        """Return the routes."""
        place = "/channels/{channel}/messages"
        reactions = place + "/{message}/reactions"
        return [
            Route("POST", "/channels/{channel}/typing", self.type, _TYPING),
            Route("GET", place, self.index, _READ),
            Route("POST", place, self.create, _CREATE),
            Route("POST", place + "/bulk-delete", self.bulk_delete, _BULK),
            Route("GET", place + "/{message}", self.get, _READ),
            Route("PATCH", place + "/{message}", self.edit, _EDIT),
            Route("DELETE", place + "/{message}", self.delete, _DELETE),
            Route("PUT", reactions + "/{emoji}/@me", self.react, _REACTION),
            Route("DELETE", reactions + "/{emoji}/@me", self.unreact, _REACTION),
            Route("DELETE", reactions + "/{emoji}/{user}", self.remove_reaction, _REACTION),
        ]

    def type(self, call: Call) -> Reply:
        """Show the bot as typing."""
        channel = self._access.text_channel(call)
        self._need(channel, sending(channel))
        self._world.type_in(channel, self._world.bot.id)
        return None

    def index(self, call: Call) -> Reply:
        """Return a channel's messages, newest first."""
        channel = self._access.text_channel(call)
        if not self._access.granted(channel) & permissions.READ_MESSAGE_HISTORY:
            return []
        limit = call.query.get("limit", "50")
        problems = Problems()
        check_int(problems, ("limit",), int(limit) if limit.lstrip("-").isdecimal() else limit, 1, 100)
        problems.check()
        return [self._shown(message) for message in self._pick(channel, call, int(limit))]

    def _pick(self, channel: Channel, call: Call, limit: int) -> list[Message]:
        """Return up to `limit` messages before, after or around an id, newest first."""
        after, around = call.query_id("after"), call.query_id("around")
        if around is not None:
            newer = _public(islice(oldest_first(self._world, channel, after=around - 1), limit // 2 + 1))
            older = _public(islice(newest_first(self._world, channel, before=around), limit // 2))
            return [*reversed(newer), *older][:limit]
        if after is not None:
            later = (m for m in oldest_first(self._world, channel, after=after) if m.only_for is None)
            return list(reversed(list(islice(later, limit))))
        earlier = newest_first(self._world, channel, before=call.query_id("before"))
        return list(islice((m for m in earlier if m.only_for is None), limit))

    def get(self, call: Call) -> Reply:
        """Return one message."""
        channel = self._access.text_channel(call, permissions.READ_MESSAGE_HISTORY)
        return self._shown(self._access.message(call, channel))

    def create(self, call: Call) -> Reply:
        """Post a message; the same nonce twice, when enforced, posts once."""
        channel = self._access.text_channel(call)
        form = call.body
        self._need(channel, self._needed_to_send(channel, call))
        if channel.guild_id is None and not self._world.share_a_guild(channel.recipient_ids):
            raise errors.no_mutual_guild()
        nonce = form.get("nonce")
        key = (channel.id, str(nonce)) if nonce is not None and form.get("enforce_nonce") else None
        if key is not None and (known := self._world.messages.get(self._nonces.get(key, 0))):
            return self._payloads.new_message(known)
        target = self._target(channel, form)
        granted = self._access.granted(channel)
        writer = Writer(granted, EVERYTHING, target)
        body = self._composer.new(form, call.form.files, channel, writer)
        message = self._world.post(
            channel,
            self._world.bot.id,
            body,
            type_=MessageType.REPLY if target else MessageType.DEFAULT,
            reply_to=(channel.id, target.id) if target else None,
            nonce=nonce,
        )
        if key is not None:
            self._remember(key, message)
        return self._payloads.new_message(message)

    def _remember(self, key: tuple[int, str], message: Message) -> None:
        self._nonces[key] = message.id
        if len(self._nonces) > _NONCES_KEPT:
            del self._nonces[next(iter(self._nonces))]

    def _needed_to_send(self, channel: Channel, call: Call) -> int:
        needed = sending(channel)
        if call.form.files:
            needed |= permissions.ATTACH_FILES
        if call.body.get("embeds"):
            needed |= permissions.EMBED_LINKS
        return needed

    def _need(self, channel: Channel, needed: int) -> None:
        if self._access.granted(channel) & needed != needed:
            raise errors.missing_permissions()

    def _target(self, channel: Channel, form: Json) -> Message | None:
        """Return the message a form replies to, None if it is no reply, or one that may fail and does."""
        reference = form.get("message_reference")
        if not isinstance(reference, dict):
            return None
        if not self._access.granted(channel) & permissions.READ_MESSAGE_HISTORY:
            raise ApiError(400, 160002, "Cannot reply without permission to read message history")
        message = self._world.messages.get(as_id(reference.get("message_id"), ("message_reference", "message_id")))
        if message is not None and message.channel_id == channel.id and message.only_for is None:
            return message
        if reference.get("fail_if_not_exists", True):
            raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return None

    def edit(self, call: Call) -> Reply:
        """Edit one of the bot's own messages."""
        channel = self._access.text_channel(call)
        message = self._access.message(call, channel)
        if message.author_id != self._world.bot.id:
            raise errors.not_the_author()
        if call.form.files:
            self._need(channel, permissions.ATTACH_FILES)
        writer = Writer(self._access.granted(channel), EVERYTHING)
        body = self._composer.edited(call.body, call.form.files, message, writer)
        return self._payloads.message(self._world.edit(message, body))

    def delete(self, call: Call) -> Reply:
        """Delete a message."""
        channel = self._access.text_channel(call)
        message = self._access.message(call, channel)
        if message.author_id != self._world.bot.id:
            self._need(channel, permissions.MANAGE_MESSAGES)
        self._world.delete(channel, [message])
        return None

    def bulk_delete(self, call: Call) -> Reply:
        """Delete 2 to 100 messages at once, none older than two weeks."""
        channel = self._access.text_channel(call, permissions.MANAGE_MESSAGES)
        ids = call.body.get("messages")
        if not isinstance(ids, list) or not 2 <= len(ids) <= 100:
            raise ApiError(400, 50016, _BULK_COUNT)
        wanted = {as_id(given, ("messages", index)) for index, given in enumerate(ids)}
        if any(created_s(i) < self._world.clock.now_s() - _BULK_MAX_AGE_S for i in wanted):
            raise ApiError(400, 50034, "You can only bulk delete messages that are under 14 days old.")
        known = [self._world.messages[i] for i in channel.message_ids if i in wanted]
        if known:
            self._world.delete(channel, known, is_bulk=True)
        return None

    def react(self, call: Call) -> Reply:
        """Add the bot's reaction."""
        needed = permissions.ADD_REACTIONS | permissions.READ_MESSAGE_HISTORY
        self._set_reaction(call, self._world.bot.id, needed, is_added=True)
        return None

    def unreact(self, call: Call) -> Reply:
        """Take the bot's reaction back."""
        self._set_reaction(call, self._world.bot.id, 0, is_added=False)
        return None

    def remove_reaction(self, call: Call) -> Reply:
        """Remove somebody's reaction."""
        self._set_reaction(call, call.id("user"), permissions.MANAGE_MESSAGES, is_added=False)
        return None

    def _set_reaction(self, call: Call, user_id: int, needed: int, *, is_added: bool) -> None:
        channel = self._access.text_channel(call, needed)
        message = self._access.message(call, channel)
        emoji = unquote(call.params["emoji"])
        if emoji.isascii() and ":" not in emoji:
            raise ApiError(400, 10014, "Unknown Emoji")
        self._world.react(message, user_id, emoji, is_added=is_added)

    def _shown(self, message: Message) -> Json:
        has_intent = bool(self._hub.last_intents & intents.MESSAGE_CONTENT)
        return message_for_bot(self._world, self._payloads, message, has_content_intent=has_intent)


def _public(messages: islice[Message]) -> list[Message]:
    return [message for message in messages if message.only_for is None]
