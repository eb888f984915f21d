"""Which process has which slot: an advisory lock of PostgreSQL's for as long as its holder lives, and a row about it.

The lock says who holds a slot. The row's epoch, raised by every claim, makes transactions fail of a process that only
believes it does; its `seen_at` tells a holder that lives from one whose connection merely stands. All times are the
server's.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import select

from bot.errors import SettingError, SlotLostError
from bot.store.claimed_slot import NO_EPOCH, ClaimedSlot, SoleSlot
from bot.store.connection import Connection
from bot.store.own_connection import OwnConnection
from bot.store.slot_locks import SlotState, end_holder, end_stuck_writers, has_other_count, states_of, try_lock
from bot.store.tables import slots

GRACE_S = 3.0  # how long a slot must be free before another process takes it, so that its former holder may come back
FORGOTTEN_S = 10.0  # after so long nobody comes back


async def fence(connection: Connection, number: int, epoch: int) -> None:
    """Let a transaction that writes go on only if the slot is still held in this epoch, until it ends.

    Raises SlotLostError. On PostgreSQL a claim of the slot waits until the transaction has ended; heartbeats do not,
    because the epoch, unlike `seen_at`, is part of a unique key, and only keys are locked.
    """
    if epoch == NO_EPOCH:
        return
    ours = select(slots.c.epoch).where(slots.c.number == number, slots.c.epoch == epoch)
    if not await connection.fetch(ours.with_for_update(read=True, key_share=True)):
        raise SlotLostError(number)


class SlotClaims:
    """Claims slots of a PostgreSQL database for this process. holder: what the others may know of it."""

    def __init__(self, url: str, *, holder: str | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._holder = holder or f"{secrets.token_hex(4)} on {socket.gethostname()}"
        self._clock = clock
        self._connection: OwnConnection | None = None
        self._free_since_s: dict[int, float] = {}
        self._stale_pids: dict[int, int | None] = {}

    async def claim(self, slot_count: int) -> ClaimedSlot | None:
        """Take the first slot that is free for good; None when there is none.

        Raises StoreError when the server is away, SettingError when a living process counts another number of slots.
        """
        if self._connection is None:
            self._connection = await OwnConnection.open(self._url, "grokcord standby")
        try:
            return await self._claim(self._connection, slot_count)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection on which this process waits for a slot."""
        connection, self._connection = self._connection, None
        self._free_since_s, self._stale_pids = {}, {}
        if connection is not None:
            await connection.close()

    async def _claim(self, connection: OwnConnection, slot_count: int) -> ClaimedSlot | None:
        if await has_other_count(connection, slot_count):
            raise SettingError("SLOTS", "differs from that of the other processes that run as this bot now")
        states = await states_of(connection, slot_count)
        await self._end_stale(connection, states)
        for number in self._free(states):
            if await try_lock(connection, number):
                epoch = await self._note(connection, number, slot_count)
                self._connection, self._free_since_s, self._stale_pids = None, {}, {}  # the claim has it from now on
                return ClaimedSlot(self._url, connection, number, epoch)
        return None

    def _free(self, states: Sequence[SlotState]) -> Iterator[int]:
        """Yield the slots that may be tried: those given back, and those that are free for long enough."""
        now_s = self._clock()
        for state in states:
            if state.pid is not None and self._stale_pids.get(state.number) != state.pid:
                self._free_since_s.pop(state.number, None)
                continue
            since_s = self._free_since_s.setdefault(state.number, now_s)
            is_overdue = state.silent_s > FORGOTTEN_S or now_s - since_s >= GRACE_S
            if state.is_released or state.pid is not None or is_overdue:
                yield state.number

    async def _end_stale(self, connection: OwnConnection, states: Sequence[SlotState]) -> None:
        """End the connections of holders found stale twice: a new one is so for a moment, until its row is written."""
        stale = {state.number: state.pid for state in states if state.pid is not None and state.is_stale}
        again = {number: pid for number, pid in stale.items() if self._stale_pids.get(number) == pid}
        for number, pid in again.items():
            await end_holder(connection, number, pid)
        if again:
            await end_stuck_writers(connection)
        self._stale_pids = dict(stale)

    async def _note(self, connection: OwnConnection, number: int, slot_count: int) -> int:
        rows = await connection.fetch(
            """
            INSERT INTO slots AS slot (number, epoch, slot_count, shard_count, holder, claimed_at, seen_at)
            VALUES (%(number)s, 1, %(slot_count)s, 0, %(holder)s, clock_timestamp(), clock_timestamp())
            ON CONFLICT (number) DO UPDATE SET epoch = slot.epoch + 1, slot_count = excluded.slot_count,
            shard_count = 0, holder = excluded.holder, claimed_at = excluded.claimed_at, seen_at = excluded.seen_at
            RETURNING epoch
            """,
            number=number,
            slot_count=slot_count,
            holder=self._holder,
        )
        return int(rows[0][0])


class SoleClaims:
    """Gives the one slot of a database that processes cannot share (SQLite). It has the face of SlotClaims."""

    async def claim(self, slot_count: int) -> SoleSlot:
        """Give it at once. Raises SettingError for more than one slot."""
        if slot_count != 1:
            raise SettingError("SLOTS", "more than 1 needs a DATABASE_URL that begins with postgresql://")
        return SoleSlot()

    async def close(self) -> None:
        """Do nothing: nothing is open."""
