"""Answers with their versions, pictures, summaries, branches and preferences; pins and expiry of what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Spelled out here, not taken from `bot.store`: what is released must not change with it.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_DISCORD_EPOCH_MS = 1420070400000  # Discord: snowflakes


def upgrade() -> None:
    """Widen the memory, create the new tables, and make posts of the answers."""
    _widen_exchanges()
    _widen_turns()
    _create_posts()
    _create_parts_of_posts()
    _create_summaries_and_branches()
    _create_preferences()
    _move_answers()
    op.drop_index("ix_answers_exchange_id", "answers")
    op.drop_table("answers")


def _widen_exchanges() -> None:
    op.add_column("exchanges", sa.Column("guild_id", sa.BigInteger))
    op.add_column("exchanges", sa.Column("created_at", _TIME))
    op.create_index("ix_exchanges_scope_created_at", "exchanges", ["scope", "created_at"])
    op.create_index("ix_exchanges_guild_id_created_at", "exchanges", ["guild_id", "created_at"])
    exchanges, turns = _table("exchanges", "id", "created_at"), _table("turns", "exchange_id", "created_at")
    asked_at = sa.select(sa.func.min(turns.c.created_at)).where(turns.c.exchange_id == exchanges.c.id)
    op.execute(exchanges.update().values(created_at=asked_at.scalar_subquery()))


def _widen_turns() -> None:
    op.add_column("turns", sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_turns_message_id", "turns", ["message_id"])
    op.drop_index("ix_turns_scope_id", "turns")
    op.create_index("ix_turns_scope_exchange_id_id", "turns", ["scope", "exchange_id", "id"])
    pinned = sa.text("pinned")
    columns = ["scope", "exchange_id", "id"]
    op.create_index("ix_turns_pinned", "turns", columns, sqlite_where=pinned, postgresql_where=pinned)


def _create_posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("asker_id", sa.BigInteger, nullable=False),
        sa.Column("asker_name", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("material", sa.Text, nullable=False),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("is_fresh", sa.Boolean, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("exchange_id", _ID),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchanges.id"], name="fk_posts_exchange_id_exchanges", ondelete="SET NULL"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_posts_message_id", "posts", ["message_id"])
    op.create_index("ix_posts_exchange_id", "posts", ["exchange_id"])
    op.create_index("ix_posts_scope_asker_id", "posts", ["scope", "asker_id"])
    op.create_index("ix_posts_guild_id_created_at", "posts", ["guild_id", "created_at"])


def _create_parts_of_posts() -> None:
    op.create_table(
        "post_messages",
        sa.Column("message_id", _ID, autoincrement=False, nullable=False),
        *_of_post("post_messages"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_post_messages"),
    )
    op.create_index("ix_post_messages_post_id", "post_messages", ["post_id"])
    op.create_table(
        "versions",
        sa.Column("id", _ID, nullable=False),
        *_of_post("versions"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("thoughts", sa.Text, nullable=False),
        sa.Column("thought_s", sa.Float, nullable=False),
        sa.Column("citations", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("ended", sa.Text, nullable=False),
        sa.Column("used", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.UniqueConstraint("post_id", "number", name="uq_versions_post_id_number"),
    )
    op.create_table(
        "pictures",
        sa.Column("id", _ID, nullable=False),
        *_of_post("pictures"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("mime", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
    )
    op.create_index("ix_pictures_post_id", "pictures", ["post_id"])


def _create_summaries_and_branches() -> None:
    op.create_table(
        "summaries",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("upto_exchange_id", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_summaries"),
    )
    op.create_table(
        "branches",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("parent", sa.Text, nullable=False),
        sa.Column("upto_exchange_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_branches"),
    )
    op.create_index("ix_branches_parent", "branches", ["parent"])


def _create_preferences() -> None:
    op.create_table(
        "channel_preferences",
        sa.Column("channel_id", _ID, autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("persona", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("temperature", sa.Float),
        sa.Column("max_tokens", sa.Integer),
        sa.Column("style", sa.Text),
        sa.Column("is_json", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("memory_mode", sa.Text),
        sa.PrimaryKeyConstraint("channel_id", name="pk_channel_preferences"),
    )
    op.create_table(
        "guild_preferences",
        sa.Column("guild_id", _ID, autoincrement=False, nullable=False),
        sa.Column("memory_days", sa.Integer),
        sa.PrimaryKeyConstraint("guild_id", name="pk_guild_preferences"),
    )
    op.create_table(
        "changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_channel_id_id", "changes", ["channel_id", "id"])


def _move_answers() -> None:
    """Make one post of the messages of an exchange, and one of each message whose exchange was forgotten."""
    connection = op.get_bind()
    posts = _table("posts", *_POST, "id")
    add_post = posts.insert().returning(posts.c.id)
    add_version = _table("versions", *_VERSION).insert()
    add_message = _table("post_messages", "message_id", "post_id", "position", "channel_id").insert()
    for messages in _posted(connection):
        first, last = messages[0], messages[-1]
        post_id = connection.execute(add_post, _post(first)).scalar_one()
        if last.answer is not None:
            connection.execute(add_version, _version(post_id, last))
        for position, row in enumerate(messages):
            place = {"message_id": row.message_id, "position": position, "channel_id": row.channel_id}
            connection.execute(add_message, {"post_id": post_id, **place})


def _posted(connection: sa.Connection) -> Iterator[list[sa.Row[tuple[object, ...]]]]:
    answers = _table("answers", "message_id", "channel_id", "scope", "exchange_id", "asker_id")
    asked, answered = (_table("turns", "exchange_id", "role", *_TURN).alias(name) for name in ("asked", "answered"))
    joined = answers.outerjoin(
        asked, sa.and_(asked.c.exchange_id == answers.c.exchange_id, asked.c.role == "user")
    ).outerjoin(answered, sa.and_(answered.c.exchange_id == answers.c.exchange_id, answered.c.role == "assistant"))
    columns = (
        *answers.c,
        asked.c.text.label("question"),
        asked.c.author_name,
        asked.c.message_id.label("asking_message_id"),
        asked.c.created_at.label("asked_at"),
        answered.c.text.label("answer"),
        answered.c.model,
        answered.c.created_at.label("answered_at"),
    )
    rows = connection.execute(sa.select(*columns).select_from(joined).order_by(*answers.c["exchange_id", "message_id"]))
    for _, messages in groupby(rows.all(), key=lambda row: row.exchange_id or -row.message_id):
        yield list(messages)


def _post(row: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    same = {name: getattr(row, name) for name in ("scope", "channel_id", "asker_id", "exchange_id")}
    sent_at = datetime.fromtimestamp(((row.message_id >> 22) + _DISCORD_EPOCH_MS) / 1000, UTC).replace(tzinfo=None)
    return {
        **same,
        "asker_name": row.author_name or "",
        "prompt": row.question or "",
        "material": "",
        "heading": "",
        "is_fresh": False,
        "message_id": row.asking_message_id,
        "version": 0 if row.answer is None else 1,
        "created_at": row.asked_at or sent_at,
    }


def _version(post_id: int, row: sa.Row[tuple[object, ...]]) -> dict[str, object]:
    return {
        "post_id": post_id,
        "number": 1,
        "text": row.answer,
        "thoughts": "",
        "thought_s": 0.0,
        "citations": "[]",
        "model": row.model,
        "ended": "stop",
        "used": "{}",
        "created_at": row.answered_at,
    }


_TURN = ("text", "author_name", "model", "created_at", "message_id")
_POST = (
    *("scope", "channel_id", "asker_id", "exchange_id", "asker_name", "prompt", "material", "heading"),
    *("is_fresh", "message_id", "version", "created_at"),
)
_VERSION = ("post_id", "number", "text", "thoughts", "thought_s", "citations", "model", "ended", "used", "created_at")


def _of_post(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_post_id_posts"
    return (
        sa.Column("post_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=name, ondelete="CASCADE"),
    )


def _table(name: str, *columns: str) -> sa.TableClause:
    types: dict[str, sa.types.TypeEngine[Any]] = {
        "created_at": _TIME,
        "is_fresh": sa.Boolean(),
    }  # Any: of whatever values
    return sa.table(name, *(sa.column(each, types.get(each)) for each in columns))
