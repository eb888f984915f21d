"""Orders for pictures and clips: what was ordered, how far it is, and what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, fields
from datetime import datetime
from itertools import product
from typing import get_args

from sqlalchemy import ColumnElement, delete, false, func, insert, select, update

from bot.store.claimed_slot import NO_EPOCH
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.order_tables import durations, order_sources, orders
from bot.store.order_values import InLine, Kind, NewOrder, Order, Source, State
from bot.store.slots import fence

__all__ = ["InLine", "Kind", "NewOrder", "Order", "Orders", "Source", "State"]

REMEMBERED_DURATIONS = 20  # of a model: what it is slow at today says more than what it was slow at last year

_ORDER = tuple(orders.c[field.name] for field in fields(Order))
_UNDER_WAY = ("queued", "running")


class Orders:
    """The orders, by their id, which never comes back.

    slot, epoch: what this process holds. Whatever it writes fails with SlotLostError as soon as another one holds it.
    """

    def __init__(self, database: Database, *, slot: int = 0, epoch: int = NO_EPOCH) -> None:
        self._database = database
        self._slot = slot
        self._epoch = epoch

    async def check(self) -> None:
        """Raise SlotLostError when another process does what this one believes to be its work."""
        if self._epoch != NO_EPOCH:
            async with self._writing():
                pass

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Connection]:
        async with self._database.writing() as connection:
            await fence(connection, self._slot, self._epoch)
            yield connection

    async def add(self, order: NewOrder, source: Source | None = None) -> Order:
        """Keep an order with the picture that goes along, and return it."""
        added = insert(orders).values(**asdict(order), state="queued").returning(*_ORDER)
        async with self._writing() as connection:
            [row] = await connection.fetch(added)
            if source is not None:
                await connection.execute(insert(order_sources).values(order_id=row.id, **asdict(source)))
        return Order(*row)

    async def replace(self, old_id: int, order: NewOrder) -> Order | None:
        """Keep an order that takes the place of one that ended badly, its picture included; None if one did already."""
        added = insert(orders).values(**asdict(order), state="queued").returning(*_ORDER)
        async with self._writing() as connection:
            free = orders.c.id == old_id, orders.c.next_id.is_(None), orders.c.state.not_in(_UNDER_WAY)
            if not await connection.execute(update(orders).where(*free).values(next_id=0)):
                return None
            [row] = await connection.fetch(added)
            await connection.execute(update(orders).where(orders.c.id == old_id).values(next_id=row.id))
            copied = select(row.id, order_sources.c.mime, order_sources.c.data).where(
                order_sources.c.order_id == old_id
            )
            for source in await connection.fetch(copied):
                await connection.execute(insert(order_sources).values(order_id=row.id, mime=source[1], data=source[2]))
        return Order(*row)

    # looking

    async def find(self, order_id: int) -> Order | None:
        """Return an order, or None when it is forgotten."""
        return next(iter(await self._orders(orders.c.id == order_id)), None)

    async def source(self, order_id: int) -> Source | None:
        """Return the picture that goes along with an order, or None."""
        chosen = select(order_sources.c.mime, order_sources.c.data).where(order_sources.c.order_id == order_id)
        async with self._database.reading() as connection:
            rows = await connection.fetch(chosen)
        return Source(*rows[0]) if rows else None

    async def under_way(self, slot: int) -> tuple[Order, ...]:
        """Return the orders of a slot that have not ended, oldest first."""
        return await self._orders(orders.c.state.in_(_UNDER_WAY), orders.c.slot == slot)

    async def needed(self) -> frozenset[int]:
        """Return the orders, of all slots, whose results are needed: not ended yet, or just being sent once more."""
        chosen = select(orders.c.id, orders.c.resend_of).where(orders.c.state.in_(_UNDER_WAY))
        async with self._database.reading() as connection:
            rows = await connection.fetch(chosen)
        return frozenset(order_id for row in rows for order_id in row if order_id is not None)

    async def in_line(self) -> tuple[InLine, ...]:
        """Return who waits, of all slots, oldest first."""
        waiting = (
            select(orders.c.id, orders.c.asker_id, orders.c.model)
            .where(orders.c.state == "queued")
            .order_by(orders.c.id)
        )
        async with self._database.reading() as connection:
            return tuple(InLine(*row) for row in await connection.fetch(waiting))

    async def are_any(self) -> bool:
        """Whether any order is remembered, of whichever slot."""
        async with self._database.reading() as connection:
            return bool(await connection.fetch(select(orders.c.id).limit(1)))

    async def count_of(self, asker_id: int) -> int:
        """Return how many orders of a person have not ended."""
        theirs = select(func.count()).where(orders.c.asker_id == asker_id, orders.c.state.in_(_UNDER_WAY))
        async with self._database.reading() as connection:
            [[count]] = await connection.fetch(theirs)
        return int(count)

    async def counts(self, slot: int) -> dict[tuple[str, str], int]:
        """Return how many orders of a slot are remembered, by kind and state, noughts included."""
        chosen = (
            select(orders.c.kind, orders.c.state, func.count())
            .where(orders.c.slot == slot)
            .group_by(orders.c.kind, orders.c.state)
        )
        async with self._database.reading() as connection:
            rows = await connection.fetch(chosen)
        counts: dict[tuple[str, str], int] = dict.fromkeys(product(get_args(Kind), get_args(State)), 0)
        return counts | {(kind, state): int(count) for kind, state, count in rows}

    async def last_durations(self, model: str) -> tuple[float, ...]:
        """Return how long the last orders of a model took, in seconds."""
        newest = (
            select(durations.c.took_s)
            .where(durations.c.model == model)
            .order_by(durations.c.id.desc())
            .limit(REMEMBERED_DURATIONS)
        )
        async with self._database.reading() as connection:
            return tuple(took_s for (took_s,) in await connection.fetch(newest))

    # moving on; each tells whether the order was there and not over

    async def begin(self, order_id: int) -> bool:
        """Note that its steps are being taken."""
        return await self._change(order_id, state="running")

    async def ask(self, order_id: int, moment: datetime) -> bool:
        """Note that the server is asked from this moment on."""
        return await self._change(order_id, begun_at=moment)

    async def unask(self, order_id: int) -> bool:
        """Note that the server would not begin: nothing was made, and it may be asked again."""
        return await self._change(order_id, begun_at=None)

    async def name(self, order_id: int, job_id: str) -> bool:
        """Note what the server calls it."""
        return await self._change(order_id, job_id=job_id)

    async def cancel(self, order_id: int) -> bool:
        """Note that it is no longer wanted."""
        return await self._change(order_id, is_cancelled=True)

    async def leave_line(self, order_id: int, moment: datetime) -> bool:
        """End it as cancelled if its turn has not come yet."""
        cancelled = {"state": "cancelled", "ended_at": moment, "token": ""}
        return await self._change(order_id, orders.c.state == "queued", **cancelled)

    async def end(self, order_id: int, state: State, moment: datetime, *, result: str = "", failure: str = "") -> bool:
        """Note what became of it. The interaction's token is forgotten.

        Charged is what was delivered, unless it was only sent once more.
        """
        ended = {"state": state, "ended_at": moment, "result": result, "failure": failure, "token": ""}
        is_charged = orders.c.resend_of.is_(None) if state == "done" else false()
        return await self._change(order_id, **ended, is_charged=is_charged)

    async def shown_at(self, order_id: int, message_id: int | None, *, is_private: bool) -> bool:
        """Note which message is its card, and whether only the person sees it."""
        return await self._change(order_id, message_id=message_id, is_private=is_private)

    async def detach(self, order_id: int) -> bool:
        """Note that its card can no longer be painted: whoever wants to see it has to press a button."""
        return await self._change(order_id, is_detached=True)

    async def attach(
        self, order_id: int, *, message_id: int, token: str, token_dies_at: datetime, limit_bytes: int
    ) -> bool:
        """Note that a new message, painted by a new token, is its card."""
        values = {"message_id": message_id, "token": token, "token_dies_at": token_dies_at, "limit_bytes": limit_bytes}
        return await self._change(order_id, **values, is_detached=False)

    async def note_duration(self, model: str, took_s: float, moment: datetime) -> None:
        """Remember how long an order of a model took."""
        row = {"model": model, "took_s": took_s, "created_at": moment}
        async with self._writing() as connection:
            await connection.execute(insert(durations).values(row))
            newest = (
                select(durations.c.id)
                .where(durations.c.model == model)
                .order_by(durations.c.id.desc())
                .limit(REMEMBERED_DURATIONS)
            )
            old = durations.c.model == model, durations.c.id.not_in(newest)
            await connection.execute(delete(durations).where(*old))

    # forgetting

    async def remove(self, order_id: int) -> tuple[int, ...]:
        """Forget an order that has ended, and those whose place it took on its card; return which were there."""
        async with self._database.erasing() as connection:
            removed: list[int] = []
            chosen: ColumnElement[bool] = orders.c.id == order_id
            while rows := await connection.fetch(
                delete(orders).where(chosen, orders.c.state.not_in(_UNDER_WAY)).returning(orders.c.id)
            ):
                removed += [row.id for row in rows]
                chosen = orders.c.next_id.in_([row.id for row in rows])
        return tuple(removed)

    async def expire(self, before: datetime) -> int:
        """Forget what ended before a moment, and return how many that were."""
        async with self._database.erasing() as connection:
            return await connection.execute(delete(orders).where(orders.c.ended_at < before))

    async def _change(self, order_id: int, *only: ColumnElement[bool], **values: object) -> bool:
        chosen = orders.c.id == order_id, orders.c.state.in_(_UNDER_WAY), *only
        async with self._writing() as connection:
            return bool(await connection.execute(update(orders).where(*chosen).values(**values)))

    async def _orders(self, *chosen: ColumnElement[bool]) -> tuple[Order, ...]:
        async with self._database.reading() as connection:
            rows = await connection.fetch(select(*_ORDER).where(*chosen))
        return tuple(sorted((Order(*row) for row in rows), key=lambda order: order.id))
