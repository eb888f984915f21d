"""The accounts of the demo server, kept as the proxy's first versions keep them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]  # what a client sends and gets

STATUSES = ("active", "disabled", "expired", "cooling")
QUOTA = 80


@dataclass(slots=True)
class Mood:
    """How the administration misbehaves, laid out by `/control/accounts`.

    deaf: it reports success and writes nothing. loses: a write drops one account that was to stay. intruder: somebody
    else adds an account after the first read. leaks: errors repeat tokens. odd: the list has an unknown shape.
    """

    deaf: bool = False
    loses: bool = False
    intruder: bool = False
    leaks: bool = False
    odd: bool = False


@dataclass(slots=True)
class Accounts:
    """Accounts by pool. writes: how many there were."""

    pools: dict[str, list[Json]] = field(default_factory=dict)
    mood: Mood = field(default_factory=Mood)
    writes: int = 0

    def fill(self, count: int) -> None:
        """Have so many accounts, and no others."""
        self.pools = {"ssoBasic": [account(f"sso-{secrets.token_hex(20)}") for _ in range(count)]}

    def read(self) -> Json:
        """Return all, in clear, as the proxy does."""
        found: Json = {pool: list(rows) for pool, rows in self.pools.items()}
        if self.mood.intruder:
            self.mood.intruder = False
            self.pools.setdefault("ssoBasic", []).append(account(f"sso-{secrets.token_hex(20)}"))
        return {"accounts": found} if self.mood.odd else found

    def replace(self, body: Json) -> None:
        """Forget all and keep what is sent: what a known account's fields leave out stays, bad entries are dropped."""
        self.writes += 1
        if self.mood.deaf:
            return
        known = {row["token"]: row for rows in self.pools.values() for row in rows}
        pools = {pool: _kept(rows, known) for pool, rows in body.items() if isinstance(rows, list)}
        if self.mood.loses:
            next(rows for rows in pools.values() if rows).pop(0)
        self.pools = {pool: rows for pool, rows in pools.items() if rows}

    def refresh(self, tokens: list[str]) -> dict[str, bool]:
        """Read quotas anew; an account that is not active cannot be."""
        results = {}
        for token in tokens:
            row = next((row for rows in self.pools.values() for row in rows if row["token"] == token), None)
            results[token] = row is not None and row["status"] == "active"
            if row is not None and results[token]:
                row |= {"quota": QUOTA, "last_sync_at": _now_ms()}
        return results


def account(token: str) -> Json:
    """Return a new account as the proxy describes it."""
    return {
        "token": token,
        "status": "active",
        "quota": QUOTA,
        "created_at": _now_ms(),
        "last_used_at": None,
        "use_count": 0,
        "fail_count": 0,
        "last_fail_at": None,
        "last_fail_reason": None,
        "last_sync_at": None,
        "tags": [],
        "note": "",
        "last_asset_clear_at": None,
    }


def _kept(rows: list[Any], known: dict[str, Json]) -> list[Json]:
    kept = []
    for row in rows:
        given = {"token": row} if isinstance(row, str) else row if isinstance(row, dict) else {}
        token = given.get("token")
        if not isinstance(token, str) or not token or given.get("status", "active") not in STATUSES:
            continue
        kept.append({**(known.get(token) or account(token)), **given})
    return kept


def _now_ms() -> int:
    return int(time.time() * 1000)
