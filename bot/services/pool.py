"""The pool of accounts, as its owners see and change it, and the word when it runs low."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Protocol

from bot.errors import InputError
from bot.grok.pool_tokens import PoolAdmin, PoolChange, PoolToken, Refreshed
from bot.secret import Secret

NOTE = "pool is low"
MOST_TOKENS = 500  # at once
DEFAULT_POOL = "ssoBasic"
_RISEN = 1.2  # so much above the threshold it counts as filled up: it does not warn again at every use

_POOL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")


class NoteBook(Protocol):
    """Where it is remembered that the owners were warned."""

    async def get(self, key: str) -> str | None:
        """Return a value, None when there is none."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Store a value."""
        ...


class PoolService:
    """What owners may do. owners: their ids. low_quota: fewer uses left than this is worth a warning, 0: never."""

    def __init__(self, admin: PoolAdmin, notes: NoteBook, owners: Collection[int], *, low_quota: int = 0) -> None:
        self._admin = admin
        self._notes = notes
        self._low_quota = low_quota
        self.owners = frozenset(owners)
        self.known: tuple[PoolToken, ...] = ()  # as listed last, for whoever types a handle

    def check(self, person_id: int) -> None:
        """Raise InputError for anybody but an owner."""
        if person_id not in self.owners:
            raise InputError("owners_only")

    async def tokens(self) -> tuple[PoolToken, ...]:
        """Return every account."""
        self.known = await self._admin.tokens()
        return self.known

    async def find(self, handle: str) -> PoolToken:
        """Return the account that a handle, or the last characters of its token, stands for. Raise InputError."""
        return await self._admin.find(handle)

    async def add(self, pool: str, lines: str) -> PoolChange:
        """Add the accounts whose tokens stand in `lines`, one in each. Raise InputError."""
        return await self._admin.add(pool_name(pool), tokens_in(lines))

    async def disable(self, handle: str) -> PoolChange:
        """Let an account rest."""
        return await self._admin.disable(handle)

    async def remove(self, handle: str) -> PoolChange:
        """Remove an account."""
        return await self._admin.remove(handle)

    async def refresh(self, handle: str | None) -> tuple[Refreshed, ...]:
        """Have the server read quotas anew; None: of all."""
        return await self._admin.refresh(handle)

    async def fallen(self) -> int | None:
        """Return how many uses are left where the owners are to be told that, None where they are not.

        They are told once, see `told`, and again only after the pool was filled up.
        """
        if not self._low_quota:
            return None
        quotas = [each.quota for each in await self.tokens() if each.status == "active"]
        if None in quotas:
            return None  # the server does not tell
        left = sum(quota or 0 for quota in quotas)
        was_told = await self._notes.get(NOTE) == "1"
        if left < self._low_quota and not was_told:
            return left
        if was_told and left >= self._low_quota * _RISEN:
            await self._notes.set(NOTE, "")
        return None

    async def told(self) -> None:
        """Note that the owners know of it."""
        await self._notes.set(NOTE, "1")


def tokens_in(lines: str) -> list[Secret]:
    """Return the tokens in a text, one in each line; `sso=` before them is how browsers show them. Raise InputError."""
    tokens = [line.strip().removeprefix("sso=").rstrip(";") for line in lines.splitlines()]
    tokens = [token for token in tokens if token]
    if not tokens:
        raise InputError("pool_no_tokens")
    if len(tokens) > MOST_TOKENS:
        raise InputError("pool_many_tokens", most=MOST_TOKENS)
    if any(not re.fullmatch(r"[\x21-\x7e]{8,4000}", token) for token in tokens):
        raise InputError("pool_bad_token")
    return [Secret(token) for token in tokens]


def pool_name(name: str) -> str:
    """Return the name of a pool as the server takes it. Raise InputError."""
    if not _POOL_NAME.fullmatch(name.strip()):
        raise InputError("pool_bad_name")
    return name.strip()
