"""A PostgreSQL connection outside the pool, for locks that last exactly as long as it does."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, LiteralString, Self

from bot.errors import StoreAway

if TYPE_CHECKING:
    from psycopg import AsyncConnection

CONNECT_S = 3
QUERY_S = 2.5  # a server that is silent for longer is taken for gone

Rows = list[tuple[Any, ...]]  # Any: the types of a row's values are those of the statement's columns

# Both ends notice within seconds that the other machine vanished without a word.
_CLIENT_SIDE = {
    "connect_timeout": CONNECT_S,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 4000,  # milliseconds
}
_SERVER_SIDE = (
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=4000"
    " -c statement_timeout=2000 -c lock_timeout=1500"
)


class OwnConnection:
    """An open connection in which every statement is a transaction of its own and ends within seconds.

    Every failure is a StoreAway, after which the connection is of no more use. pid: the server's process behind it.
    """

    def __init__(self, connection: AsyncConnection[Any]) -> None:  # Any: rows of whatever statement
        self._connection = connection
        self.pid = connection.info.backend_pid

    @classmethod
    async def open(cls, url: str, name: str, *, idle_s: float = 0) -> Self:
        """Connect. Raises StoreAway.

        name: what the server's list of connections calls it. idle_s: the server ends it after so long without a
        statement, so that a process that was frozen keeps no lock; 0 is never. It takes PostgreSQL 14.
        """
        import psycopg  # not at the top: a bot on SQLite does without its 10 MiB
        from psycopg.conninfo import make_conninfo

        plain = f"postgresql:{url.partition(':')[2]}"  # without SQLAlchemy's name of the driver
        try:
            options = f"{_SERVER_SIDE} -c idle_session_timeout={idle_s * 1000:.0f}"
            address = make_conninfo(plain, application_name=name, options=options, **_CLIENT_SIDE)
            async with asyncio.timeout(CONNECT_S + 1):
                return cls(await psycopg.AsyncConnection.connect(address, autocommit=True))
        except (psycopg.Error, TimeoutError, OSError) as fault:
            raise StoreAway(f"PostgreSQL cannot be reached ({type(fault).__name__})") from fault

    async def fetch(self, statement: LiteralString, **values: object) -> Rows:
        """Run a statement to its end, also when the caller is cancelled meanwhile, and return its rows."""
        import psycopg

        running = asyncio.create_task(self._fetch(statement, values))
        cutting = asyncio.get_running_loop().call_later(QUERY_S, self._cut)
        cancelled: asyncio.CancelledError | None = None
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError as asked:
                cancelled = asked
        cutting.cancel()
        if cancelled is not None:
            running.exception()  # seen, and less important than the cancellation
            raise cancelled
        try:
            return running.result()
        except (psycopg.Error, OSError) as fault:
            raise StoreAway(f"PostgreSQL did not answer ({type(fault).__name__})") from fault

    async def close(self) -> None:
        """Close it, which lets its locks fall. Closing twice is harmless."""
        await self._connection.close()

    async def _fetch(self, statement: LiteralString, values: dict[str, object]) -> Rows:
        cursor = await self._connection.execute(statement, values)
        return await cursor.fetchall() if cursor.description is not None else []

    def _cut(self) -> None:
        """End a statement that takes too long; psycopg's own way would ask the silent server to cancel it."""
        with suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
