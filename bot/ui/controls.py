"""The buttons under an answer, as values, and the custom ids by which they find it after a restart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

import discord

Action = Literal[
    "reply",
    "stop",
    "regenerate",
    "retry",
    "try",
    "continue",
    "branch",
    "thoughts",
    "delete",
    "confirm",
    "older",
    "newer",
    "none",
]

ACTIONS = frozenset(get_args(Action))
VERSION = 2
ROW_WIDTH = 5  # Discord: buttons in a row
MOST_ID = 2**63 - 1

_KEY = r"[0-9]{1,19}|[pu][0-9a-f]{1,16}"  # see bot.services.posts
_CUSTOM_ID = re.compile(rf"grokcord:([a-z]+):2:({_KEY})?(?::([0-9]{{1,6}}))?")
_FIRST_REPLY = "grokcord:reply:1"  # what version 0.1 put under its answers
_NEEDS_ARGUMENT = {"older", "newer"}
_KEYLESS = {"reply"}


@dataclass(frozen=True, slots=True)
class Control:
    """What a button does, and to which answer. key: "" for a button that belongs to none."""

    action: Action
    key: str
    argument: str = ""


def custom_id(control: Control) -> str:
    """Return what Discord is told of a button."""
    written = f"grokcord:{control.action}:{VERSION}:{control.key}"
    return f"{written}:{control.argument}" if control.argument else written


def find_control(written: str) -> Control | None:
    """Return what a button does; None for a forged one, or one of an older version."""
    if written == _FIRST_REPLY:
        return Control("reply", "")
    found = _CUSTOM_ID.fullmatch(written)
    if found is None or found[1] not in ACTIONS:
        return None
    action, key, argument = cast(Action, found[1]), found[2] or "", found[3] or ""  # one of ACTIONS
    is_whole = bool(key) or action in _KEYLESS
    if not is_whole or bool(argument) != (action in _NEEDS_ARGUMENT) or _is_beyond(key):
        return None
    return Control(action, key, argument)


def is_key(written: str) -> bool:
    """Whether this may be the key of an answer; forged ones may be anything."""
    return re.fullmatch(_KEY, written) is not None and not _is_beyond(written)


def _is_beyond(key: str) -> bool:
    return key.isdecimal() and int(key) > MOST_ID


@dataclass(frozen=True, slots=True)
class AnswerControls:
    """The buttons of one answer, while it is written and afterwards.

    key: of the answer. version, versions: which of how many is shown. can_retry: it did not end well.
    """

    key: str
    is_writing: bool = False
    version: int = 1
    versions: int = 1
    can_continue: bool = False
    can_retry: bool = False
    can_branch: bool = False
    has_thoughts: bool = False
    is_private: bool = False

    def build(self) -> discord.ui.View:
        """Return them for one send."""
        view = discord.ui.View(timeout=None)
        if self.is_writing:
            return view.add_item(self._button("stop", "Stop", "⏹️", row=0))
        first, second = self._first_row(), self._second_row()
        if not self.is_private:
            row = 1 if second or len(first) == ROW_WIDTH else 0
            (second if row else first).append(self._button("delete", None, "🗑️", row=row))
        for button in (*first, *second):
            view.add_item(button)
        return view

    @classmethod
    def only_reply(cls) -> discord.ui.View:
        """Return a Reply button that belongs to no answer."""
        return discord.ui.View(timeout=None).add_item(cls("")._button("reply", "Reply", "↩️", row=0))

    def _first_row(self) -> list[discord.ui.Button[discord.ui.View]]:
        again = self._button("retry", "Retry", "🔁", row=0) if self.can_retry else None
        buttons = [] if self.is_private else [self._button("reply", "Reply", "↩️", row=0)]
        if self.can_continue:
            buttons.append(self._button("continue", "Continue", "⏩", row=0, is_main=True))
        buttons.append(again or self._button("regenerate", "Regenerate", "🔁", row=0))
        buttons.append(self._button("try", "Try with…", "🧠", row=0))
        if self.can_branch:
            buttons.append(self._button("branch", "Branch", "🌿", row=0))
        return buttons

    def _second_row(self) -> list[discord.ui.Button[discord.ui.View]]:
        buttons: list[discord.ui.Button[discord.ui.View]] = []
        if self.versions > 1:
            older, newer = self.version - 1, self.version + 1
            buttons += [
                self._button("older", "‹", None, row=1, argument=max(older, 1), is_off=older < 1),
                self._button("none", f"{self.version}/{self.versions}", None, row=1, is_off=True),
                self._button(
                    "newer", "›", None, row=1, argument=min(newer, self.versions), is_off=newer > self.versions
                ),
            ]
        if self.has_thoughts:
            buttons.append(self._button("thoughts", "Thoughts", "💭", row=1))
        return buttons

    def _button(
        self,
        action: Action,
        label: str | None,
        emoji: str | None,
        *,
        row: int,
        argument: int = 0,
        is_off: bool = False,
        is_main: bool = False,
    ) -> discord.ui.Button[discord.ui.View]:
        style = discord.ButtonStyle.primary if is_main else discord.ButtonStyle.secondary
        control = Control(action, self.key, str(argument) if argument else "")
        return discord.ui.Button(
            label=label, emoji=emoji, style=style, custom_id=custom_id(control), disabled=is_off, row=row
        )


@dataclass(frozen=True, slots=True)
class DeleteChoice:
    """The one button that deletes an answer for good."""

    key: str

    def build(self) -> discord.ui.View:
        """Return it for one send."""
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label="Delete for good",
            style=discord.ButtonStyle.danger,
            custom_id=custom_id(Control("confirm", self.key)),
        )
        return discord.ui.View(timeout=None).add_item(button)
