"""A slot that this process has claimed."""

from __future__ import annotations

import asyncio

from bot.errors import SlotLostError, StoreError
from bot.store.own_connection import OwnConnection
from bot.store.slot_locks import end_holder, try_lock

RECENT_S = 10.0  # who was not seen for longer does not count
RETAKE_TRIES = 8
RETAKE_GAP_S = 0.25

NO_EPOCH = 0  # of a process that is alone, and has nothing to be fenced off from


class ClaimedSlot:
    """A slot that this process holds, or held. epoch: tells this claim from every other claim of the same slot."""

    def __init__(self, url: str, connection: OwnConnection, number: int, epoch: int) -> None:
        self._url = url
        self._connection = connection
        self.number = number
        self.epoch = epoch

    async def beat(self) -> bool:
        """Show that the holder lives. False: somebody else has the slot. Raises StoreError when that is not known."""
        rows = await self._connection.fetch(
            "UPDATE slots SET seen_at = clock_timestamp() WHERE number = %(number)s AND epoch = %(epoch)s RETURNING 1",
            number=self.number,
            epoch=self.epoch,
        )
        return bool(rows)

    async def still_held(self) -> bool:
        """Ask on the lock's own connection whether the slot is ours; a server that does not answer makes it False."""
        try:
            return await self.beat()
        except StoreError:
            return False

    async def retake(self) -> bool:
        """Lock the slot again, in the same epoch, after its connection broke. False: somebody else has it.

        Raises StoreError when that is not known: the server is away.
        """
        old_pid = self._connection.pid
        await self._connection.close()
        self._connection = await OwnConnection.open(self._url, f"grokcord slot {self.number}")
        for _ in range(RETAKE_TRIES):
            if not await self._is_of_this_epoch():
                return False
            if await try_lock(self._connection, self.number):
                return await self.beat()
            # Either the lock is just changing hands, or our own connection lives on at the server, which has not
            # noticed yet that it leads nowhere.
            await end_holder(self._connection, self.number, old_pid)
            await asyncio.sleep(RETAKE_GAP_S)
        raise StoreError(f"slot {self.number} is locked by a process that does not say so")

    async def agree_on_shards(self, shard_count: int) -> int:
        """Return how many shards all processes count: as many as the others do, or else as many as proposed.

        Raises SlotLostError.
        """
        rows = await self._connection.fetch(
            """
            UPDATE slots SET shard_count = coalesce((
                SELECT max(other.shard_count) FROM slots AS other
                WHERE other.number <> %(number)s AND other.holder <> '' AND other.shard_count > 0
                AND other.seen_at > clock_timestamp() - make_interval(secs => %(recent_s)s)
            ), %(shard_count)s) WHERE number = %(number)s AND epoch = %(epoch)s RETURNING shard_count
            """,
            number=self.number,
            epoch=self.epoch,
            shard_count=shard_count,
            recent_s=RECENT_S,
        )
        if not rows:
            raise SlotLostError(self.number)
        return int(rows[0][0])

    async def release(self) -> None:
        """Give the slot back, so that another process may take it at once. Releasing twice is harmless."""
        try:
            await self._connection.fetch(
                "UPDATE slots SET holder = '' WHERE number = %(number)s AND epoch = %(epoch)s",
                number=self.number,
                epoch=self.epoch,
            )
        except StoreError:
            pass  # the lock falls with the connection, and a standby takes the slot a little later
        finally:
            await self._connection.close()

    async def _is_of_this_epoch(self) -> bool:
        rows = await self._connection.fetch(
            "SELECT 1 FROM slots WHERE number = %(number)s AND epoch = %(epoch)s", number=self.number, epoch=self.epoch
        )
        return bool(rows)


class SoleSlot:
    """The one slot of a process that shares its database with nobody: always held. It has the face of ClaimedSlot."""

    number = 0
    epoch = NO_EPOCH

    async def beat(self) -> bool:
        """Do nothing: nobody looks."""
        return True

    async def still_held(self) -> bool:
        """Return True."""
        return True

    async def retake(self) -> bool:
        """Return True."""
        return True

    async def agree_on_shards(self, shard_count: int) -> int:
        """Return what is proposed: there are no others."""
        return shard_count

    async def release(self) -> None:
        """Do nothing: nobody waits."""
