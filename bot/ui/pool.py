"""How the pool of accounts reads in Discord, and its buttons. All that a button needs stands in its custom id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

import discord

from bot.grok.pool_tokens import PoolToken
from bot.ui import text
from bot.ui.sentences import pool as sentences

PREFIX = "grokcord:pool:1:"
ROWS_A_PAGE = 8
FIELD = "tokens"
FIELD_LIMIT_CHARS = 4000  # Discord: of a text input
CHOICE_LIMIT_CHARS = 100  # Discord: of the name of a choice

PoolAction = Literal["back", "next", "remove", "keep", "add"]
_CUSTOM_ID = re.compile(rf"{PREFIX}([a-z]+):([A-Za-z0-9_-]{{0,64}})")


@dataclass(frozen=True, slots=True)
class PoolControl:
    """What a button or a form does. to: the page it is on, a handle, or a pool's name."""

    action: PoolAction
    to: str = ""


def find_pool_control(written: str) -> PoolControl | None:
    """Return what a button does, or None for one that is not of this version."""
    found = _CUSTOM_ID.fullmatch(written)
    if found is None or found[1] not in get_args(PoolAction):
        return None
    return PoolControl(cast(PoolAction, found[1]), found[2])  # cast: one of them, see above


def label(token: PoolToken) -> str:
    """Return what an account is called: its handle, and the last characters of its token."""
    return f"`{token.handle}`" + (f" (…{text.escape(token.tail)})" if token.tail else "")


def choice_name(token: PoolToken) -> str:
    """Return how an account is offered to somebody who types its handle."""
    return text.cut(f"{token.handle} …{token.tail} {token.pool} {token.status}", CHOICE_LIMIT_CHARS)


def pool_page(tokens: Sequence[PoolToken], number: int, now: datetime) -> str:
    """Return one page of the list. number: from 0, clipped to what is there. now: aware."""
    if not tokens:
        return sentences.EMPTY
    number = _clipped(tokens, number)
    quotas = [each.quota for each in tokens if each.quota is not None and each.status == "active"]
    active = sum(each.status == "active" for each in tokens)
    left = f"{sum(quotas):,} uses left" if quotas or not active else "uses left unknown"
    head = f"**{text.counted(len(tokens), 'account')}** · {active} active · {left}"
    rows = [_row(each, now) for each in tokens[number * ROWS_A_PAGE : (number + 1) * ROWS_A_PAGE]]
    foot = [f"-# Page {number + 1} of {_pages(tokens)}"] if _pages(tokens) > 1 else []
    return text.cut("\n".join([head, *rows, *foot]), 2000)


def pool_view(tokens: Sequence[PoolToken], number: int) -> discord.ui.View | None:
    """Return the buttons of a page, None where one page holds all."""
    if _pages(tokens) == 1:
        return None
    number = _clipped(tokens, number)
    view = discord.ui.View(timeout=None)
    view.add_item(_button("‹ Back", PoolControl("back", str(number)), is_disabled=number == 0))
    view.add_item(_button("Next ›", PoolControl("next", str(number)), is_disabled=number + 1 == _pages(tokens)))
    view.stop()  # nothing of it lives in the process
    return view


def removal_view(token: PoolToken) -> discord.ui.View:
    """Return the buttons that ask whether an account is really to go."""
    view = discord.ui.View(timeout=None)
    remove = PoolControl("remove", token.handle)
    view.add_item(_button("Remove", remove, style=discord.ButtonStyle.danger))
    view.add_item(_button("Keep", PoolControl("keep")))
    view.stop()  # as above
    return view


def token_form(pool: str) -> discord.ui.Modal:
    """Return the form that tokens are pasted into: Discord shows it to nobody else and keeps it in no message."""
    form = discord.ui.Modal(title=sentences.FORM_TITLE.format(pool=pool), custom_id=f"{PREFIX}add:{pool}")
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph, max_length=FIELD_LIMIT_CHARS, custom_id=FIELD
    )
    form.add_item(discord.ui.Label(text=sentences.FORM_LABEL, component=field))
    form.stop()  # as above
    return form


def _row(token: PoolToken, now: datetime) -> str:
    quota = "quota unknown" if token.quota is None else f"{token.quota:,} left"
    used = f"{token.uses:,} used" + (f", {text.counted(token.failures, 'failure')}" if token.failures else "")
    age = f" · {_ago(token.created_at, now)} old" if token.created_at else ""
    last = f" · last used {_ago(token.last_used_at, now)} ago" if token.last_used_at else ""
    failure = f"\n> {text.escape(token.last_failure, 80)}" if token.last_failure else ""
    state = f"**{text.escape(token.status)}**" if token.status != "active" else "active"
    return f"{label(token)} · {text.escape(token.pool, 32)} · {state} · {quota} · {used}{age}{last}{failure}"


def _ago(then: datetime, now: datetime) -> str:
    return text.long_duration(max(0.0, (now - then).total_seconds()))


def _pages(tokens: Sequence[PoolToken]) -> int:
    return max(1, -(-len(tokens) // ROWS_A_PAGE))


def _clipped(tokens: Sequence[PoolToken], number: int) -> int:
    return min(max(number, 0), _pages(tokens) - 1)


def _button(
    title: str,
    control: PoolControl,
    *,
    is_disabled: bool = False,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> discord.ui.Button[discord.ui.View]:
    written = f"{PREFIX}{control.action}:{control.to}"
    return discord.ui.Button(label=title, custom_id=written, disabled=is_disabled, style=style)
