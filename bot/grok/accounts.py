"""What a proxy keeps of its accounts: read from its JSON, merged, and shown without their tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from bot.errors import InputError, UpstreamRefused, UpstreamUnsupported
from bot.grok.pool_tokens import PoolToken
from bot.grok.wording import clean
from bot.secret import Secret

Account = Mapping[str, Any]  # Any: the server's JSON; fields that are not known here are carried through as they are

_LEAST_HANDLE = 6
_SHORT = 8  # of so short a token even four characters would tell too much
_REASON_CHARS, _STATE_CHARS = 500, 20
_NEWER = "the server lists its accounts in a newer form: use its own administration"


@dataclass(frozen=True)
class Accounts:
    """Everything the server has: accounts by pool, in its order. Nothing here is to be shown or logged."""

    pools: dict[str, list[Account]]

    def __repr__(self) -> str:
        return f"Accounts({len(self.all)})"

    @cached_property
    def all(self) -> dict[str, Account]:
        """Accounts by their tokens."""
        return {account["token"]: account for rows in self.pools.values() for account in rows}

    @cached_property
    def handles(self) -> dict[str, str]:
        """The handle of each token: the beginning of a hash, as long as it takes to tell all apart."""
        digests = {token: hashlib.sha256(token.encode()).hexdigest() for token in self.all}
        length = next(
            each for each in range(_LEAST_HANDLE, 65) if len({d[:each] for d in digests.values()}) == len(digests)
        )
        return {token: digest[:length] for token, digest in digests.items()}

    def find(self, handle: str) -> str:
        """Return the token that a handle, or the last characters of the token, stands for. Raise InputError."""
        wanted = handle.strip().lstrip("…").casefold()
        found = [token for token, its in self.handles.items() if its == wanted]
        found = found or [token for token in self.all if wanted and tail_of(token).casefold() == wanted]
        if not found:
            raise InputError("pool_token_unknown", name=handle.strip()[:40])
        if len(found) > 1:
            raise InputError("pool_token_ambiguous", name=handle.strip()[:40])
        return found[0]

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted(set(map(len, self.all)), reverse=True)  # so that of a long one no end is left over

    def within(self, text: str) -> list[Secret]:
        """Return the tokens, of any account, that stand in a text. Looked up piece by piece: there may be thousands."""
        pieces = (text[at : at + length] for length in self._lengths for at in range(len(text) - length + 1))
        return [Secret(piece) for piece in pieces if piece in self.all]

    def with_new(self, pool: str, tokens: Iterable[str]) -> Accounts:
        """Return these and those that are not among them, which the server fills in."""
        new = [{"token": token} for token in tokens if token not in self.all]
        return Accounts({**self.pools, pool: [*self.pools.get(pool, ()), *new]})

    def with_status(self, token: str, status: str) -> Accounts:
        """Return these, one in another state."""

        def changed(row: Account) -> Account:
            return {**row, "status": status} if row["token"] == token else row

        return Accounts({pool: [changed(row) for row in rows] for pool, rows in self.pools.items()})

    def without(self, token: str) -> Accounts:
        """Return these without one."""
        return Accounts({pool: [row for row in rows if row["token"] != token] for pool, rows in self.pools.items()})

    def payload(self) -> dict[str, object]:
        """Return them as the server takes them."""
        return {pool: [dict(row) for row in rows] for pool, rows in self.pools.items()}


def read_accounts(body: object) -> Accounts:
    """Return what a server told, in the form of its first versions or that of the next. Raise UpstreamRefused."""
    if isinstance(body, dict) and isinstance(body.get("tokens"), dict):
        body = body["tokens"]
    elif isinstance(body, dict) and isinstance(body.get("tokens"), list):
        raise UpstreamUnsupported(_NEWER)
    if not isinstance(body, dict) or not all(isinstance(rows, list) for rows in body.values()):
        raise _not_understood()
    for rows in body.values():
        for row in rows:
            if not isinstance(row, dict) or not isinstance(row.get("token"), str) or not row["token"]:
                raise _not_understood()
    return Accounts(body)


def _not_understood() -> UpstreamRefused:
    return UpstreamRefused("the server's list of accounts is not understood, so nothing was changed")


def tail_of(token: str) -> str:
    """Return what may be shown of a token: its last four characters, nothing of a short one."""
    return "" if len(token) < _SHORT else token[-4:]


def named(accounts: Accounts) -> dict[str, PoolToken]:
    """Return by token what may be shown of each account."""
    pool_of = {row["token"]: pool for pool, rows in accounts.pools.items() for row in rows}
    return {token: _shown(accounts, pool_of[token], token, row) for token, row in accounts.all.items()}


def _shown(accounts: Accounts, pool: str, token: str, row: Account) -> PoolToken:
    state = str(row.get("status") or "active")[:_REASON_CHARS]
    reason = str(row.get("last_fail_reason") or "")[:_REASON_CHARS]
    return PoolToken(
        handle=accounts.handles[token],
        pool=pool,
        tail=tail_of(token),
        status=clean(state, *accounts.within(state))[:_STATE_CHARS] or "unknown",
        quota=_count(row.get("quota")),
        uses=_count(row.get("use_count")) or 0,
        failures=_count(row.get("fail_count")) or 0,
        created_at=_moment(row.get("created_at")),
        last_used_at=_moment(row.get("last_used_at")),
        last_failure=clean(reason, *accounts.within(reason)),
    )


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(milliseconds: object) -> datetime | None:
    count = _count(milliseconds)
    try:
        return None if not count else datetime.fromtimestamp(count / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
