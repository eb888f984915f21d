"""The one way to the database: many may read at once, one writes at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreAway, StoreError
from bot.store.address import read_address
from bot.store.connection import Connection, to_the_end
from bot.store.engines import Engines
from bot.store.postgres import postgres_engines
from bot.store.schema import bring_up_to_date
from bot.store.sqlite import sqlite_engines

log = logging.getLogger(__name__)


class Database:
    """An open database, its schema up to date. Errors of SQLAlchemy and the drivers leave it as StoreError."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._write_lock = asyncio.Lock()
        self._read_slots = asyncio.Semaphore(engines.readers)
        self._is_closed = False
        self._fault: StoreError | None = None  # of the last transaction
        self._resting_until_s = 0.0

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open what an address names, and bring its schema up to date.

        `sqlite:///data/grokcord.db` is a file, created with its folder; `postgresql://user:password@host/name` a
        database on a server, which has to be there.

        Raises StoreError, in one sentence for the person who runs the bot.
        """
        place = read_address(url)
        engines = sqlite_engines(place) if isinstance(place, Path) else postgres_engines(place)
        database = cls(engines)
        try:
            await to_the_end(bring_up_to_date, engines.writer)
        except SQLAlchemyError as fault:
            await database.close()
            raise engines.store_error(fault) from fault
        except BaseException:
            await database.close()
            raise
        return database

    async def ping(self) -> float:
        """Return how many seconds the database takes to answer. Raises StoreError."""
        began_s = time.monotonic()
        async with self.reading() as connection:
            await connection.fetch(select(1))
        return time.monotonic() - began_s

    async def close(self) -> None:
        """Let running and queued transactions end, then close every connection. Closing twice is harmless."""
        self._is_closed = True
        async with self._write_lock, AsyncExitStack() as slots:
            for _ in range(self._engines.readers):
                await slots.enter_async_context(self._read_slots)
            await to_the_end(self._dispose)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """Give a connection that sees one moment of the database and cannot change it; never nest it."""
        async with self._turn(self._read_slots), self._reads() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """Give the one connection that writes: commit on a clean exit, roll back on any exception or cancellation.

        Everybody else who writes waits meanwhile, on PostgreSQL in the other processes too: keep nothing slow inside,
        and never nest it.
        """
        async with self._turn(self._write_lock), self._writes() as connection:
            yield connection

    @asynccontextmanager
    async def erasing(self) -> AsyncIterator[Connection]:
        """Give the connection as `writing` does; afterwards, nothing of what was removed can be read.

        On SQLite it is gone from every file. On PostgreSQL the rows are gone for every query; their pages are used
        again, and backups and logs of the server forget, when those who run it have them do so (VACUUM, which
        PostgreSQL starts by itself, comes after minutes).
        """
        engines = self._engines
        async with self._turn(self._write_lock):
            async with self._writes() as connection:
                yield connection
            if engines.after_erasing is not None:
                # A reader that still looks at an older moment would keep SQLite's log from being emptied.
                async with AsyncExitStack() as slots:
                    for _ in range(engines.readers):
                        await slots.enter_async_context(self._read_slots)
                    with self._translated():
                        await to_the_end(engines.after_erasing, engines.writer)

    @asynccontextmanager
    async def _turn(self, gate: asyncio.Lock | asyncio.Semaphore) -> AsyncIterator[None]:
        """Wait for a turn within this process."""
        if self._is_closed:
            raise StoreError("the database is closed: the bot is stopping")
        try:
            async with asyncio.timeout(self._engines.wait_s):
                await gate.acquire()
        except TimeoutError as slow:
            raise StoreError("the database is busy: too much was asked of it at once") from slow
        try:
            yield
        finally:
            gate.release()

    def _reads(self) -> AbstractAsyncContextManager[Connection]:
        engines = self._engines
        return self._transaction(engines.reader, engines.begin_reading, engines.patience.reading_s)

    def _writes(self) -> AbstractAsyncContextManager[Connection]:
        engines = self._engines
        return self._transaction(engines.writer, engines.begin_writing, engines.patience.writing_s)

    @asynccontextmanager
    async def _transaction(self, engine: Engine, begin: str, within_s: float | None) -> AsyncIterator[Connection]:
        if self._fault is not None and time.monotonic() < self._resting_until_s:
            raise StoreAway(str(self._fault))
        connection = Connection(engine, self._engines.patience.statement_s)
        with self._translated():
            try:
                await connection.begin(begin, within_s)
                yield connection
                await connection.commit()
            finally:
                await connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what goes wrong into a StoreError, and log it when it is news; the same once more is none."""
        try:
            yield
        except SQLAlchemyError as fault:
            error = self._engines.store_error(fault)
            if str(error) != str(self._fault):
                log.warning("%s", error)
            self._fault = error
            if isinstance(error, StoreAway):
                self._resting_until_s = time.monotonic() + self._engines.rest_s
            raise error from fault
        if self._fault is not None:
            log.info("the database works again")
            self._fault = None

    def _dispose(self) -> None:
        self._engines.reader.dispose()
        self._engines.writer.dispose()  # last, because SQLite's last connection tidies its log away
