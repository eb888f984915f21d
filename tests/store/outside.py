"""Look at a database as another program does, past all of our own code."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg

from bot.store.postgres import LOCK_CLASS, WRITING_LOCK

_HALVES = (
    "SELECT exchanges.id FROM exchanges LEFT JOIN turns ON turns.exchange_id = exchanges.id"
    " GROUP BY exchanges.id HAVING count(turns.id) <> 2"
)
_STUCK = "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """Return the rows that a statement finds."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return file.execute(statement).fetchall()
    with psycopg.connect(url, autocommit=True) as server:
        return server.execute(statement.encode()).fetchall()


def assert_only_whole_exchanges(url: str) -> None:
    """A lock left behind would keep us out, a transaction left behind would show, half an exchange too."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=0)) as file:
            file.execute("BEGIN IMMEDIATE")
    else:
        assert ask(url, f"SELECT pg_try_advisory_lock({LOCK_CLASS}, {WRITING_LOCK})") == [(True,)]
        assert ask(url, _STUCK) == []
    assert ask(url, _HALVES) == []
