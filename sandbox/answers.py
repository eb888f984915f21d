"""How a bot answers an interaction: the first reply, and later through the interaction's webhook.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum

from sandbox import errors, events
from sandbox.compose import Composer, Writer, read_flags
from sandbox.errors import Problems
from sandbox.interactions import Interaction, Interactions, Kind
from sandbox.mentions import INTERACTION_DEFAULT
from sandbox.model import Body, Message, MessageFlag, MessageType, Stamp
from sandbox.shapes import Json
from sandbox.uploads import Upload
from sandbox.validate.fields import check_choice, check_list, check_text
from sandbox.validate.modals import check_modal
from sandbox.world import World


class ReplyType(IntEnum):
    """The first replies a bot may give."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_ALWAYS_FIT = frozenset({ReplyType.MESSAGE, ReplyType.DEFERRED_MESSAGE})
_ON_A_MESSAGE = frozenset({ReplyType.UPDATE, ReplyType.DEFERRED_UPDATE})


class Answers:
    """Carries out a bot's replies."""

    def __init__(self, world: World, interactions: Interactions, composer: Composer) -> None:
        self._world = world
        self._interactions = interactions
        self._composer = composer

    # The first reply

    def reply(self, interaction: Interaction, form: Json, uploads: Sequence[Upload]) -> Message | None:
        """Carry out a callback and return the message it made or changed, if any. Raises 10003."""
        self._check_place(interaction)
        kind = self._reply_type(interaction, form.get("type"))
        data = form.get("data") or {}
        message: Message | None = None
        if kind is ReplyType.CHOICES:
            self._give_choices(interaction, data)
        elif kind is ReplyType.MODAL:
            self._open_modal(interaction, data)
        elif kind is ReplyType.UPDATE:
            message = self._edit(self._source(interaction), data, uploads)
        elif kind is ReplyType.DEFERRED_UPDATE:
            self._source(interaction)
        elif kind is ReplyType.DEFERRED_MESSAGE:
            flags = read_flags(data) & MessageFlag.EPHEMERAL | MessageFlag.LOADING
            message = self._post(interaction, Body(flags=flags), interaction.stamp)
        else:
            message = self._post(interaction, self._new_body(interaction, data, uploads), interaction.stamp)
        if kind in _ON_A_MESSAGE and interaction.start.source is not None:
            interaction.response_id = interaction.start.source.id
        elif message is not None:
            interaction.response_id = message.id
        self._interactions.finish(interaction)
        return message

    def _check_place(self, interaction: Interaction) -> None:
        if interaction.start.channel.id not in self._world.channels:
            raise errors.unknown("Channel")

    def _reply_type(self, interaction: Interaction, given: object) -> ReplyType:
        """Return the kind of reply, refusing what does not fit the interaction."""
        kind, fitting = interaction.start.kind, set(_ALWAYS_FIT)
        if kind is Kind.AUTOCOMPLETE:
            fitting = {ReplyType.CHOICES}
        if kind in {Kind.COMMAND, Kind.COMPONENT}:
            fitting.add(ReplyType.MODAL)
        if interaction.start.source is not None:
            fitting |= _ON_A_MESSAGE
        problems = Problems()
        check_choice(problems, ("type",), given, sorted(map(int, fitting)))
        problems.check()
        return ReplyType(int(str(given)))

    def _source(self, interaction: Interaction) -> Message:
        source = interaction.start.source
        if source is None or source.id not in self._world.messages:
            raise errors.unknown("Message")
        return source

    def _give_choices(self, interaction: Interaction, data: Json) -> None:
        problems = Problems()
        choices = check_list(problems, ("data", "choices"), data.get("choices"), 25)
        kept = [choice for choice in choices if isinstance(choice, dict)]
        for index, choice in enumerate(kept):
            check_text(problems, ("data", "choices", index, "name"), choice.get("name"), 100, low=1, required=True)
            if isinstance(choice.get("value"), str):
                check_text(problems, ("data", "choices", index, "value"), choice["value"], 100)
        problems.check()
        if interaction.start.on_choices is not None:
            interaction.start.on_choices(kept)

    def _open_modal(self, interaction: Interaction, data: Json) -> None:
        problems = Problems()
        check_modal(problems, data)
        problems.check()
        interaction.modal = data
        start = interaction.start
        self._world.publish(events.ModalOpened(interaction.id, start.user_id, start.nonce, data))

    # The webhook

    def follow_up(self, interaction: Interaction, form: Json, uploads: Sequence[Upload]) -> Message:
        """Post another message; straight after deferring it fills in the message that says "thinking"."""
        self._check_place(interaction)
        original = self._world.messages.get(interaction.response_id or 0)
        if original is not None and original.body.flags & MessageFlag.LOADING:
            return self._edit(original, form, uploads)
        body = self._new_body(interaction, form, uploads)
        stamp = interaction.stamp
        if original is not None:
            stamp = replace(stamp, metadata={**stamp.metadata, "original_response_message_id": str(original.id)})
        return self._post(interaction, body, stamp, after=original)

    def find(self, interaction: Interaction, message_id: str) -> Message:
        """Return `@original` or a follow-up by its id. Raises 10008."""
        wanted = interaction.response_id if message_id == "@original" else _number(message_id)
        message = self._world.messages.get(wanted or 0)
        is_own = message is not None and message.stamp is not None and message.stamp.id == interaction.id
        if message is None or not (is_own or message.id == interaction.response_id):
            raise errors.unknown("Message")
        return message

    def edit(self, message: Message, form: Json, uploads: Sequence[Upload]) -> Message:
        """Edit an answer."""
        return self._edit(message, form, uploads)

    def delete(self, message: Message) -> None:
        """Delete an answer."""
        self._world.delete(self._world.channels[message.channel_id], [message])

    def _edit(self, message: Message, form: Json, uploads: Sequence[Upload]) -> Message:
        return self._world.edit(
            message, self._composer.edited(form, uploads, message, self._writer(message.channel_id))
        )

    def _new_body(self, interaction: Interaction, form: Json, uploads: Sequence[Upload]) -> Body:
        channel = interaction.start.channel
        body = self._composer.new(form, uploads, channel, self._writer(channel.id))
        ephemeral = read_flags(form) & MessageFlag.EPHEMERAL
        return replace(body, flags=body.flags | ephemeral)

    def _writer(self, channel_id: int) -> Writer:
        granted = self._world.may(self._world.bot.id, self._world.channels[channel_id])
        return Writer(granted, INTERACTION_DEFAULT)

    def _post(self, interaction: Interaction, body: Body, stamp: Stamp, *, after: Message | None = None) -> Message:
        start = interaction.start
        target = after or start.source
        kind = MessageType.DEFAULT if target is None else MessageType.REPLY
        if after is None and start.kind is Kind.COMMAND:
            kind = MessageType.CONTEXT_MENU_COMMAND if start.is_context_menu else MessageType.CHAT_INPUT_COMMAND
            target = None
        return self._world.post(
            start.channel,
            self._world.bot.id,
            body,
            type_=kind,
            reply_to=(start.channel.id, target.id) if target else None,
            stamp=stamp,
            only_for=start.user_id if body.flags & MessageFlag.EPHEMERAL else None,
        )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
