"""Bring a database to the schema of this version, whatever it holds."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, inspect, select, update

from bot.errors import StoreError
from bot.store import order_tables  # noqa: F401  # its tables are part of the metadata
from bot.store.migrations import HEAD
from bot.store.postgres import BEGIN_SCHEMA
from bot.store.tables import metadata, schema_version


def bring_up_to_date(engine: Engine) -> None:
    """Create the tables in an empty database, upgrade an older one; all of it or nothing.

    Of several processes that start at once, one does it and the others wait for it.

    Raises StoreError for a database of a newer version, or of another program.
    """
    with engine.connect() as connection:
        if _is_sqlite(connection):
            # A migration that rebuilds a table drops the old one, which would fire ON DELETE CASCADE. SQLite ignores
            # this setting within a transaction, so it holds for the connection, which never goes back to the pool.
            connection.detach()
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(BEGIN_SCHEMA)
        _change(connection)
        connection.commit()


def _change(connection: Connection) -> None:
    names = inspect(connection).get_table_names()
    if not names:
        _create(connection)
    elif schema_version.name not in names:
        file = connection.engine.url.database
        raise StoreError(f"{file} belongs to another program: it has tables, but none of this bot's")
    elif connection.execute(select(schema_version.c.version_num)).scalar() != HEAD:
        _upgrade(connection)
    else:
        # Writing what is there already shows now, not at the first answer, that the file is read-only: SQLite makes
        # a BEGIN IMMEDIATE of such a file a mere BEGIN.
        connection.execute(update(schema_version).values(version_num=HEAD))


def _create(connection: Connection) -> None:
    """Build the newest tables directly: the way Alembic's cookbook gives for new databases, without its 11 MiB."""
    metadata.create_all(connection)
    schema_version.create(connection)
    connection.execute(insert(schema_version).values(version_num=HEAD))


def _upgrade(connection: Connection) -> None:
    from bot.store.migrations.upgrade import upgrade  # not at the top: Alembic takes 11 MiB, needed once per release

    upgrade(connection)
    if not _is_sqlite(connection):
        return
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        file = connection.engine.url.database
        raise StoreError(f"{file} could not be upgraded: {len(broken)} rows refer to rows that are gone")


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
