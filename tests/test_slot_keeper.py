"""Keeping a slot: standing by, beating, coming back after the database was away, noticing that it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest

from bot import slot_keeper
from bot.errors import SettingError, SlotLostError, StoreError
from bot.slot_keeper import PAUSE_S, SlotKeeper, Tenure

Answer = bool | Exception


class Slot:
    """A slot whose database answers what the test says."""

    number = 1
    epoch = 7

    def __init__(self) -> None:
        self.beats: Answer = True
        self.retakes: Answer = True
        self.beaten = asyncio.Event()
        self.tried = asyncio.Event()
        self.released = 0
        self.during_beat: Callable[[], None] = lambda: None

    async def beat(self) -> bool:
        self.during_beat()
        self.beaten.set()
        return _answer(self.beats)

    async def retake(self) -> bool:
        self.tried.set()
        return _answer(self.retakes)

    async def agree_on_shards(self, shard_count: int) -> int:
        return shard_count

    async def release(self) -> None:
        self.released += 1


def _answer(answer: Answer) -> bool:
    if isinstance(answer, Exception):
        raise answer
    return answer


class Claims:
    """A database with slots to claim: what each look at it finds."""

    def __init__(self, *found: Slot | Exception | None) -> None:
        self.found = list(found)
        self.is_closed = False

    async def claim(self, slot_count: int) -> Slot | None:
        found = self.found.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        self.is_closed = True


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOOK_EVERY_S", "BEAT_EVERY_S", "RETAKE_EVERY_S", "TICK_S"):
        monkeypatch.setattr(slot_keeper, name, 0.001)


@pytest.fixture
async def slot() -> Slot:
    return Slot()


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def tenure(slot: Slot, hand: Hand) -> AsyncIterator[Tenure]:
    tenure = Tenure(slot, hand)
    tenure.start()
    yield tenure
    await tenure.release()


async def happens(event: asyncio.Event) -> None:
    event.clear()
    async with asyncio.timeout(5):
        await event.wait()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def test_a_standby_says_once_why_it_waits(slot: Slot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    claims = Claims(None, None, StoreError("away"), StoreError("away"), None, slot)
    assert await SlotKeeper(claims, 2).stand_by() is slot
    taken, away = "standing by: all 2 slots are taken", "standing by: the database is away"
    assert [record.getMessage() for record in caplog.records] == [taken, away, taken]


async def test_a_process_that_cannot_take_part_says_why() -> None:
    with pytest.raises(SettingError):
        await SlotKeeper(Claims(SettingError("SLOTS", "differs")), 2).stand_by()


async def test_a_process_that_lost_its_slot_stands_by_and_serves_with_the_next(slot: Slot) -> None:
    next_slot = Slot()
    claims = Claims(slot, None, next_slot)
    served: list[Slot] = []

    async def serve(tenure: Tenure) -> None:
        served.append(slot if not served else next_slot)
        if len(served) == 1:
            slot.beats = False
            await asyncio.wait_for(tenure.lost.wait(), 5)

    await SlotKeeper(claims, 2).serve(serve, asyncio.Event())
    assert served == [slot, next_slot]
    assert (slot.released, next_slot.released, claims.is_closed) == (1, 1, True)


async def test_a_slot_is_given_back_when_the_serving_fails(slot: Slot) -> None:
    async def serve(_tenure: Tenure) -> None:
        raise RuntimeError("broken")

    claims = Claims(slot)
    with pytest.raises(RuntimeError):
        await SlotKeeper(claims, 2).serve(serve, asyncio.Event())
    assert (slot.released, claims.is_closed) == (1, True)


async def test_a_transaction_refused_because_the_slot_was_lost_makes_it_stand_by_too(slot: Slot) -> None:
    claims = Claims(slot, Slot())
    served: list[int] = []

    async def serve(tenure: Tenure) -> None:
        served.append(tenure.number)
        if len(served) == 1:
            raise SlotLostError(tenure.number)

    await SlotKeeper(claims, 2).serve(serve, asyncio.Event())
    assert len(served) == 2


async def test_a_standby_that_is_told_to_stop_does(slot: Slot) -> None:
    stopping = asyncio.Event()
    claims = Claims(*[None] * 1000)

    async def serve(_tenure: Tenure) -> None:
        raise AssertionError("there is no slot")

    serving = asyncio.create_task(SlotKeeper(claims, 2).serve(serve, stopping))
    await until(lambda: len(claims.found) < 990)
    stopping.set()
    await asyncio.wait_for(serving, 5)
    assert claims.is_closed


async def test_while_the_database_is_away_the_bot_acts_and_tries_to_come_back(slot: Slot, tenure: Tenure) -> None:
    done: list[str] = []
    slot.beats = slot.retakes = StoreError("away")
    await happens(slot.tried)
    await happens(slot.tried)
    tenure.gate.guard(done.append)("asked")
    assert done == ["asked"]
    slot.beats = slot.retakes = True
    await happens(slot.tried)
    await happens(slot.beaten)
    assert not tenure.lost.is_set()


async def test_a_slot_that_somebody_took_while_the_database_was_away_is_lost(slot: Slot, tenure: Tenure) -> None:
    slot.beats, slot.retakes = StoreError("away"), False
    await asyncio.wait_for(tenure.lost.wait(), 5)
    done: list[str] = []
    tenure.gate.guard(done.append)("asked")
    assert done == []


async def test_after_a_pause_nothing_is_done_until_the_slot_is_known_to_be_ours(
    slot: Slot, tenure: Tenure, hand: Hand
) -> None:
    done: list[str] = []
    hear = tenure.gate.guard(done.append)
    hand.now_s += PAUSE_S
    hear("asked")
    assert done == []
    await until(lambda: done)
    assert done == ["asked"]


@pytest.mark.parametrize("beats", [False, StoreError("the connection was ended")])
async def test_after_a_pause_in_which_the_slot_was_lost_nothing_is_done(
    slot: Slot, tenure: Tenure, hand: Hand, beats: Answer
) -> None:
    done: list[str] = []
    hear = tenure.gate.guard(done.append)
    hand.now_s += PAUSE_S
    slot.beats, slot.retakes = beats, False
    hear("asked")
    await asyncio.wait_for(tenure.lost.wait(), 5)
    hear("asked late")
    assert done == []


async def test_an_answer_from_before_a_pause_does_not_count(slot: Slot, tenure: Tenure, hand: Hand) -> None:
    done: list[str] = []
    hear = tenure.gate.guard(done.append)
    found: list[str] = []

    def pause() -> None:  # the database said yes, and only then the process was stopped
        slot.during_beat = look
        hand.now_s += PAUSE_S
        hear("asked")

    def look() -> None:
        found.extend(done)
        slot.beats = False

    slot.during_beat = pause
    await asyncio.wait_for(tenure.lost.wait(), 5)
    assert (found, done) == ([], [])


async def test_a_slot_is_given_back_once_and_the_bot_acts_no_more(slot: Slot, tenure: Tenure) -> None:
    done: list[str] = []
    await tenure.release()
    await tenure.release()
    tenure.gate.guard(done.append)("asked")
    assert (slot.released, done) == (1, [])
    assert not tenure.lost.is_set()
