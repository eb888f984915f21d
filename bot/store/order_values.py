"""Orders for pictures and clips as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["picture", "clip"]
# queued: waits in line. running: its steps are being taken. The others are ends. interrupted: it was being made when
# the process died, and may have cost the server something, so nobody asks again but the person.
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that goes along with an order. mime: "image/" and png, jpeg, webp or gif."""

    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What somebody orders, where, and by which right the card can be painted.

    slot: of the process that received it. amount: of pictures. message_id: the card; None until Discord told its id.
    token, application_id: of the interaction, and until when it can be used. is_private: only the person sees the card.
    is_guest: a person brought the bot along to where it is no member. limit_bytes: of the largest file Discord takes.
    resend_of: the order whose kept files are to be delivered once more, without asking the server.
    """

    kind: Kind
    slot: int
    prompt: str
    model: str
    amount: int
    aspect: str | None
    seconds: int | None
    quality: str | None
    asker_id: int
    asker_name: str
    channel_id: int
    guild_id: int | None
    message_id: int | None
    application_id: int
    token: str
    token_dies_at: datetime
    is_private: bool
    is_guest: bool
    limit_bytes: int
    created_at: datetime
    resend_of: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A stored order, see NewOrder.

    next_id: the order that took its place when somebody pressed Retry. begun_at: when the server was first asked, from
    when on it may have cost something. job_id: the server's own name for it, "" if it has none. is_detached: its card
    can no longer be painted, a message with a Show button stands in its place. is_charged: its result was delivered.
    result, failure: JSON, "" while there is none.
    """

    id: int
    kind: Kind
    state: State
    slot: int
    prompt: str
    model: str
    amount: int
    aspect: str | None
    seconds: int | None
    quality: str | None
    asker_id: int
    asker_name: str
    channel_id: int
    guild_id: int | None
    message_id: int | None
    application_id: int
    token: str
    token_dies_at: datetime
    is_private: bool
    is_guest: bool
    limit_bytes: int
    created_at: datetime
    resend_of: int | None
    next_id: int | None
    begun_at: datetime | None
    job_id: str
    is_cancelled: bool
    is_detached: bool
    is_charged: bool
    result: str
    failure: str
    ended_at: datetime | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in ("queued", "running")


@dataclass(frozen=True, slots=True)
class InLine:
    """A waiting order, as far as its place in line is concerned."""

    id: int
    asker_id: int
    model: str
