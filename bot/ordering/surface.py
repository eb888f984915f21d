"""The one message of a card, painted by whatever right is left: the interaction's token, then the bot's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import discord

from bot.services.orders import Order
from bot.ui.face import Face
from bot.ui.ledger import Route, route_of
from bot.ui.surface import EXPIRED_CODES, SurfaceLostError, edit_options, is_too_large, translated_losses

MARGIN = timedelta(seconds=20)  # a token is left this long before it dies


class _Original:
    """The answer to an interaction, where discord.py wants the id of a message; a text it would quote."""

    def __str__(self) -> str:
        return "@original"


_ORIGINAL = _Original()


class OrderSurface:
    """The card of an order, also for a process that never saw the interaction.

    Files that stand on the card already are not sent again when it is painted anew. was_too_large: whether Discord
    refused files that it had said it would take. now: aware.
    """

    def __init__(self, client: discord.Client, order: Order, now: Callable[[], datetime]) -> None:
        self._client = client
        self._order = order
        self._now = now
        self._is_token_dead = not order.token
        # None: unknown. A process before this one may have put files there that are not to stay.
        self._standing: dict[str, discord.Attachment] | None = None
        self._message_id = order.message_id
        self.was_too_large = False

    @property
    def message_id(self) -> int | None:
        """The card, None while Discord has not told its id."""
        return self._message_id

    @property
    def token_lasts_s(self) -> float:
        """For how many seconds the token can be used."""
        if self._is_token_dead:
            return 0.0
        return (self._order.token_dies_at - MARGIN - self._now()).total_seconds()

    def route(self, index: int) -> Route:
        """Return the route that `show` would use now."""
        del index
        if self.token_lasts_s > 0:
            return route_of("PATCH", f"/webhooks/{self._order.application_id}/{self._order.token}/messages/@original")
        return route_of("PATCH", f"/channels/{self._order.channel_id}/messages/{self._message_id}")

    async def show(self, index: int, face: Face) -> None:
        """Paint the card. Raises SurfaceLostError where nothing is left by which it could be painted."""
        order = self._order
        async with translated_losses():
            try:
                message = await self._painted(face)
            except discord.HTTPException as refused:
                self.was_too_large = self.was_too_large or is_too_large(refused)
                raise
        if self._order is not order:  # it moved meanwhile
            await self.show(index, face)
            return
        self._message_id = message.id
        self._standing = {attachment.filename: attachment for attachment in message.attachments}

    async def find(self) -> discord.Message | None:
        """Return the card by the token alone; None when the interaction was never answered, or can no longer be."""
        try:
            return await self.webhook().fetch_message(cast(int, _ORIGINAL))  # it goes into the path
        except discord.HTTPException as failed:
            if failed.status in (401, 404):
                return None
            raise

    def move(self, order: Order) -> None:
        """Go on in another message, by another token."""
        self._order = order
        self._is_token_dead = not order.token
        self._message_id = order.message_id
        self._standing = None

    async def remove(self, index: int) -> None:
        """Do nothing: a card is one message, and stays."""

    def message_ids(self) -> tuple[int, ...]:
        """Return the card."""
        return () if self._message_id is None else (self._message_id,)

    def count(self) -> int:
        """Return how many messages there are."""
        return 1

    def _options(self, face: Face) -> dict[str, Any]:  # Any: checked by discord.py
        """Return discord.py's arguments for one request: it closes the files of one that failed."""
        options = edit_options(replace(face, uploads=()))
        if face.uploads or self._standing is None or self._standing:
            standing = self._standing or {}
            options["attachments"] = [standing.get(each.filename) or each.open() for each in face.uploads]
        return options

    async def _painted(self, face: Face) -> discord.Message:
        if self.token_lasts_s > 0:
            try:
                original = cast(int, _ORIGINAL)  # it goes into the path
                return await self.webhook().edit_message(original, **self._options(face))
            except discord.HTTPException as failed:
                if failed.code not in EXPIRED_CODES and failed.status != 401:
                    raise
                self._is_token_dead = True
        if self._order.is_private or self._order.is_guest or self._message_id is None:
            raise SurfaceLostError("unreachable")
        channel = self._client.get_partial_messageable(self._order.channel_id, guild_id=self._order.guild_id)
        return await channel.get_partial_message(self._message_id).edit(**self._options(face))

    def webhook(self) -> discord.Webhook:
        """Return the way to the interaction's messages."""
        webhook = discord.Webhook.partial(self._order.application_id, self._order.token, client=self._client)
        webhook.type = discord.WebhookType.application  # what interactions' are; else it may not send private messages
        return webhook
