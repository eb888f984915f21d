"""Orders for pictures and clips, what they and people need, and who holds which slot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Spelled out here, not taken from `bot.store`: what is released must not change with it.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the new tables."""
    _create_orders()
    op.create_table(
        "order_sources",
        sa.Column("order_id", _ID, autoincrement=False, nullable=False),
        sa.Column("mime", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_order_sources"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name="fk_order_sources_order_id_orders", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "durations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("took_s", sa.Float, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_durations"),
    )
    op.create_index("ix_durations_model_id", "durations", ["model", "id"])
    op.create_table(
        "person_preferences",
        sa.Column("user_id", _ID, autoincrement=False, nullable=False),
        sa.Column("is_pinged", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_person_preferences"),
    )
    op.create_table(
        "rests",
        sa.Column("server", sa.Text, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("server", name="pk_rests"),
    )
    op.create_table(
        "slots",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("slot_count", sa.Integer, nullable=False),
        sa.Column("shard_count", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("claimed_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_slots"),
        sa.UniqueConstraint("number", "epoch", name="uq_slots_number_epoch"),
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", _ID, nullable=False),
        *_wishes(),
        *_places(),
        *_progress(),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_orders_state_id", "orders", ["state", "id"])
    op.create_index("ix_orders_asker_id_state", "orders", ["asker_id", "state"])
    op.create_index("ix_orders_message_id", "orders", ["message_id"])
    op.create_index("ix_orders_ended_at", "orders", ["ended_at"])


def _wishes() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("aspect", sa.Text),
        sa.Column("seconds", sa.Integer),
        sa.Column("quality", sa.Text),
    )


def _places() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("asker_id", sa.BigInteger, nullable=False),
        sa.Column("asker_name", sa.Text, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("token_dies_at", _TIME, nullable=False),
        sa.Column("is_private", sa.Boolean, nullable=False),
        sa.Column("is_guest", sa.Boolean, nullable=False),
        sa.Column("limit_bytes", sa.BigInteger, nullable=False),
    )


def _progress() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("resend_of", sa.BigInteger),
        sa.Column("next_id", sa.BigInteger),
        sa.Column("begun_at", _TIME),
        sa.Column("job_id", sa.Text, nullable=False, server_default=""),
        sa.Column("is_cancelled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("is_detached", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("is_charged", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("result", sa.Text, nullable=False, server_default=""),
        sa.Column("failure", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
    )
