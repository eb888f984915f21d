"""The administration of a proxy's pool of accounts. Source: section "Admin API" of the API notes, early 2026.

The server's POST replaces everything that it has, so each change is: read, merge, write, read again, compare.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

import httpx
import msgspec

from bot.errors import UNREADABLE_JSON, UpstreamError, UpstreamRefused, UpstreamUnsupported
from bot.grok.accounts import Accounts, named, read_accounts
from bot.grok.endpoint import Endpoint
from bot.grok.http import DEFAULT_TIMING, Call, Timing, Wire
from bot.grok.pool_tokens import PoolChange, PoolToken, Refreshed
from bot.secret import Secret

NO_PATHS = "the server has no such paths: it is newer than April 2026, or another program; use its own administration"
NOT_TAKEN = "the server reported success and changed nothing"

_PATH = "admin/tokens"
_REFRESH_S = 600.0  # it asks for each account in turn
_READS = 3  # before it is written: somebody else may be at it

Edit = Callable[[Accounts], Accounts]


class AdminClient:
    """Fulfils `bot.grok.pool_tokens.PoolAdmin`. http: shared and closed by the caller. One change at a time."""

    def __init__(
        self, http: httpx.AsyncClient, *, base_url: str, admin_key: Secret, timing: Timing = DEFAULT_TIMING
    ) -> None:
        self._wire = Wire(http, Endpoint(base_url), admin_key, timing)
        self._changing = asyncio.Lock()

    async def tokens(self) -> tuple[PoolToken, ...]:
        """Return every account, pool by pool, in the server's order."""
        return tuple(named(await self._read()).values())

    async def find(self, handle: str) -> PoolToken:
        """Return the account that a handle, or the last characters of its token, stands for."""
        accounts = await self._read()
        return named(accounts)[accounts.find(handle)]

    async def add(self, pool: str, tokens: Sequence[Secret]) -> PoolChange:
        """Add accounts to a pool, keeping all that are there."""
        self._learn(each.reveal() for each in tokens)
        wanted = list(dict.fromkeys(each.reveal() for each in tokens))
        async with self._changing:
            before = await self._read()
            new = [token for token in wanted if token not in before.all]
            if not new:
                return PoolChange((), known=len(wanted))
            after = await self._changed(before, lambda now: now.with_new(pool, new))
        names = named(after)
        there = tuple(names[token] for token in new if token in names)
        return PoolChange(there, known=len(wanted) - len(new), dropped=len(new) - len(there))

    async def disable(self, handle: str) -> PoolChange:
        """Let an account rest until somebody enables it at the server."""
        async with self._changing:
            before = await self._read()
            token = before.find(handle)
            after = await self._changed(before, lambda now: now.with_status(token, "disabled"))
        changed = named(after).get(token)
        if changed is None or changed.status != "disabled":
            raise UpstreamRefused(NOT_TAKEN)
        return PoolChange((changed,))

    async def remove(self, handle: str) -> PoolChange:
        """Remove an account. changed: the account that is gone."""
        async with self._changing:
            before = await self._read()
            token = before.find(handle)
            gone = named(before)[token]
            after = await self._changed(before, lambda now: now.without(token))
        if token in after.all:
            raise UpstreamRefused(NOT_TAKEN)
        return PoolChange((gone,))

    async def refresh(self, handle: str | None = None) -> tuple[Refreshed, ...]:
        """Have the server read the quota of one account anew, or of all."""
        before = await self._read()
        asked = list(before.all) if handle is None else [before.find(handle)]
        if not asked:
            return ()
        payload: dict[str, object] = {"tokens": asked}
        told = await self._send(Call(f"{_PATH}/refresh", payload, read_s=_REFRESH_S))
        results = told.get("results") if isinstance(told, dict) else None
        if not isinstance(results, dict):
            raise UpstreamRefused("the server's answer is not understood")
        names = named(await self._read())
        return tuple(Refreshed(names[token], results.get(token) is True) for token in asked if token in names)

    async def _changed(self, before: Accounts, edit: Edit) -> Accounts:
        """Write, and return what the server has then. Raise where accounts are gone that were to stay."""
        for _ in range(_READS):
            now = await self._read()
            if now.pools == before.pools:
                break
            before = now  # somebody else changed it meanwhile
        wanted = edit(before)
        await self._send(Call(_PATH, wanted.payload(), read_s=self._wire.timing.short_deadline_s))
        after = await self._read()
        lost = [token for token in before.all if token in wanted.all and token not in after.all]
        if lost:
            raise UpstreamRefused(f"the server dropped {len(lost)} accounts that were to stay; look at its pool")
        return after

    async def _read(self) -> Accounts:
        accounts = read_accounts(await self._send(Call(_PATH, read_s=self._wire.timing.short_deadline_s)))
        self._learn(accounts.all)
        return accounts

    async def _send(self, call: Call) -> object:
        async with _told_plainly():
            raw = await self._wire.fetch(call)
        try:
            return msgspec.json.decode(raw)
        except UNREADABLE_JSON:
            raise UpstreamRefused("the server's answer is not understood") from None  # the cause would hold it

    def _learn(self, tokens: Iterable[str]) -> None:
        """Keep accounts' tokens out of every message from here on."""
        secrets = (*self._wire.secrets, *map(Secret, tokens))
        self._wire.secrets = tuple(dict.fromkeys(secrets))


@asynccontextmanager
async def _told_plainly() -> AsyncIterator[None]:
    try:
        yield
    except UpstreamUnsupported as unsupported:
        raise UpstreamUnsupported(NO_PATHS, status=unsupported.status) from None
    except UpstreamError as error:
        error.may_have_generated = False
        raise
