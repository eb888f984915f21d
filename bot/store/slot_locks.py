"""The statements about slots' locks: what a slot looks like, taking its lock, ending who holds it without living."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.own_connection import OwnConnection

STALE_S = 5.0  # a holder that was silent for so long has stopped, whatever its connection looks like

# An advisory lock of PostgreSQL's is two numbers; the first tells ours from those of other programs in the database.
_SLOTS = 0x67726B00


@dataclass(frozen=True, slots=True)
class SlotState:
    """A slot as a standby sees it. pid: of the connection that holds its lock, None when it is free.

    is_released: nobody had it yet, or its holder gave it back. silent_s: since its holder was last seen, or since the
    server started, for nobody could be seen before.
    """

    number: int
    pid: int | None
    is_released: bool
    silent_s: float

    @property
    def is_stale(self) -> bool:
        """Return whether a process holds it that does nothing any more."""
        return self.pid is not None and self.silent_s > STALE_S


async def states_of(connection: OwnConnection, slot_count: int) -> list[SlotState]:
    """Return the state of every slot, in order."""
    rows = await connection.fetch(
        """
        SELECT number, held.pid, coalesce(slot.holder, '') = '', extract(epoch FROM
            clock_timestamp() - greatest(slot.seen_at, pg_postmaster_start_time()))
        FROM generate_series(0, %(slot_count)s - 1) AS number LEFT JOIN slots AS slot USING (number)
        LEFT JOIN pg_locks AS held ON held.objid::bigint = number AND held.classid::bigint = %(kind)s
            AND held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted
            AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY number
        """,
        slot_count=slot_count,
        kind=_SLOTS,
    )
    return [SlotState(number, pid, is_released, float(silent_s)) for number, pid, is_released, silent_s in rows]


async def has_other_count(connection: OwnConnection, slot_count: int) -> bool:
    """Return whether a living process cuts the bot into another number of slots."""
    rows = await connection.fetch(
        """
        SELECT 1 FROM slots AS slot JOIN pg_locks AS held ON held.objid::bigint = slot.number
        WHERE slot.slot_count <> %(slot_count)s AND held.classid::bigint = %(kind)s
        AND held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted AND slot.holder <> ''
        AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1
        """,
        slot_count=slot_count,
        kind=_SLOTS,
    )
    return bool(rows)


async def try_lock(connection: OwnConnection, number: int) -> bool:
    """Lock a slot for as long as the connection lives, unless another connection has."""
    rows = await connection.fetch("SELECT pg_try_advisory_lock(%(kind)s, %(number)s)", kind=_SLOTS, number=number)
    return bool(rows[0][0])


async def end_holder(connection: OwnConnection, number: int, pid: int) -> None:
    """End the server's side of a connection if it holds a slot's lock."""
    await connection.fetch(
        """
        SELECT pg_terminate_backend(pid, 1000) FROM pg_locks
        WHERE pid = %(pid)s AND classid::bigint = %(kind)s AND objid::bigint = %(number)s AND locktype = 'advisory'
        """,
        pid=pid,
        number=number,
        kind=_SLOTS,
    )


async def end_stuck_writers(connection: OwnConnection) -> None:
    """End transactions of processes that stopped in the middle of one: they keep everybody else from writing."""
    await connection.fetch(
        """
        SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND application_name LIKE 'grokcord%%'
        AND state = 'idle in transaction'
        AND state_change < clock_timestamp() - make_interval(secs => %(stale_s)s)
        """,
        stale_s=STALE_S,
    )
