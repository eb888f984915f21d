"""Orders as people deal with them, and what a process does with those that the one before it left."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import InputError, StoreError
from bot.grok.types import InlineImage
from bot.services.carrying import Fulfil, Limits
from bot.services.jobs import Jobs
from bot.services.kept import Ended, Kept, KeptFile, written
from bot.services.orders import MOST_UNDER_WAY, REMEMBERED, OrderModels, OrderService, Where, Wish
from bot.services.question import Author
from bot.services.staging import Delivery
from bot.store.order_values import Order
from tests.services.jobs_process import POLL_S
from tests.services.ordering import NOW, PNG, Killed, Records, Room, room
from tests.store.some_orders import ANN, BEN, ordered

KEEP = timedelta(hours=24)
HERE = Where(5, 4, 77, 9, "token", NOW + timedelta(minutes=15), False, False, 1000)
THERE = Where(6, 4, 78, 9, "another", NOW + timedelta(minutes=30), True, False, 2000)
FOX = Wish("picture", "a fox")


class People:
    """Nobody has chosen anything."""

    async def is_pinged(self, _: int) -> bool:
        """Raise: the database is away."""
        raise StoreError("away")


class Line:
    """What carries orders out when the test says so. over: orders that it will not take."""

    def __init__(self) -> None:
        self.waiting: list[int] = []
        self.over: set[int] = set()
        self.tidied: list[datetime] = []
        self.is_awake = False
        self._fulfil: Fulfil | None = None

    async def open(self, fulfil: Fulfil) -> None:
        """Begin."""
        self._fulfil = fulfil

    async def rest(self, patience_s: float) -> None:
        """Begin nothing more."""

    async def close(self) -> None:
        """Leave everything."""

    async def wake(self) -> None:
        """Note it."""
        self.is_awake = True

    async def enqueue(self, order_id: int, person_id: int) -> bool:
        """Let an order wait."""
        del person_id
        if order_id in self.over:
            return False
        self.waiting.append(order_id)
        return True

    async def tidy(self, before: datetime) -> None:
        """Note it."""
        self.tidied.append(before)

    async def carry_out(self, order: Order, records: Records | None = None) -> None:
        """Take the steps of an order."""
        assert self._fulfil is not None
        await self._fulfil(order.id, records or Records())


class House:
    """A service of orders and everything around it."""

    def __init__(self, here: Room, jobs: Any, *, slot: int = 0) -> None:  # Any: Line, or the real Jobs
        self.here = here
        self.jobs = jobs
        fulfilment = here.process()
        self.service = OrderService(
            here.orders,
            People(),  # type: ignore[arg-type]  # all that is asked of them
            jobs,
            here.folder,
            here.cancellations,
            models=OrderModels("paint", "edit", "film-video"),
            limits=Limits(2, 1),
            make_fulfilment=lambda _: fulfilment,
            now=lambda: NOW,
            slot=slot,
            keep=KEEP,
            sleep=self._sleep,
        )
        self.slept = asyncio.Event()

    async def open(self) -> OrderService:
        """Begin to carry orders out."""
        await self.service.open(self.here.stage)
        return self.service

    async def placed(self, person_id: int = ANN, wish: Wish = FOX) -> Order:
        """Let somebody order."""
        return await self.service.place(Author(person_id, "Ann"), wish, HERE)

    async def done(self, **otherwise: Any) -> Order:
        """Return an order that is done, its file kept."""
        order = await self.here.add(ordered(**otherwise))
        path = self.here.folder.of(order.id) / "a.png"
        path.parent.mkdir(parents=True)
        path.write_bytes(PNG)
        kept = Kept((KeptFile(f"{order.id}/a.png", len(PNG), "image/png", "png"),))
        await self.here.orders.end(order.id, "done", NOW, result=written(kept))
        return await self.here.found(order)

    async def failed(self) -> Order:
        """Return an order that came to nothing."""
        order = await self.here.add()
        await self.here.orders.end(order.id, "failed", NOW)
        return await self.here.found(order)

    async def _sleep(self, _: float) -> None:
        self.slept.set()
        await asyncio.Event().wait()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as opened:
        yield opened


@pytest.fixture
async def line() -> Line:
    return Line()


@pytest.fixture
async def house(here: Room, line: Line) -> House:
    house = House(here, line)
    await house.open()
    return house


async def refused(work: Any) -> str:  # Any: whatever it would return
    with pytest.raises(InputError) as caught:
        await work
    return caught.value.code


# placing


@pytest.mark.parametrize(
    ("wish", "model"),
    [
        (FOX, "paint"),
        (Wish("picture", "a fox", source=InlineImage(PNG, "image/png")), "edit"),
        (Wish("clip", "a fox", source=InlineImage(PNG, "image/png")), "film-video"),
    ],
)
async def test_an_order_waits_with_its_card_and_the_right_model(
    house: House, line: Line, wish: Wish, model: str
) -> None:
    order = await house.placed(wish=wish)
    assert (order.model, order.state, order.token, order.created_at) == (model, "queued", "token", NOW)
    assert (line.waiting, house.here.stage.waiting) == ([order.id], [order.id])
    assert (await house.here.orders.source(order.id) is not None) == (wish.source is not None)


async def test_nobody_has_more_orders_under_way_than_may_be_whichever_button_is_pressed(house: House) -> None:
    old, gone = await house.done(), await house.failed()
    for _ in range(MOST_UNDER_WAY):
        await house.placed()
    assert await refused(house.placed()) == "orders_many"
    assert await refused(house.service.again(old, HERE)) == "orders_many"
    assert await refused(house.service.retry(gone, HERE)) == "orders_many"
    assert (await house.here.found(gone)).next_id is None
    assert await house.placed(BEN)


async def test_without_the_database_nothing_is_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> int:
        raise StoreError("away")

    monkeypatch.setattr(house.here.orders, "count_of", away)
    assert await refused(house.placed()) == "orders_closed"
    assert await house.service.is_pinged(ANN)  # as most want


# buttons


async def test_an_order_in_line_is_cancelled_at_once_and_its_turn_passes(house: House, line: Line) -> None:
    order = await house.placed()
    await house.service.cancel(order)
    assert (await house.here.found(order)).state == "cancelled"
    assert house.here.stage.shown[order.id] == Ended("cancelled")
    await line.carry_out(order)
    assert (house.here.grok.begun, house.here.stage.told) == (0, [])
    assert await refused(house.service.cancel(order)) == "order_over"


async def test_an_order_that_is_over_cannot_be_cancelled(house: House, line: Line) -> None:
    order = await house.placed()
    await line.carry_out(order)
    assert await refused(house.service.cancel(order)) == "order_over"
    assert await refused(house.service.cancel(await house.here.found(order))) == "order_over"
    assert isinstance(house.here.stage.shown[order.id], Delivery)


async def test_an_order_under_way_is_cut_off(house: House, line: Line) -> None:
    order, records = await house.placed(), Records()

    async def press(name: str, when: str) -> None:
        if (name, when) == ("get", "before"):
            await house.service.cancel(await house.here.found(order))

    records.around = press
    await line.carry_out(order, records)
    assert (await house.here.found(order)).state == "cancelled"
    assert f"cancelling {order.id}" in house.here.stage.lines


async def test_retry_takes_the_place_and_again_does_not(house: House) -> None:
    old = await house.failed()
    again = await house.service.again(old, THERE)
    retried = await house.service.retry(old, THERE)
    assert (retried.prompt, retried.message_id, retried.token) == (old.prompt, 78, "another")
    assert (again.resend_of, retried.resend_of) == (None, None)
    assert await refused(house.service.retry(old, THERE)) == "order_under_way"
    assert await refused(house.service.retry(retried, THERE)) == "order_under_way"


async def test_kept_results_are_sent_once_more_and_charged_once(house: House, line: Line) -> None:
    old = await house.done()
    resent = await house.service.resend(old, THERE)
    await line.carry_out(resent)
    assert (await house.here.found(resent)).state == "done"
    once_more = await house.service.resend(await house.here.found(resent), THERE)
    assert once_more.resend_of == old.id
    assert (house.here.grok.begun, house.here.purse.charged) == (0, set())
    await house.here.folder.remove(old.id)
    assert await refused(house.service.resend(old, THERE)) == "order_file_gone"


async def test_show_goes_on_with_what_is_under_way_and_sends_what_is_over(house: House, line: Line) -> None:
    order = await house.placed()
    await house.service.detach(order)
    await house.service.show_at(order, THERE)
    assert ((await house.here.found(order)).message_id, house.here.stage.lines) == (78, ["moved to 78"])
    await line.carry_out(order)
    await house.service.show_at(order, HERE)  # pressed before it was over
    assert line.waiting[-1] != order.id
    [waiting] = list(await house.here.orders.under_way(0))
    assert (waiting.resend_of, waiting.message_id) == (order.id, 77)


async def test_a_deleted_order_leaves_nothing(house: House) -> None:
    order = await house.done()
    under_way = await house.placed()
    await house.service.delete(order)
    assert await refused(house.service.find(order.id)) == "order_gone"
    assert not house.here.folder.of(order.id).exists()
    assert await refused(house.service.delete(under_way)) == "order_under_way"


async def test_results_of_a_later_version_are_not_kept_as_far_as_we_know(house: House) -> None:
    order = await house.here.add()
    await house.here.orders.end(order.id, "done", NOW, result='{"kind": "Painted"}')
    assert not await house.service.is_kept(await house.here.found(order))


async def test_an_order_in_a_state_of_a_later_version_is_over_as_far_as_we_know(house: House) -> None:
    order = await house.here.add()
    await house.here.orders.end(order.id, "resting", NOW)  # type: ignore[arg-type]  # that is the matter
    found = await house.here.found(order)
    assert found.has_ended
    assert await refused(house.service.cancel(found)) == "order_over"


async def test_the_place_in_line_is_told_with_what_is_known(house: House) -> None:
    orders = [await house.placed(person) for person in (ANN, ANN, BEN)]
    await house.here.orders.note_duration("paint", 10.0, NOW)
    told = [await house.service.standing(order) for order in orders]
    assert [each and (each.place, each.eta_s) for each in told] == [(1, 10.0), (3, 20.0), (2, 10.0)]
    assert await house.service.usual_s("paint") == 10.0
    assert await house.service.usual_s("edit") is None


# the life of a process


async def test_what_was_left_waits_or_goes_on(here: Room, line: Line) -> None:
    waiting, running = await here.add(), await here.add()
    await here.add(ordered(slot=1))
    await here.orders.begin(running.id)
    await House(here, line).open()
    assert (here.stage.waiting, line.waiting) == ([waiting.id], [waiting.id, running.id])


async def test_what_nobody_goes_on_with_is_told_to_be_interrupted(here: Room, line: Line) -> None:
    waiting, running = await here.add(), await here.add()
    await here.orders.begin(running.id)
    await here.purse.claim(running)
    line.over = {waiting.id, running.id}
    await House(here, line).open()
    for order in (waiting, running):
        assert (await here.found(order)).state == "interrupted"
        assert here.stage.shown[order.id] == Ended("interrupted")
    assert [order_id for order_id, _ in here.stage.told] == [waiting.id, running.id]
    assert (here.purse.set_aside, here.purse.charged) == (set(), set())


async def test_who_waits_is_shown_before_anything_moves(
    here: Room, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await here.add()
    opened = line.open

    async def open_and_finish(fulfil: Fulfil) -> None:
        await opened(fulfil)
        here.stage.lines.append(f"waiting {here.stage.waiting}")
        await line.carry_out(order)

    monkeypatch.setattr(line, "open", open_and_finish)
    await House(here, line).open()
    assert here.stage.lines[0] == f"waiting [{order.id}]"
    assert here.stage.waiting == [order.id]  # and not once more when it is done
    assert isinstance(here.stage.shown[order.id], Delivery)


async def test_an_order_that_breaks_off_is_interrupted_then_and_there(house: House, line: Line) -> None:
    order, records = await house.placed(), Records()

    async def break_off(name: str, when: str) -> None:
        if (name, when) == ("get", "before"):
            raise RuntimeError

    records.around = break_off  # as DBOS may, where it cannot keep a step
    await line.carry_out(order, records)
    assert (await house.here.found(order)).state == "interrupted"
    assert house.here.stage.shown[order.id] == Ended("interrupted")


async def test_an_order_that_is_cut_off_by_a_stop_is_left_as_it_is(house: House, line: Line) -> None:
    order, records = await house.placed(), Records()

    async def stop(name: str, when: str) -> None:
        if (name, when) == ("get", "before"):
            raise Killed

    records.around = stop
    with pytest.raises(Killed):
        await line.carry_out(order, records)
    assert (await house.here.found(order)).state == "running"


async def test_once_an_hour_the_old_goes_and_what_is_needed_stays(house: House, line: Line) -> None:
    here, long_ago = house.here, (NOW - KEEP - timedelta(seconds=1)).timestamp()
    old, resent, running = await house.done(), await house.done(), await here.add()
    here.folder.of(running.id).mkdir(parents=True)
    await house.service.resend(resent, THERE)
    forgotten = await here.add()
    await here.orders.end(forgotten.id, "done", NOW - REMEMBERED - timedelta(seconds=1))
    for order in (old, resent, running):
        os.utime(here.folder.of(order.id), (long_ago, long_ago))
    running_chore = asyncio.create_task(house.service.run())
    await house.slept.wait()
    running_chore.cancel()
    assert [here.folder.of(order.id).exists() for order in (old, resent, running)] == [False, True, True]
    assert await here.orders.find(forgotten.id) is None
    assert line.tidied == [NOW - timedelta(hours=1)]


async def test_a_farewell_is_said_on_every_card(house: House) -> None:
    await house.placed()
    await house.service.close("back soon")
    assert (house.here.stage.lines, house.here.stage.waiting) == (["back soon"], [])


# with the real DBOS


async def real(here: Room, tmp_path: Path) -> House:
    return House(here, Jobs(f"sqlite:///{tmp_path / 'jobs.db'}", "slot-0", Limits(), poll_s=POLL_S))


async def test_an_order_is_carried_out_by_the_real_thing(here: Room, tmp_path: Path) -> None:
    house = await real(here, tmp_path)
    await house.open()
    try:
        order = await house.placed()
        await until_ended(here, order)
    finally:
        await house.service.close("")
    assert (await here.found(order)).state == "done"


@pytest.mark.parametrize("state", ["CANCELLED", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"])
async def test_an_order_whose_workflow_will_never_go_on_is_interrupted_by_the_next_process(
    here: Room, tmp_path: Path, state: str
) -> None:
    order = await here.add()
    await here.orders.begin(order.id)
    before = Jobs(f"sqlite:///{tmp_path / 'jobs.db'}", "slot-0", Limits(), poll_s=3600.0)
    await before.open(Line().carry_out)  # type: ignore[arg-type]  # never called
    await before.enqueue(order.id, ANN)
    await before.close()
    await asyncio.to_thread(set_state, tmp_path / "jobs.db", f"order-{order.id}", state)
    house = await real(here, tmp_path)
    await house.open()
    await house.service.close("")
    assert (await here.found(order)).state == "interrupted"
    assert here.stage.shown[order.id] == Ended("interrupted")


def set_state(file: Path, workflow_id: str, state: str) -> None:
    """Let a workflow have ended badly."""
    with sqlite3.connect(file) as connection:
        found = connection.execute(
            "UPDATE workflow_status SET status = ? WHERE workflow_uuid = ?", (state, workflow_id)
        ).rowcount
    connection.close()
    assert found == 1


async def until_ended(here: Room, order: Order) -> None:
    deadline = time.monotonic() + 60
    while not (await here.found(order)).has_ended:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
