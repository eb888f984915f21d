"""An asynchronous face for SQLAlchemy's connection."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import CursorResult, Engine, Executable, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

# Any: the types of a row's values are those of the statement's columns, known only where it is written.
Rows = Sequence[Row[*tuple[Any, ...]]]
Parameters = Mapping[str, object] | Sequence[Mapping[str, object]]
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one step may take before its connection is cut, None for ever.

    reading_s, writing_s: to begin, waiting for other writers included. statement_s: for everything after it.
    """

    reading_s: float | None
    writing_s: float | None
    statement_s: float | None


FOR_EVER = Patience(None, None, None)


class Connection:
    """A connection for the length of one transaction; it opens with `begin` and must see `close`.

    It does what `sqlalchemy.ext.asyncio.AsyncConnection` does, by the same means (`greenlet_spawn`). Importing that
    package brings the whole ORM along: 6.4 MiB of the process for classes that Core never uses.
    """

    def __init__(self, engine: Engine, statement_s: float | None = None) -> None:
        self._engine = engine
        self._statement_s = statement_s
        self._is_cut = False
        self._opened: SyncConnection | None = None

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run a statement and return the number of rows it changed; a list of parameters runs it once for each."""
        return await self._step(self._changed, statement, parameters)

    async def fetch(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        """Run a statement and return all its rows."""
        return await self._step(self._rows, statement, parameters)

    async def begin(self, how: str, within_s: float | None = None) -> None:
        """Begin a transaction with the given words of SQL.

        A connection that died while it waited in the pool, as all do when a server restarts, is replaced once.
        """
        await to_the_end(self._begin, how, patience_s=within_s, cut=self._cut)

    async def commit(self) -> None:
        """Make what was done last."""
        await self._step(self._connection.commit)

    async def close(self) -> None:
        """Undo what was not committed, and give the connection back."""
        if self._opened is not None:
            await self._step(self._opened.close)

    async def _step(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await to_the_end(work, *args, patience_s=self._statement_s, cut=self._cut)

    @property
    def _connection(self) -> SyncConnection:
        if self._opened is None:
            raise RuntimeError("this connection has not begun")
        return self._opened

    def _begin(self, how: str) -> None:
        try:
            self._start(how)
        except DBAPIError as fault:
            if self._opened is None or self._is_cut or not fault.connection_invalidated:
                raise
            self._opened.close()
            self._start(how)

    def _start(self, how: str) -> None:
        self._opened = None
        self._opened = self._engine.connect()
        self._opened.exec_driver_sql(how)

    def _cut(self) -> None:
        """End the conversation with a server that does not answer: what waits for it fails like any lost connection.

        A statement that is merely cancelled would have psycopg ask the same silent server to stop it.
        """
        self._is_cut = True
        if self._opened is None or self._opened.closed or self._opened.invalidated:
            return
        driver: Any = self._opened.connection.driver_connection  # Any: psycopg's, which this file does without
        with suppress(OSError, AttributeError), socket.socket(fileno=os.dup(driver.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)

    def _changed(self, statement: Executable, parameters: Parameters | None) -> int:
        with self._run(statement, parameters) as result:
            return result.rowcount

    def _rows(self, statement: Executable, parameters: Parameters | None) -> Rows:
        with self._run(statement, parameters) as result:
            return result.all()

    def _run(self, statement: Executable, parameters: Parameters | None) -> CursorResult[*tuple[Any, ...]]:
        return self._connection.execute(statement, parameters)


async def to_the_end(
    work: Callable[[*Ts], T], *args: *Ts, patience_s: float | None = None, cut: Callable[[], None] | None = None
) -> T:
    """Run database work to its end even if the caller is cancelled meanwhile, and only then raise the cancellation.

    SQLite's thread cannot be interrupted anyway. Cut loose in the middle, it would go on with a connection that nobody
    knows the state of: SQLAlchemy throws that one away, which leaks it, locks included, if it was just being set up.

    patience_s: when `cut` is called, which must bring the work to its end.
    """
    loop = asyncio.get_running_loop()
    timer = loop.call_later(patience_s, cut) if patience_s is not None and cut is not None else None
    try:
        return await _whole(work, *args)
    finally:
        if timer is not None:
            timer.cancel()


async def _whole(work: Callable[[*Ts], T], *args: *Ts) -> T:
    task = asyncio.create_task(greenlet_spawn(work, *args))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as asked:
            cancelled = asked
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # seen, and less important than the cancellation
    raise cancelled
