"""Orders as somebody might place them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.store.order_values import NewOrder, Source
from tests.store.conftest import NOON

ANN, BEN = 11, 12
PNG = Source("image/png", b"\x89PNG\r\n")

ORDERED = NewOrder(
    kind="picture",
    slot=0,
    prompt="a fox",
    model="grok-imagine-1.0",
    amount=1,
    aspect=None,
    seconds=None,
    quality=None,
    asker_id=ANN,
    asker_name="Ann",
    channel_id=5,
    guild_id=4,
    message_id=77,
    application_id=9,
    token="token-of-the-interaction",
    token_dies_at=NOON + timedelta(minutes=15),
    is_private=False,
    is_guest=False,
    limit_bytes=25 * 1024 * 1024,
    created_at=NOON,
)


def ordered(**otherwise: Any) -> NewOrder:
    """Return an order for one picture, in a public channel; otherwise as said."""
    return replace(ORDERED, **otherwise)
