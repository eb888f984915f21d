"""A PostgreSQL for the tests of what several processes share."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import LiteralString

import psycopg
from psycopg import sql

from tests.e2e.processes import Running, serving

_NUMBERS = itertools.count(1)

HOLDERS = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %(number)s"
SLOTS_TABLE = """
CREATE TABLE IF NOT EXISTS slots (
    number integer PRIMARY KEY, epoch bigint NOT NULL, slot_count integer NOT NULL, shard_count integer NOT NULL,
    holder text NOT NULL, claimed_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, UNIQUE (number, epoch)
)
"""


@asynccontextmanager
async def shared_server(*arguments: str) -> AsyncIterator[Running]:
    """Run PostgreSQL; what it announced has its address."""
    async with serving("sandbox.postgres", *arguments) as server:
        yield server


async def fresh_database(server_url: str) -> str:
    """Make a database of the server's that has nothing in it but the table of slots, and return its address."""
    number = next(_NUMBERS)
    async with await psycopg.AsyncConnection.connect(server_url, autocommit=True) as connection:
        await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"shared_{number}")))
    url = f"{server_url.rpartition('/')[0]}/shared_{number}"
    await run(url, SLOTS_TABLE)
    return url


async def run(url: str, statement: LiteralString, **values: object) -> list[tuple[object, ...]]:
    """Run one statement of a test's own."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(statement, values)
        return await cursor.fetchall() if cursor.description else []


async def until_free(url: str, number: int) -> None:
    """Return when nobody locks a slot any more."""
    async with asyncio.timeout(10):
        while await run(url, HOLDERS, number=number):
            await asyncio.sleep(0.02)
