"""What the steps of an order ask of the place where people see it: Discord, though a terminal could play the part."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bot.services.kept import Delivered, Ended, Fitted
from bot.store.order_values import Order

Phase = Literal["queued", "generating", "upscaling", "fetching", "fitting", "uploading"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A result to be handed to people. folder: what the paths of its files are below of. took_s: all in all."""

    fitted: Fitted
    folder: Path
    took_s: float


class Card(Protocol):
    """One order as people see it."""

    def show(self, phase: Phase, percent: float | None = None) -> None:
        """Show how far it is. Costs next to nothing: call it whenever something is known."""
        ...

    def cool(self, left_s: float) -> None:
        """Show that all the server's accounts are busy, and in how many seconds it is asked again."""
        ...

    def show_poster(self, poster: Path) -> None:
        """Show what the clip will look like."""
        ...

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Show the result, and return when it stands there. A second call changes what stands there already."""
        ...

    async def close(self, ended: Ended, *, is_kept: bool) -> None:
        """Show how it ended without a result. is_kept: a result lies on disk all the same."""
        ...


class Stage(Protocol):
    """Where orders are shown."""

    def card(self, order: Order) -> AbstractAsyncContextManager[Card]:
        """Open the card of an order: it is kept up to date while this is entered."""
        ...

    async def find_card(self, order: Order) -> Order | None:
        """Look for the card of an order whose process died before it knew that; None when it never appeared.

        Returns the order with what was found out, or as it is while nothing can be found out.
        """
        ...

    def queued(self, order: Order) -> None:
        """Show that an order waits, and where in line, until its card is opened."""
        ...

    def cancelling(self, order: Order) -> None:
        """Show that an order under way is being cancelled."""
        ...

    async def ended(self, order: Order, ended: Ended, *, is_kept: bool) -> None:
        """Show how an order ended for which no steps are taken. is_kept: a result lies on disk all the same."""
        ...

    def moved(self, order: Order) -> None:
        """Let the card of an order under way go on where the order says now."""
        ...

    async def pause(self, sentence: str) -> None:
        """Say on every card why it stands still."""
        ...

    async def close(self) -> None:
        """Let go of every card."""
        ...

    async def tell(self, order: Order, ended: Ended | None, delivered: Delivered | None) -> None:
        """Ping the asker, because edits notify nobody. ended: why there is no result.

        Calling it twice for an order tells once.
        """
        ...
