"""Messages that stand in a channel already, painted over after a button under them was pressed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import discord

from bot.ui.face import Face
from bot.ui.ledger import Route, route_of
from bot.ui.surface import (
    FOLLOW_UPS_MOST,
    INTERACTION_LIFE_S,
    SurfaceLostError,
    TokenLife,
    channel_of,
    edit_options,
    is_guest,
    send_options,
    translated_losses,
)


class PostedSurface:
    """The messages of an answer, for an interaction that was acknowledged as an update of one of them.

    The pressed one and new ones, which are follow-ups, are edited by the token, as long as it lives, because that works
    also where the bot is no member; the others by the bot's own right. Where it is no member, the pressed one alone is
    painted over, and what stands above it is left. message_ids: in their order; pressed_id: among them.
    """

    def __init__(
        self,
        interaction: discord.Interaction[Any],  # Any: the kind of client does not matter here
        message_ids: Sequence[int],
        pressed_id: int,
        *,
        is_ephemeral: bool = False,
        life_s: float = INTERACTION_LIFE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interaction = interaction
        self._ids = [pressed_id] if is_guest(interaction) else list(message_ids)
        self._pressed_id = pressed_id
        self._follow_ups: set[int] = set()
        self._is_ephemeral = is_ephemeral
        self._life = TokenLife(interaction, life_s, clock)

    @property
    def most(self) -> int | None:
        """How many messages there can be; None for any number."""
        return 1 + FOLLOW_UPS_MOST if is_guest(self._interaction) else None

    def route(self, index: int) -> Route:
        """Return the route that `show` would use now."""
        hook = f"/webhooks/{self._interaction.application_id}/{self._interaction.token}"
        channel = f"/channels/{self._interaction.channel_id}/messages"
        if index >= len(self._ids):
            return route_of("POST", hook if self._life.lasts() else channel)
        if self._is_by_token(index):
            known = self._ids[index]
            return route_of("PATCH", f"{hook}/messages/{'@original' if known == self._pressed_id else known}")
        return route_of("PATCH", f"{channel}/{self._ids[index]}")

    async def show(self, index: int, face: Face) -> None:
        """Edit a message that stands there, or add one."""
        async with translated_losses():
            if index >= len(self._ids):
                self._ids.append(await self._added(face))
            elif not await self._is_shown_by_token(index, face):
                await self._show_by_bot(index, face)

    async def remove(self, index: int) -> None:
        """Delete the last message."""
        message_id = self._ids.pop(index)
        if message_id in self._follow_ups and self._life.lasts():
            await self._interaction.followup.delete_message(message_id)
        elif not self._is_ephemeral and not is_guest(self._interaction):
            await discord.PartialMessage(channel=channel_of(self._interaction), id=message_id).delete()

    def message_ids(self) -> tuple[int, ...]:
        """Return the messages of the answer."""
        return tuple(self._ids)

    def count(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    def _is_by_token(self, index: int) -> bool:
        return self._ids[index] in {self._pressed_id, *self._follow_ups} and self._life.lasts()

    async def _is_shown_by_token(self, index: int, face: Face) -> bool:
        if not self._is_by_token(index):
            return False
        try:
            await self._show_by_token(self._ids[index], edit_options(face, has_files=True))
        except discord.HTTPException as failed:
            if not self._life.ends(failed):
                raise
            return False
        return True

    async def _show_by_token(self, message_id: int, edit: dict[str, Any]) -> None:  # Any: checked by discord.py
        if message_id == self._pressed_id:
            await self._interaction.edit_original_response(**edit)
        else:
            await self._interaction.followup.edit_message(message_id, **edit)

    async def _show_by_bot(self, index: int, face: Face) -> None:
        if self._is_ephemeral:
            raise SurfaceLostError("unreachable")
        message = discord.PartialMessage(channel=channel_of(self._interaction), id=self._ids[index])
        await message.edit(**edit_options(face, has_files=True))

    async def _added(self, face: Face) -> int:
        """Send one more message and return its id."""
        if self._life.lasts():
            sent = await self._interaction.followup.send(**send_options(face), ephemeral=self._is_ephemeral, wait=True)
            self._follow_ups.add(sent.id)
            return sent.id
        return (await channel_of(self._interaction).send(**send_options(face))).id
