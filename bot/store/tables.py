"""The tables as this version knows them. A change here needs a migration; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

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
    Column("guild_id", BigInteger),
    Column("created_at", UtcDateTime),
    Index(None, "scope", "asker_id"),
    Index(None, "scope", "created_at"),
    Index(None, "guild_id", "created_at"),
    sqlite_autoincrement=True,
)

# `scope` repeats that of the exchange: the newest turns, also those between two exchanges, are one walk down one index.
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
    Column("message_id", BigInteger, index=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Index(None, "scope", "exchange_id", "id"),
    # Few turns are pinned, and every question asks for them.
    Index(
        "ix_turns_pinned", "scope", "exchange_id", "id", sqlite_where=text("pinned"), postgresql_where=text("pinned")
    ),
    sqlite_autoincrement=True,
)

notes = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Answers as they stand in Discord, with what was asked. `version`: the chosen one, 0 while there is none.
posts = Table(
    "posts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger),
    Column("asker_id", BigInteger, nullable=False),
    Column("asker_name", AnyText, nullable=False),
    Column("prompt", AnyText, nullable=False),
    Column("material", AnyText, nullable=False),
    Column("heading", AnyText, nullable=False),
    Column("model", AnyText),
    Column("is_fresh", Boolean, nullable=False),
    Column("message_id", BigInteger, index=True),
    Column("exchange_id", RowId, ForeignKey("exchanges.id", ondelete="SET NULL"), index=True),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "scope", "asker_id"),
    Index(None, "guild_id", "created_at"),
    sqlite_autoincrement=True,
)

post_messages = Table(
    "post_messages",
    metadata,
    Column("message_id", RowId, primary_key=True, autoincrement=False),
    Column("post_id", RowId, ForeignKey("posts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
)

# `citations` is a JSON list of texts, `used` a JSON object of numbers: nobody asks the database about them.
versions = Table(
    "versions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("post_id", RowId, ForeignKey("posts.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("thoughts", AnyText, nullable=False),
    Column("thought_s", Float, nullable=False),
    Column("citations", AnyText, nullable=False),
    Column("model", AnyText, nullable=False),
    Column("ended", Text, nullable=False),
    Column("used", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("post_id", "number"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("post_id", RowId, ForeignKey("posts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("name", AnyText, nullable=False),
    Column("mime", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# No foreign keys: an exchange may go while a summary is being written, and a thread outlives what it branched from.
summaries = Table(
    "summaries",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("upto_exchange_id", BigInteger, nullable=False),
    Column("text", AnyText, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("model", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

branches = Table(
    "branches",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("parent", Text, nullable=False, index=True),
    Column("upto_exchange_id", BigInteger, nullable=False),
)

channel_preferences = Table(
    "channel_preferences",
    metadata,
    Column("channel_id", RowId, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger),
    Column("persona", AnyText),
    Column("model", AnyText),
    Column("temperature", Float),
    Column("max_tokens", Integer),
    Column("style", Text),
    Column("is_json", Boolean, nullable=False, server_default=false()),
    Column("memory_mode", Text),
)

guild_preferences = Table(
    "guild_preferences",
    metadata,
    Column("guild_id", RowId, primary_key=True, autoincrement=False),
    Column("memory_days", Integer),
)

changes = Table(
    "changes",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger),
    Column("user_id", BigInteger, nullable=False),
    Column("user_name", AnyText, nullable=False),
    Column("what", Text, nullable=False),
    Column("value", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "channel_id", "id"),
    sqlite_autoincrement=True,
)

# Alembic's own table, spelled out so that a fresh or current database needs no Alembic. Apart from `metadata`:
# Alembic must not see it as one of ours.
schema_version = Table(
    "alembic_version",
    MetaData(naming_convention={"pk": "%(table_name)s_pkc"}),
    Column("version_num", String(32), primary_key=True),
)

# Which process serves which slot; see `bot.store.slots`. Number and epoch are unique together, so that they count as a
# key: a transaction that locks the key of a row holds up claims, which change it, and no heartbeats, which do not.
slots = Table(
    "slots",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("slot_count", Integer, nullable=False),
    Column("shard_count", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("number", "epoch"),
)
