"""The one way to the database: many may read at once, one writes at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from bot.errors import StoreError
from bot.store.address import database_path
from bot.store.connection import Connection, to_the_end
from bot.store.faults import store_error
from bot.store.schema import bring_up_to_date

BUSY_TIMEOUT_S = 5.0  # how long another process may hold the file, e.g. a backup

# In WAL mode readers see the last commit and neither wait for the writer nor delay it. Every connection is a thread and
# up to 2 MiB of page cache, opened when first needed: a second reader keeps an export from delaying an answer, and
# more would only queue for the same interpreter.
READERS = 2

# NORMAL: in WAL mode a crash of the process loses nothing, a power cut at most the last moments, never half a change.
# Deleted text is overwritten: what people asked to forget must not stay readable in the file.
_WRITER = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON")
_READER = ("query_only = ON",)


class Database:
    """An open database, its schema up to date. Errors of SQLAlchemy and SQLite leave it as StoreError.

    Writers and readers have a connection pool each, so that no reader can hold up a write by using the last connection,
    and so that the readers' connections can refuse to write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = _engine(path, _WRITER, connections=1)
        self._reader = _engine(path, _READER, connections=READERS)
        self._write_lock = asyncio.Lock()
        self._read_slots = asyncio.Semaphore(READERS)
        self._is_closed = False

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the file that an address such as `sqlite:///data/grokcord.db` names, creating it and its folder.

        Raises StoreError, in one sentence for the person who runs the bot.
        """
        path = database_path(url)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            raise StoreError(f"the folder {path.parent} cannot be created: {refused.strerror}") from refused
        database = cls(path)
        try:
            await to_the_end(bring_up_to_date, database._writer)
        except SQLAlchemyError as fault:
            await database.close()
            raise store_error(fault, path) from fault
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Let running and queued transactions end, then close every connection. Closing twice is harmless."""
        self._is_closed = True
        async with self._write_lock, AsyncExitStack() as slots:
            for _ in range(READERS):
                await slots.enter_async_context(self._read_slots)
            await to_the_end(self._dispose)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Give a connection that sees one moment of the database and cannot change it; never nest it."""
        self._refuse_if_closed()
        async with self._read_slots, self._transaction(self._reader, "BEGIN") as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """Give the one connection that writes: commit on a clean exit, roll back on any exception or cancellation.

        Everybody else who writes waits meanwhile: keep nothing slow inside, and never nest it.
        """
        self._refuse_if_closed()
        async with self._write_lock, self._transaction(self._writer, "BEGIN IMMEDIATE") as connection:
            yield connection

    @asynccontextmanager
    async def erasing(self) -> AsyncIterator[Connection]:
        """Give the connection as `writing` does; afterwards, nothing of what was removed is left in any file.

        SQLite overwrites removed text in the database file, but its log still holds the pages as they were.
        """
        self._refuse_if_closed()
        async with self._write_lock:
            async with self._transaction(self._writer, "BEGIN IMMEDIATE") as connection:
                yield connection
            await self._empty_the_log()

    async def _empty_the_log(self) -> None:
        # A reader that still looks at an older moment would keep the log from being emptied.
        async with AsyncExitStack() as slots:
            for _ in range(READERS):
                await slots.enter_async_context(self._read_slots)
            try:
                await to_the_end(_checkpoint, self._writer)
            except SQLAlchemyError as fault:
                raise store_error(fault, self._path) from fault

    @asynccontextmanager
    async def _transaction(self, engine: Engine, begin: str) -> AsyncIterator[Connection]:
        connection = Connection(engine)
        try:
            try:
                await connection.begin(begin)
                yield connection
                await connection.commit()
            finally:
                await connection.close()
        except SQLAlchemyError as fault:
            raise store_error(fault, self._path) from fault

    def _dispose(self) -> None:
        self._reader.dispose()
        self._writer.dispose()  # last, because the last connection tidies the WAL away

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise StoreError("the database is closed: the bot is stopping")


def _checkpoint(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()


def _engine(path: Path, pragmas: Iterable[str], *, connections: int) -> Engine:
    engine = create_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        # Without an isolation level the driver begins nothing by itself; `Database` says BEGIN, and which kind.
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_S},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # they are people's words and would end up in logs
    )

    @event.listens_for(engine, "connect")
    def configure(connection: PoolProxiedConnection, _entry: ConnectionPoolEntry) -> None:
        try:
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()  # SQLAlchemy would only drop it, thread and all
            raise

    return engine
