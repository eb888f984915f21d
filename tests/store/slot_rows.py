"""The table of slots, looked at and changed past our own code."""

from __future__ import annotations

import asyncio
from typing import LiteralString

import psycopg

WITHIN_S = 20.0
HOLDERS = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = %(number)s)"


async def run(url: str, statement: LiteralString, **values: object) -> list[tuple[object, ...]]:
    """Run one statement of a test's own."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(statement, values)
        return await cursor.fetchall() if cursor.description else []


async def until(url: str, statement: LiteralString, **values: object) -> None:
    """Return when a statement finds something."""
    async with asyncio.timeout(WITHIN_S):
        while not await run(url, statement, **values):
            await asyncio.sleep(0.02)


async def until_free(url: str, number: int) -> None:
    """Return when nobody locks a slot any more."""
    await until(url, HOLDERS, number=number)
