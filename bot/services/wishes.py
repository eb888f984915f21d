"""What somebody orders, and where its card is to stand."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from bot.grok.types import Aspect, InlineImage, VideoQuality
from bot.services.question import Author
from bot.store.order_values import Kind, NewOrder, Order


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants. amount: of pictures. source: a picture to be changed, or to be set in motion."""

    kind: Kind
    prompt: str
    amount: int = 1
    aspect: Aspect | None = None
    seconds: int | None = None
    quality: VideoQuality | None = None
    source: InlineImage | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Where the card of an order stands, and by which right it can be painted: see `bot.store.orders.NewOrder`."""

    channel_id: int
    guild_id: int | None
    message_id: int | None
    application_id: int
    token: str
    token_dies_at: datetime
    is_private: bool
    is_guest: bool
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class OrderModels:
    """Which model makes what."""

    picture: str
    edit: str
    clip: str

    def of(self, wish: Wish) -> str:
        """Return the model for a wish."""
        if wish.kind == "clip":
            return self.clip
        return self.edit if wish.source is not None else self.picture


def new_order(asker: Author, wish: Wish, where: Where, *, model: str, slot: int, now: datetime) -> NewOrder:
    """Return what is to be kept of an order."""
    return NewOrder(
        kind=wish.kind,
        slot=slot,
        prompt=wish.prompt,
        model=model,
        amount=wish.amount,
        aspect=wish.aspect,
        seconds=wish.seconds,
        quality=wish.quality,
        asker_id=asker.id,
        asker_name=asker.name,
        created_at=now,
        **asdict(where),
    )


def same_order(order: Order, where: Where, *, slot: int, now: datetime) -> NewOrder:
    """Return the same wishes at another place, to be made anew."""
    same = {field.name: getattr(order, field.name) for field in fields(NewOrder)}
    return NewOrder(**{**same, **asdict(where), "slot": slot, "created_at": now, "resend_of": None})
