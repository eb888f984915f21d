"""The accounts of a proxy's pool, as values that never hold an account's token in clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.secret import Secret


@dataclass(frozen=True, slots=True)
class PoolToken:
    """One account. handle: what people call it by, short and the same at every reading; tail: its last four characters.

    status: "active", "cooling", "disabled", "expired", or whatever else the server says. quota: uses left, None where
    the server does not tell. Times are aware, None: never, or not told. last_failure: cleaned of secrets.
    """

    handle: str
    pool: str
    tail: str
    status: str
    quota: int | None = None
    uses: int = 0
    failures: int = 0
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    last_failure: str = ""


@dataclass(frozen=True, slots=True)
class PoolChange:
    """What a change did, by reading again afterwards.

    changed: the accounts that are as wanted now; known: were there already; dropped: how many the server did not take,
    though it reported success.
    """

    changed: tuple[PoolToken, ...]
    known: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What the server said of one account when it was asked to read its quota anew."""

    token: PoolToken
    is_good: bool


class PoolAdmin(Protocol):
    """The administration of one proxy's pool. Methods raise the `UpstreamError` tree and InputError.

    UpstreamUnsupported: the server is newer, or another, and has no such paths. UpstreamKeyRefused: the admin key is
    wrong. InputError "pool_token_unknown" and "pool_token_ambiguous": `handle` names no account, or several.
    """

    async def tokens(self) -> tuple[PoolToken, ...]:
        """Return every account, pool by pool, in the server's order."""
        ...

    async def find(self, handle: str) -> PoolToken:
        """Return the account that a handle, or the last characters of its token, stands for."""
        ...

    async def add(self, pool: str, tokens: Sequence[Secret]) -> PoolChange:
        """Add accounts to a pool, keeping all that are there."""
        ...

    async def disable(self, handle: str) -> PoolChange:
        """Let an account rest until somebody enables it at the server."""
        ...

    async def remove(self, handle: str) -> PoolChange:
        """Remove an account. changed: the account that is gone."""
        ...

    async def refresh(self, handle: str | None = None) -> tuple[Refreshed, ...]:
        """Have the server read the quota of one account anew, or of all."""
        ...
