"""The memory of a channel, the answers posted from it, and notes of the process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Spelled out here, not taken from `bot.store`: what is released must not change with it.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the first tables."""
    _create_exchanges()
    _create_turns()
    op.create_table(
        "notes",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_notes"),
    )
    _create_answers()


def _create_exchanges() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", _ID, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("asker_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchanges"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_exchanges_scope_asker_id", "exchanges", ["scope", "asker_id"])


def _create_turns() -> None:
    op.create_table(
        "turns",
        sa.Column("id", _ID, nullable=False),
        sa.Column("exchange_id", _ID, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author_id", sa.BigInteger, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchanges.id"], name="fk_turns_exchange_id_exchanges", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_turns_exchange_id", "turns", ["exchange_id"])
    op.create_index("ix_turns_scope_id", "turns", ["scope", "id"])


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("message_id", _ID, autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("exchange_id", _ID),
        sa.Column("asker_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_answers"),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["exchanges.id"], name="fk_answers_exchange_id_exchanges", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_answers_exchange_id", "answers", ["exchange_id"])
