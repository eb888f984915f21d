"""The buttons of an order's card, and the custom ids by which they find the order after a restart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import discord

from bot.ui.controls import MOST_ID
from bot.ui.sentences import orders as sentences

OrderAction = Literal["cancel", "retry", "again", "resend", "show", "delete"]

ORDER_ACTIONS: frozenset[OrderAction] = frozenset(get_args(OrderAction))
VERSION = 1
LINK_LIMIT_CHARS = 512  # Discord: a button's address

_CUSTOM_ID = re.compile(r"grokcord:order:1:([a-z]+):([1-9][0-9]{0,18})")
_LINK = re.compile(r"https?://(?:(?![<>\"`|\\])[!-~])+")
_FACES: dict[OrderAction, tuple[str | None, str, bool]] = {  # label, emoji, whether it is what one would press
    "cancel": ("Cancel", "⏹️", False),
    "retry": ("Retry", "🔁", True),
    "again": ("Again", "🔁", False),
    "resend": ("Resend", "📤", False),
    "show": ("Show", "👀", True),
    "delete": (None, "🗑️", False),
}

Row = discord.ui.ActionRow[discord.ui.LayoutView]


@dataclass(frozen=True, slots=True)
class OrderControl:
    """What a button does, and to which order. key: the order's number in the store, in digits."""

    action: OrderAction
    key: str


def order_custom_id(control: OrderControl) -> str:
    """Return what Discord is told of a button."""
    return f"grokcord:order:{VERSION}:{control.action}:{control.key}"


def find_order_control(written: str) -> OrderControl | None:
    """Return what a button does; None for a forged one, one of another version, or one of something else."""
    found = _CUSTOM_ID.fullmatch(written)
    if found is None or found[1] not in ORDER_ACTIONS or int(found[2]) > MOST_ID:
        return None
    return OrderControl(cast(OrderAction, found[1]), found[2])  # one of ORDER_ACTIONS


@dataclass(frozen=True, slots=True)
class OrderButtons:
    """The one row under a card. link: to the original, "" for none."""

    key: str
    actions: tuple[OrderAction, ...] = ()
    is_cancelling: bool = False
    link: str = ""

    def build(self) -> Row | None:
        """Return the row for one send; None when there is nothing to press."""
        buttons = [self._button(action) for action in self.actions]
        if self.link:
            at = len(buttons) - ("delete" in self.actions)
            buttons.insert(at, discord.ui.Button(label="Original", url=self.link))
        return discord.ui.ActionRow(*buttons) if buttons else None

    def _button(self, action: OrderAction) -> discord.ui.Button[Any]:  # Any: whichever view they are put into
        label, emoji, is_main = _FACES[action]
        is_off = action == "cancel" and self.is_cancelling
        return discord.ui.Button(
            label=sentences.CANCELLING if is_off else label,
            emoji=None if is_off else emoji,
            style=discord.ButtonStyle.primary if is_main else discord.ButtonStyle.secondary,
            custom_id=order_custom_id(OrderControl(action, self.key)),
            disabled=is_off,
        )


def button_link(link: str) -> str:
    """Return an address that a button can lead to, "" for any other."""
    return link if len(link) <= LINK_LIMIT_CHARS and is_link(link) else ""


def is_link(written: str) -> bool:
    """Whether this is a web address without anything that Discord would read as markup."""
    return _LINK.fullmatch(written) is not None
