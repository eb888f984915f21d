"""What the processes of one bot do one after another, not at the same time, by locks of PostgreSQL's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from bot.errors import StoreError
from bot.store.own_connection import OwnConnection

IDENTIFY_GAP_S = 5.0  # Discord: session start limits, identify requests per 5 seconds
ALONE_S = 30.0  # who is inside for longer has stopped
TRY_EVERY_S = 0.1

# The first number of our advisory locks, by what they are for; see `bot.store.slot_locks` for another.
_ALONE = 0x67726B01
_IDENTIFY = 0x67726B02


@asynccontextmanager
async def alone(url: str) -> AsyncIterator[None]:
    """Wait until no other process is inside, and keep them out meanwhile. Raises StoreError."""
    connection = await OwnConnection.open(url, "grokcord alone", idle_s=ALONE_S)
    try:
        await _until(partial(_try, connection, _ALONE, 0))
        yield
    finally:
        await connection.close()


class IdentifyTurns:
    """Turns to begin gateway sessions: Discord lets `max_concurrency` begin in five seconds, one of each remainder.

    Source: https://discord.com/developers/docs/events/gateway#sharding-max-concurrency
    """

    def __init__(self, url: str, max_concurrency: int, *, gap_s: float = IDENTIFY_GAP_S) -> None:
        self._url = url
        self._max_concurrency = max_concurrency
        self._gap_s = gap_s
        self._connection: OwnConnection | None = None
        self._opening = asyncio.Lock()
        self._waiting = 0
        self._letting_go: dict[int, asyncio.Task[None]] = {}

    async def take(self, shard_id: int) -> None:
        """Wait until a shard may identify; nobody of the same remainder may for five seconds then.

        Without the database the pace is discord.py's own: one in five seconds by each process.
        """
        bucket = shard_id % self._max_concurrency
        self._waiting += 1
        try:
            connection = await self._connected()
            await _until(partial(self._try, connection, bucket))
        except StoreError:
            await self._drop_connection()
            await asyncio.sleep(self._gap_s)
            return
        finally:
            self._waiting -= 1
        self._letting_go[bucket] = asyncio.create_task(self._let_go(bucket))

    async def close(self) -> None:
        """Let every turn go."""
        tasks = list(self._letting_go.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._drop_connection()

    async def _connected(self) -> OwnConnection:
        async with self._opening:
            if self._connection is None:
                self._connection = await OwnConnection.open(self._url, "grokcord identify", idle_s=self._gap_s + 1)
            return self._connection

    async def _try(self, connection: OwnConnection, bucket: int) -> bool:
        # PostgreSQL would grant a turn to the connection that has it already.
        return bucket not in self._letting_go and await _try(connection, _IDENTIFY, bucket)

    async def _let_go(self, bucket: int) -> None:
        try:
            await asyncio.sleep(self._gap_s)
        finally:
            del self._letting_go[bucket]
        if not self._letting_go and not self._waiting:
            await self._drop_connection()  # which lets the lock fall
        elif self._connection is not None:
            with suppress(StoreError):
                await self._connection.fetch(
                    "SELECT pg_advisory_unlock(%(kind)s, %(bucket)s)", kind=_IDENTIFY, bucket=bucket
                )

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def _try(connection: OwnConnection, kind: int, number: int) -> bool:
    rows = await connection.fetch("SELECT pg_try_advisory_lock(%(kind)s, %(number)s)", kind=kind, number=number)
    return bool(rows[0][0])


async def _until(succeeds: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await succeeds():
            return
        await asyncio.sleep(TRY_EVERY_S)
