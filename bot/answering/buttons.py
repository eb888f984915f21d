"""Buttons that work after a restart: what they do stands in their custom id."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self

import discord

from bot.app import GrokBot, report

Button = discord.ui.DynamicItem[discord.ui.Item[Any]]  # Any: whichever view
Act = Callable[[discord.Interaction[GrokBot], str], Awaitable[None]]


def buttons(pattern: str, act: Act) -> type[Button]:
    """Return the buttons whose custom ids begin as `pattern` says, for discord.py to find.

    act: takes the press and the custom id, which anybody may have forged; its errors become one clear sentence.
    """

    class Pressed(discord.ui.DynamicItem[discord.ui.Item[Any]], template=pattern):  # Any: as above
        """A button that was pressed."""

        def __init__(self, item: discord.ui.Item[Any], custom_id: str) -> None:  # Any: as above
            super().__init__(item)
            self.pressed_id = custom_id

        @classmethod
        async def from_custom_id(
            cls,
            _interaction: discord.Interaction[Any],  # Any: the button answers whichever client
            item: discord.ui.Item[Any],
            match: re.Match[str],
            /,
        ) -> Self:
            """Return the button that was pressed."""
            return cls(item, match.string)

        async def callback(self, interaction: discord.Interaction[GrokBot]) -> None:  # type: ignore[override]  # our client
            """Do what the button says, or say in one sentence why not."""
            try:
                await act(interaction, self.pressed_id)
            except Exception as failed:  # the outermost handler: discord.py gives those of a DynamicItem to nobody
                await report(interaction, failed)

    return Pressed
