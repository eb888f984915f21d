"""Where a live message is painted: an interaction's answer, or messages of the bot's own in a channel."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import discord

from bot.errors import GrokBotError
from bot.ui.face import Face
from bot.ui.ledger import Route, route_of

INTERACTION_LIFE_S = 15 * 60  # Discord: interaction tokens
FOLLOW_UPS_MOST = 5  # Discord: of an interaction where the app was brought along by a person
INTERACTION_MARGIN_S = 20.0  # the token is left this long before it dies
OLDEST_S = 30.0  # an interaction must be acknowledged within 3 s; if it seems older, the clocks differ
EXPIRED_CODES = {50027, 10015}  # Invalid Webhook Token, Unknown Webhook
TOO_LARGE_CODE = 40005  # Request entity too large


PostingChannel = discord.TextChannel | discord.Thread | discord.DMChannel | discord.VoiceChannel | discord.StageChannel


class SurfaceLostError(GrokBotError):
    """The message can no longer be painted. reason: "deleted", "forbidden" or "unreachable"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Surface(Protocol):
    """A row of messages, numbered from 0 in the order in which they stand in the channel."""

    def route(self, index: int) -> Route:
        """Return the route that `show` would use for this message now."""
        ...

    async def show(self, index: int, face: Face) -> None:
        """Create the message, or edit it. Raises `SurfaceLostError`; other discord.py errors mean: try again."""
        ...

    async def remove(self, index: int) -> None:
        """Delete the last message. One that cannot be deleted is forgotten all the same."""
        ...

    def message_ids(self) -> tuple[int, ...]:
        """Return the ids of the messages shown so far, as far as Discord has told them."""
        ...

    def count(self) -> int:
        """Return how many messages there are, those included that stood there before anything was shown."""
        ...


def edit_options(face: Face, *, has_files: bool = False) -> dict[str, Any]:  # Any: checked by discord.py's signature
    """Return discord.py's arguments for an edit. has_files: files are attached, and go unless shown again."""
    options: dict[str, Any] = {"view": face.layout.build() if face.layout else None}
    if not isinstance(options["view"], discord.ui.LayoutView):
        options["content"] = face.content
    if face.uploads or has_files:
        options["attachments"] = [upload.open() for upload in face.uploads]
    return options


def send_options(face: Face) -> dict[str, Any]:  # Any: as above
    """Return discord.py's arguments for a new message."""
    options = edit_options(face)
    if options["view"] is None:
        del options["view"]
    if "attachments" in options:
        options["files"] = options.pop("attachments")
    return options


def is_too_large(refused: discord.HTTPException) -> bool:
    """Whether Discord refused a request for the size of its files."""
    return refused.status == 413 or refused.code == TOO_LARGE_CODE


@asynccontextmanager
async def translated_losses() -> AsyncIterator[None]:
    """Turn the discord.py errors that are final into `SurfaceLostError`."""
    try:
        yield
    except discord.NotFound as gone:
        raise SurfaceLostError("deleted") from gone
    except discord.Forbidden as refused:
        raise SurfaceLostError("forbidden") from refused


class ChannelSurface:
    """Messages the bot sends by itself, the first one as a reply to `reply_to`."""

    def __init__(self, channel: discord.abc.MessageableChannel, reply_to: discord.Message | None = None) -> None:
        self._channel = channel
        self._reply_to = reply_to
        self._messages: list[discord.PartialMessage] = []
        self._with_files: set[int] = set()
        self._nonce = secrets.randbits(62)
        self._sends = 0

    @property
    def most(self) -> int | None:
        """How many messages there can be: any number."""
        return None

    def route(self, index: int) -> Route:
        """Return the route of a channel message."""
        if index < len(self._messages):
            return route_of("PATCH", f"/channels/{self._channel.id}/messages/{self._messages[index].id}")
        return route_of("POST", f"/channels/{self._channel.id}/messages")

    async def show(self, index: int, face: Face) -> None:
        """Send or edit. A reply to a message that is gone is sent without the reference.

        A send that is tried again has the nonce it had before, so that Discord does not post it twice.
        """
        async with translated_losses():
            if index < len(self._messages):
                await self._messages[index].edit(**edit_options(face, has_files=index in self._with_files))
                self._with_files |= {index} if face.uploads else set()
                return
            options = send_options(face)
            if index == 0 and self._reply_to is not None:
                options["reference"] = self._reply_to.to_reference(fail_if_not_exists=False)
            sent = await self._channel.send(**options, nonce=self._nonce + self._sends)
            self._sends += 1
            self._with_files |= {index} if face.uploads else set()
            self._messages.append(discord.PartialMessage(channel=sent.channel, id=sent.id))

    async def remove(self, index: int) -> None:
        """Delete the last message."""
        del index
        await self._messages.pop().delete()

    def message_ids(self) -> tuple[int, ...]:
        """Return what was sent so far."""
        return tuple(message.id for message in self._messages)

    def count(self) -> int:
        """Return how many messages were sent."""
        return len(self._messages)


class TokenLife:
    """How long an interaction's token can be used. life_s: Discord's; clock: seconds, monotonic."""

    def __init__(
        self,
        interaction: discord.Interaction[Any],  # Any: the kind of client does not matter here
        life_s: float = INTERACTION_LIFE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        age_s = (discord.utils.utcnow() - interaction.created_at).total_seconds()
        self._clock = clock
        self._dies_at = clock() + life_s - INTERACTION_MARGIN_S - max(0.0, min(age_s, OLDEST_S))

    def lasts(self) -> bool:
        """Whether it can still be used."""
        return self._clock() < self._dies_at

    def ends(self, failed: discord.HTTPException) -> bool:
        """Note that a request failed; whether that was for the token, which then is not used again."""
        if failed.code not in EXPIRED_CODES and failed.status != 401:
            return False
        self._dies_at = self._clock()
        return True


class InteractionSurface:
    """The answer to an interaction that was deferred: its original message, then follow-ups.

    When the token is about to die it goes on with the bot's own edits, where the bot may see the channel.
    Follow-ups take no nonce: one whose reply never came is sent again and may stand twice, rather than not at all.
    is_ephemeral: only the person sees it; then nothing but the token can paint it.
    """

    def __init__(
        self,
        interaction: discord.Interaction[Any],  # Any: as above
        *,
        is_ephemeral: bool = False,
        life_s: float = INTERACTION_LIFE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interaction = interaction
        self._is_ephemeral = is_ephemeral
        self._life = TokenLife(interaction, life_s, clock)
        self._ids: list[int | None] = [None]
        self._with_files: set[int] = set()

    @property
    def most(self) -> int | None:
        """How many messages there can be; None for any number."""
        return 1 + FOLLOW_UPS_MOST if is_guest(self._interaction) else None

    def route(self, index: int) -> Route:
        """Return the webhook's route, or after the token's life the channel's."""
        if self._life.lasts():
            hook = f"/webhooks/{self._interaction.application_id}/{self._interaction.token}"
            if index >= len(self._ids):
                return route_of("POST", hook)
            return route_of("PATCH", f"{hook}/messages/{self._ids[index] if index else '@original'}")
        channel = f"/channels/{self._interaction.channel_id}/messages"
        known = self._known(index)
        return route_of("POST", channel) if known is None else route_of("PATCH", f"{channel}/{known}")

    async def show(self, index: int, face: Face) -> None:
        """Edit the original, send or edit a follow-up; by the bot's own hand when the token is dead."""
        async with translated_losses():
            if not await self._is_shown_by_token(index, face):
                await self._show_by_bot(index, face)
        self._with_files |= {index} if face.uploads else set()

    async def remove(self, index: int) -> None:
        """Delete the last follow-up."""
        known = self._ids.pop(index) if index else None
        if known is None:
            return
        if self._life.lasts():
            await self._interaction.followup.delete_message(known)
        else:
            await discord.PartialMessage(channel=channel_of(self._interaction), id=known).delete()

    def message_ids(self) -> tuple[int, ...]:
        """Return the ids Discord has told."""
        return tuple(known for known in self._ids if known is not None)

    def count(self) -> int:
        """Return how many messages there are, the original included."""
        return len(self._ids)

    def _known(self, index: int) -> int | None:
        return self._ids[index] if index < len(self._ids) else None

    async def _is_shown_by_token(self, index: int, face: Face) -> bool:
        if not self._life.lasts():
            return False
        try:
            await self._show_by_token(index, face)
        except discord.HTTPException as failed:
            if not self._life.ends(failed):
                raise
            return False
        return True

    async def _show_by_token(self, index: int, face: Face) -> None:
        edit = edit_options(face, has_files=index in self._with_files)
        if index == 0:
            shown = await self._interaction.edit_original_response(**edit)
            self._ids[0] = shown.id
        elif index < len(self._ids):
            await self._interaction.followup.edit_message(self._ids[index] or 0, **edit)
        else:
            sent = await self._interaction.followup.send(**send_options(face), ephemeral=self._is_ephemeral, wait=True)
            self._ids.append(sent.id)

    async def _show_by_bot(self, index: int, face: Face) -> None:
        """Edit by the bot's own right; a message whose id was never told is sent anew rather than lost."""
        if self._is_ephemeral:
            raise SurfaceLostError("unreachable")
        channel = channel_of(self._interaction)
        known = self._known(index)
        if known is None:
            self._ids[index : index + 1] = [(await channel.send(**send_options(face))).id]
            return
        message = discord.PartialMessage(channel=channel, id=known)
        await message.edit(**edit_options(face, has_files=index in self._with_files))


def is_guest(interaction: discord.Interaction[Any]) -> bool:  # Any: as above
    """Whether a person brought the bot along to where it is no member: it acts there by interactions alone."""
    is_home = interaction.is_guild_integration() or interaction.context.dm_channel
    return interaction.is_user_integration() and not is_home


def channel_of(interaction: discord.Interaction[Any]) -> PostingChannel:  # Any: as above
    """Return the channel in which the bot can act by itself. Raises SurfaceLostError where it is not."""
    channel = interaction.channel
    nowhere = discord.ForumChannel | discord.CategoryChannel | discord.GroupChannel
    if channel is None or isinstance(channel, nowhere) or is_guest(interaction):
        raise SurfaceLostError("forbidden")
    return channel
