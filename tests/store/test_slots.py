"""Claiming slots from a real PostgreSQL: who has which, who may still write, and what a stopped holder can do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import SettingError, SlotLostError, StoreError
from bot.store.claimed_slot import NO_EPOCH, ClaimedSlot
from bot.store.database import Database
from bot.store.slot_locks import STALE_S
from bot.store.slots import FORGOTTEN_S, GRACE_S, SlotClaims, SoleClaims, fence
from tests.store.slot_rows import run, until, until_free

NOBODY = "postgresql://nobody@127.0.0.1:9/none"  # the discard port: nobody listens


UP = "SELECT 1 WHERE clock_timestamp() - pg_postmaster_start_time() > make_interval(secs => %(s)s)"
SILENT = "SELECT 1 FROM slots WHERE number = %(number)s AND clock_timestamp() - seen_at > make_interval(secs => %(s)s)"


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Process(SlotClaims):
    """A process that claims slots, and what it has claimed."""

    def __init__(self, url: str, clock: Hand) -> None:
        super().__init__(url, clock=clock)
        self.claimed: list[ClaimedSlot] = []

    async def claim(self, slot_count: int) -> ClaimedSlot | None:
        claimed = await super().claim(slot_count)
        self.claimed += [claimed] if claimed is not None else []
        return claimed


class Party:
    """Several processes, whose connections are closed when the test ends."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = Hand()
        self._processes: list[Process] = []

    def process(self) -> Process:
        self._processes.append(Process(self.url, self.clock))
        return self._processes[-1]

    async def claimed(self, slot_count: int = 1, *, by: SlotClaims | None = None) -> ClaimedSlot:
        claimed = await (by or self.process()).claim(slot_count)
        assert claimed is not None
        return claimed

    async def close(self) -> None:
        for process in self._processes:
            await process.close()
            for claimed in process.claimed:
                await claimed.release()

    async def age(self, seconds: float) -> None:
        """Let the holders have been silent, and the server have been up, for longer than they were."""
        await run(self.url, "UPDATE slots SET seen_at = seen_at - make_interval(secs => %(s)s)", s=seconds)

    async def until_up_for(self, seconds: float) -> None:
        """Return when the server has run for so long: while it was away nobody could be seen."""
        await until(self.url, UP, s=seconds)

    async def until_silent_for(self, slot: ClaimedSlot, seconds: float) -> None:
        """Return when a holder has not been seen for so long."""
        await until(self.url, SILENT, s=seconds, number=slot.number)

    async def vanish(self, slot: ClaimedSlot) -> None:
        """Let a process be gone as after kill -9."""
        await slot._connection.close()
        await until_free(self.url, slot.number)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    database = await Database.open(postgres_url)
    yield database
    await database.close()


@pytest.fixture
async def party(postgres_url: str, database: Database) -> AsyncIterator[Party]:
    party = Party(postgres_url)
    yield party
    await party.close()


async def test_each_process_gets_a_slot_of_its_own_and_the_next_one_none(party: Party) -> None:
    first, second = await party.claimed(2), await party.claimed(2)
    assert (first.number, second.number) == (0, 1)
    assert await party.process().claim(2) is None
    assert await first.still_held()


async def test_twenty_processes_at_once_share_four_slots_without_a_quarrel(party: Party) -> None:
    claimed = await asyncio.gather(*(party.process().claim(4) for _ in range(20)))
    slots = [slot for slot in claimed if slot is not None]
    assert sorted(slot.number for slot in slots) == [0, 1, 2, 3]
    assert all([await slot.beat() for slot in slots])


async def test_a_slot_that_was_given_back_is_taken_at_once_in_a_new_epoch(party: Party) -> None:
    first = await party.claimed()
    await first.release()
    second = await party.claimed()
    assert second.epoch == first.epoch + 1


async def test_a_slot_whose_holder_died_is_left_alone_for_the_grace_it_has(party: Party) -> None:
    await party.vanish(await party.claimed())
    standby = party.process()
    assert await standby.claim(1) is None
    party.clock.now_s += GRACE_S - 0.1
    assert await standby.claim(1) is None
    party.clock.now_s += 0.1
    assert await standby.claim(1) is not None


async def test_a_slot_that_came_and_went_meanwhile_gets_its_whole_grace_again(party: Party) -> None:
    first = await party.claimed()
    await party.vanish(first)
    standby = party.process()
    assert await standby.claim(1) is None
    assert await first.retake()
    party.clock.now_s += GRACE_S
    assert await standby.claim(1) is None
    await party.vanish(first)
    assert await standby.claim(1) is None
    party.clock.now_s += GRACE_S
    assert await standby.claim(1) is not None


async def test_a_former_holder_takes_its_slot_again_at_once_and_in_the_same_epoch(party: Party) -> None:
    first = await party.claimed()
    await party.vanish(first)
    assert not await first.still_held()
    assert await first.retake()
    assert await first.still_held()
    assert first.epoch == 1


async def test_a_former_holder_ends_its_own_connection_that_leads_nowhere(party: Party) -> None:
    first = await party.claimed()
    lost_at_our_side_only = first._connection
    first._connection = await type(lost_at_our_side_only).open(party.url, "a test")
    first._connection.pid = lost_at_our_side_only.pid
    assert await first.retake()
    with pytest.raises(StoreError):
        await lost_at_our_side_only.fetch("SELECT 1")


async def test_who_held_a_slot_that_another_process_took_cannot_take_it_again(party: Party) -> None:
    first = await party.claimed()
    await party.vanish(first)
    standby = party.process()
    await standby.claim(1)
    party.clock.now_s += GRACE_S
    second = await party.claimed(by=standby)
    assert await first.retake() is False
    assert await second.beat()
    await first.release()  # of a slot that is no longer ours: it stays the other's
    assert await second.beat()
    assert await party.process().claim(1) is None


async def test_a_holder_that_stopped_is_ended_after_its_silence_is_seen_twice(party: Party) -> None:
    stopped = await party.claimed()
    await party.age(STALE_S + 1)
    standby = party.process()
    if (await run(party.url, f"SELECT clock_timestamp() - pg_postmaster_start_time() < interval '{STALE_S + 1} s'"))[0][
        0
    ]:
        await asyncio.sleep(STALE_S + 1)  # while the server was away nobody could be seen
    assert await standby.claim(1) is None
    taken = await party.claimed(by=standby)
    assert taken.epoch == 2
    assert not await stopped.still_held()
    assert await stopped.retake() is False


async def test_a_holder_that_beats_is_never_ended(party: Party) -> None:
    alive = await party.claimed()
    standby = party.process()
    for _ in range(3):
        await party.age(STALE_S + 1)
        await alive.beat()
        assert await standby.claim(1) is None
    assert await alive.still_held()


async def test_processes_that_count_slots_differently_do_not_run_together(party: Party) -> None:
    first = await party.claimed(2)
    with pytest.raises(SettingError) as refused:
        await party.process().claim(3)
    assert refused.value.name == "SLOTS"
    await first.release()
    await party.claimed(3)


async def test_all_processes_count_the_shards_that_the_first_one_counted(party: Party) -> None:
    first, second = await party.claimed(2), await party.claimed(2)
    assert await first.agree_on_shards(4) == 4
    assert await second.agree_on_shards(6) == 4
    await party.age(FORGOTTEN_S)
    assert await second.agree_on_shards(6) == 6


async def test_a_server_that_is_away_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="PostgreSQL cannot be reached"):
        await SlotClaims(NOBODY).claim(1)


async def test_a_process_on_sqlite_has_the_one_slot_there_is(tmp_path: Path) -> None:
    claimed = await SoleClaims().claim(1)
    assert (claimed.number, claimed.epoch, await claimed.agree_on_shards(7)) == (0, NO_EPOCH, 7)
    assert await claimed.beat()
    assert await claimed.still_held()
    assert await claimed.retake()
    await claimed.release()
    with pytest.raises(SettingError):
        await SoleClaims().claim(2)
    database = await Database.open(f"sqlite:///{tmp_path / 'one.db'}")
    async with database.writing() as connection:
        await fence(connection, claimed.number, claimed.epoch)
    await database.close()


async def test_a_process_that_wrongly_believes_it_holds_a_slot_cannot_write(party: Party, database: Database) -> None:
    first = await party.claimed()
    async with database.writing() as connection:
        await fence(connection, first.number, first.epoch)
    await first.release()
    second = await party.claimed()
    with pytest.raises(SlotLostError):
        async with database.writing() as connection:
            await fence(connection, first.number, first.epoch)
    async with database.writing() as connection:
        await fence(connection, second.number, second.epoch)


async def test_a_fenced_transaction_holds_up_a_claim_but_no_heartbeat(party: Party, database: Database) -> None:
    first = await party.claimed()
    standby = party.process()
    async with database.writing() as connection:
        await fence(connection, first.number, first.epoch)
        assert await first.beat()
        await first.release()  # changes the row too, and need not wait
        with pytest.raises(StoreError):  # gave up waiting
            await standby.claim(1)
    assert await standby.claim(1) is not None


async def test_a_transaction_that_a_stopped_holder_left_open_is_ended(party: Party, database: Database) -> None:
    stopped = await party.claimed()
    with pytest.raises(StoreError):  # noqa: PT012 - it is the commit that fails
        async with database.writing() as connection:
            await fence(connection, stopped.number, stopped.epoch)
            standby = party.process()
            await party.until_silent_for(stopped, STALE_S)
            assert await standby.claim(1) is None
            assert await standby.claim(1) is not None
    assert not await stopped.retake()
