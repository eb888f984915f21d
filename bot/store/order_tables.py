"""The tables of orders for pictures and clips, and of the processes that carry them out."""

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
    Table,
    Text,
    false,
)

from bot.store.columns import AnyText, RowId, UtcDateTime
from bot.store.tables import metadata

# `token` and what belongs to it: of the interaction by which the card is painted; "" once the order has ended.
# `state`: see `bot.store.order_values`. `begun_at`: when a server was asked, which may cost something from then on.
# `refs` and `result` are JSON: what the server gave, and what was delivered; `failure` too, the error that ended it.
orders = Table(
    "orders",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("prompt", AnyText, nullable=False),
    Column("model", AnyText, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("aspect", Text),
    Column("seconds", Integer),
    Column("quality", Text),
    Column("asker_id", BigInteger, nullable=False),
    Column("asker_name", AnyText, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger),
    Column("message_id", BigInteger, index=True),
    Column("application_id", BigInteger, nullable=False),
    Column("token", Text, nullable=False),
    Column("token_dies_at", UtcDateTime, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("is_guest", Boolean, nullable=False),
    Column("limit_bytes", BigInteger, nullable=False),
    Column("resend_of", BigInteger),
    Column("next_id", BigInteger),
    Column("begun_at", UtcDateTime),
    Column("job_id", Text, nullable=False, server_default=""),
    Column("is_cancelled", Boolean, nullable=False, server_default=false()),
    Column("is_detached", Boolean, nullable=False, server_default=false()),
    Column("is_charged", Boolean, nullable=False, server_default=false()),
    Column("result", AnyText, nullable=False, server_default=""),
    Column("failure", AnyText, nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "state", "id"),
    Index(None, "asker_id", "state"),
    Index(None, "ended_at"),
    sqlite_autoincrement=True,
)

order_sources = Table(
    "order_sources",
    metadata,
    Column("order_id", RowId, ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("mime", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# How long orders took, without whose they were: it outlives them.
durations = Table(
    "durations",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("model", AnyText, nullable=False),
    Column("took_s", Float, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "model", "id"),
)

person_preferences = Table(
    "person_preferences",
    metadata,
    Column("user_id", RowId, primary_key=True, autoincrement=False),
    Column("is_pinged", Boolean, nullable=False),
)

# Servers that are left alone until a moment, because all their accounts were busy `times` times in a row.
rests = Table(
    "rests",
    metadata,
    Column("server", Text, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("times", Integer, nullable=False),
)
