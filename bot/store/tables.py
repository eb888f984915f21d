"""The tables as this version knows them. A change here needs a migration; a test compares the two."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, MetaData, String, Table, Text

from bot.store.columns import AnyText, RowId, UtcDateTime

# Every constraint has a name, so that a later migration can take hold of it.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# `sqlite_autoincrement`: an id never comes back after its row is gone, for buttons in old messages still name it.
exchanges = Table(
    "exchanges",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("asker_id", BigInteger, nullable=False),
    Index(None, "scope", "asker_id"),
    sqlite_autoincrement=True,
)

# `scope` repeats that of the exchange: the newest turns are then one walk down one index.
# `role` has no CHECK: SQLite could not widen it later without rebuilding the table.
turns = Table(
    "turns",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("exchange_id", RowId, ForeignKey("exchanges.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("scope", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("author_id", BigInteger, nullable=False),
    Column("author_name", AnyText, nullable=False),
    Column("model", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("message_id", BigInteger),
    Column("channel_id", BigInteger, nullable=False),
    Index(None, "scope", "id"),
    sqlite_autoincrement=True,
)

notes = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("message_id", RowId, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("scope", Text, nullable=False),
    Column("exchange_id", RowId, ForeignKey("exchanges.id", ondelete="SET NULL"), index=True),
    Column("asker_id", BigInteger, nullable=False),
)

# Alembic's own table, spelled out so that a fresh or current database needs no Alembic. Apart from `metadata`:
# Alembic must not see it as one of ours.
schema_version = Table(
    "alembic_version",
    MetaData(naming_convention={"pk": "%(table_name)s_pkc"}),
    Column("version_num", String(32), primary_key=True),
)
