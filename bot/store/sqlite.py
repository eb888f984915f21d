"""SQLite as the store uses it: one file, one process."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from bot.errors import StoreError
from bot.store.connection import FOR_EVER
from bot.store.engines import Engines
from bot.store.faults import store_error

BUSY_TIMEOUT_S = 5.0  # how long another process may hold the file, e.g. a backup

# In WAL mode readers see the last commit and neither wait for the writer nor delay it. Every connection is a thread and
# up to 2 MiB of page cache, opened when first needed: a second reader keeps an export from delaying an answer, and
# more would only queue for the same interpreter.
READERS = 2

# NORMAL: in WAL mode a crash of the process loses nothing, a power cut at most the last moments, never half a change.
# Deleted text is overwritten: what people asked to forget must not stay readable in the file.
_WRITER = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON")
_READER = ("query_only = ON",)


def sqlite_engines(path: Path) -> Engines:
    """Reach a file, whose folder is created.

    Writers and readers have a connection pool each, so that no reader can hold up a write by using the last connection,
    and so that the readers' connections can refuse to write.

    Raises StoreError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise StoreError(f"the folder {path.parent} cannot be created: {refused.strerror}") from refused
    return Engines(
        reader=_engine(path, _READER, connections=READERS),
        writer=_engine(path, _WRITER, connections=1),
        readers=READERS,
        begin_reading="BEGIN",
        begin_writing="BEGIN IMMEDIATE",
        patience=FOR_EVER,
        wait_s=None,
        rest_s=0.0,
        store_error=partial(store_error, path=path),
        after_erasing=_empty_the_log,
    )


def _empty_the_log(engine: Engine) -> None:
    """SQLite overwrites removed text in the database file, but its log still holds the pages as they were."""
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
