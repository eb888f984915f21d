"""An asynchronous face for SQLAlchemy's connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import CursorResult, Engine, Executable, Row
from sqlalchemy.util import greenlet_spawn

# Any: the types of a row's values are those of the statement's columns, known only where it is written.
Rows = Sequence[Row[*tuple[Any, ...]]]
Parameters = Mapping[str, object] | Sequence[Mapping[str, object]]
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Connection:
    """A connection for the length of one transaction; it opens with `begin` and must see `close`.

    It does what `sqlalchemy.ext.asyncio.AsyncConnection` does, by the same means (`greenlet_spawn`). Importing that
    package brings the whole ORM along: 6.4 MiB of the process for classes that Core never uses.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._opened: SyncConnection | None = None

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run a statement and return the number of rows it changed; a list of parameters runs it once for each."""
        return await to_the_end(self._changed, statement, parameters)

    async def fetch(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        """Run a statement and return all its rows."""
        return await to_the_end(self._rows, statement, parameters)

    async def begin(self, how: str) -> None:
        """Begin a transaction with the given words of SQL."""
        await to_the_end(self._begin, how)

    async def commit(self) -> None:
        """Make what was done last."""
        await to_the_end(self._connection.commit)

    async def close(self) -> None:
        """Undo what was not committed, and give the connection back."""
        if self._opened is not None:
            await to_the_end(self._opened.close)

    @property
    def _connection(self) -> SyncConnection:
        if self._opened is None:
            raise RuntimeError("this connection has not begun")
        return self._opened

    def _begin(self, how: str) -> None:
        self._opened = self._engine.connect()
        self._opened.exec_driver_sql(how)

    def _changed(self, statement: Executable, parameters: Parameters | None) -> int:
        with self._run(statement, parameters) as result:
            return result.rowcount

    def _rows(self, statement: Executable, parameters: Parameters | None) -> Rows:
        with self._run(statement, parameters) as result:
            return result.all()

    def _run(self, statement: Executable, parameters: Parameters | None) -> CursorResult[*tuple[Any, ...]]:
        return self._connection.execute(statement, parameters)


async def to_the_end(work: Callable[[*Ts], T], *args: *Ts) -> T:
    """Run database work to its end even if the caller is cancelled meanwhile, and only then raise the cancellation.

    SQLite's thread cannot be interrupted anyway. Cut loose in the middle, it would go on with a connection that nobody
    knows the state of: SQLAlchemy throws that one away, which leaks it, locks included, if it was just being set up.
    """
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
