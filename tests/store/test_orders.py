"""Orders in the store: each moves on until it ends, and then nothing changes it but being forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import SlotLostError
from bot.store.database import Database
from bot.store.order_values import NewOrder, Order, State
from bot.store.orders import REMEMBERED_DURATIONS, Orders
from bot.store.slots import SlotClaims
from tests.store.conftest import NOON, only_postgres, only_sqlite
from tests.store.some_orders import ANN, BEN, PNG, ordered

LATER = NOON + timedelta(minutes=3)
ENDS: tuple[State, ...] = ("done", "failed", "cancelled", "interrupted")


@pytest.fixture
def orders(database: Database) -> Orders:
    return Orders(database)


def contents(file: Path) -> bytes:
    """Return everything that lies in the database's files."""
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


async def found(orders: Orders, order_id: int) -> Order:
    order = await orders.find(order_id)
    assert order is not None
    return order


async def test_an_order_is_kept_as_it_was_placed(orders: Orders) -> None:
    new = ordered(kind="clip", aspect="16:9", seconds=6, quality="720p", guild_id=None, message_id=None, resend_of=3)
    order = await orders.add(new)
    assert {field.name: getattr(order, field.name) for field in fields(NewOrder)} == asdict(new)
    assert (order.state, order.has_ended, order.begun_at, order.job_id, order.result) == ("queued", False, None, "", "")
    assert await orders.find(order.id) == order


async def test_its_picture_goes_along(orders: Orders) -> None:
    with_picture, without = await orders.add(ordered(), PNG), await orders.add(ordered())
    assert await orders.source(with_picture.id) == PNG
    assert await orders.source(without.id) is None


async def test_what_nobody_ordered_is_not_found(orders: Orders) -> None:
    assert await orders.find(7) is None
    assert await orders.source(7) is None
    assert not await orders.begin(7)
    assert not await orders.remove(7)


async def test_an_id_never_comes_back(orders: Orders) -> None:
    first = await orders.add(ordered())
    await orders.end(first.id, "done", LATER)
    assert await orders.remove(first.id)
    assert (await orders.add(ordered())).id > first.id


async def test_an_order_moves_on_step_by_step(orders: Orders) -> None:
    order = await orders.add(ordered())
    assert await orders.begin(order.id)
    assert await orders.ask(order.id, LATER)
    assert await orders.name(order.id, "job-1")
    assert await orders.cancel(order.id)
    assert await orders.detach(order.id)
    await orders.shown_at(order.id, 78, is_private=False)
    moved = await found(orders, order.id)
    assert (moved.state, moved.begun_at, moved.job_id) == ("running", LATER, "job-1")
    assert (moved.is_cancelled, moved.is_detached, moved.message_id) == (True, True, 78)


async def test_only_who_waits_can_leave_the_line(orders: Orders) -> None:
    waiting, begun = [await orders.add(ordered()) for _ in range(2)]
    await orders.begin(begun.id)
    assert await orders.leave_line(waiting.id, LATER)
    assert not await orders.leave_line(waiting.id, LATER)
    assert not await orders.leave_line(begun.id, LATER)
    assert [(await found(orders, each.id)).state for each in (waiting, begun)] == ["cancelled", "running"]
    assert (await found(orders, waiting.id)).token == ""


async def test_an_order_that_the_server_would_not_begin_was_not_begun(orders: Orders) -> None:
    order = await orders.add(ordered())
    await orders.ask(order.id, LATER)
    assert await orders.unask(order.id)
    assert (await found(orders, order.id)).begun_at is None


async def test_a_card_goes_on_where_somebody_pressed_show(orders: Orders) -> None:
    order = await orders.add(ordered())
    await orders.detach(order.id)
    there = {"message_id": 80, "token": "another", "token_dies_at": LATER, "limit_bytes": 10}
    assert await orders.attach(order.id, message_id=80, token="another", token_dies_at=LATER, limit_bytes=10)
    moved = await found(orders, order.id)
    assert {name: getattr(moved, name) for name in there} == there
    assert not moved.is_detached


@pytest.mark.parametrize("state", ENDS)
async def test_its_end_is_kept_and_only_what_was_delivered_is_charged(orders: Orders, state: State) -> None:
    order = await orders.add(ordered())
    assert await orders.end(order.id, state, LATER, result="[1]", failure="[2]")
    ended = await found(orders, order.id)
    assert (ended.state, ended.ended_at, ended.result, ended.failure) == (state, LATER, "[1]", "[2]")
    assert (ended.has_ended, ended.is_charged, ended.token) == (True, state == "done", "")


@pytest.mark.parametrize("state", ENDS)
async def test_nothing_changes_an_order_that_has_ended(orders: Orders, state: State) -> None:
    order = await orders.add(ordered())
    await orders.end(order.id, state, LATER, result="[1]")
    ended = await found(orders, order.id)
    changes = [
        await orders.begin(order.id),
        await orders.ask(order.id, NOON),
        await orders.unask(order.id),
        await orders.name(order.id, "job-1"),
        await orders.cancel(order.id),
        await orders.detach(order.id),
        await orders.attach(order.id, message_id=1, token="t", token_dies_at=NOON, limit_bytes=1),
        *[await orders.end(order.id, other, NOON, result="[2]") for other in ENDS],
    ]
    assert not any(changes)
    assert await orders.find(order.id) == ended


@pytest.mark.parametrize("state", ENDS)
async def test_an_order_takes_the_place_of_one_that_ended(orders: Orders, state: State) -> None:
    old = await orders.add(ordered(), PNG)
    await orders.end(old.id, state, LATER)
    new = await orders.replace(old.id, ordered(prompt="the fox again"))
    assert new is not None
    assert (new.state, new.prompt, await orders.source(new.id)) == ("queued", "the fox again", PNG)
    assert (await found(orders, old.id)).next_id == new.id


async def test_an_order_under_way_is_not_replaced(orders: Orders) -> None:
    order = await orders.add(ordered())
    assert await orders.replace(order.id, ordered()) is None
    await orders.begin(order.id)
    assert await orders.replace(order.id, ordered()) is None
    assert [each.id for each in await orders.under_way(0)] == [order.id]


async def test_retry_pressed_by_many_at_once_gives_one_order(orders: Orders) -> None:
    old = await orders.add(ordered())
    await orders.end(old.id, "failed", LATER)
    placed = await asyncio.gather(*(orders.replace(old.id, ordered()) for _ in range(8)))
    [new] = [each for each in placed if each is not None]
    assert [each.id for each in await orders.in_line()] == [new.id]


async def test_a_forgotten_order_is_not_replaced(orders: Orders) -> None:
    assert await orders.replace(7, ordered()) is None
    assert await orders.in_line() == ()


async def test_the_line_is_of_all_slots_and_only_of_those_who_wait(orders: Orders) -> None:
    first, second = await orders.add(ordered(slot=1)), await orders.add(ordered(asker_id=BEN))
    running, over = await orders.add(ordered()), await orders.add(ordered())
    await orders.begin(running.id)
    await orders.end(over.id, "cancelled", LATER)
    waiting = [(first.id, ANN, first.model), (second.id, BEN, second.model)]
    assert [(each.id, each.asker_id, each.model) for each in await orders.in_line()] == waiting


async def test_what_is_under_way_is_told_for_each_slot_oldest_first(orders: Orders) -> None:
    placed = [await orders.add(ordered(slot=slot)) for slot in (0, 1, 0, 0)]
    await orders.begin(placed[0].id)
    await orders.end(placed[2].id, "done", LATER)
    assert [order.id for order in await orders.under_way(0)] == [placed[0].id, placed[3].id]
    assert [order.id for order in await orders.under_way(1)] == [placed[1].id]
    assert await orders.under_way(2) == ()


async def test_orders_of_a_person_are_counted_until_they_end(orders: Orders) -> None:
    mine = [await orders.add(ordered()) for _ in range(3)]
    await orders.add(ordered(asker_id=BEN))
    await orders.begin(mine[0].id)
    await orders.end(mine[1].id, "failed", LATER)
    assert (await orders.count_of(ANN), await orders.count_of(BEN), await orders.count_of(13)) == (2, 1, 0)


async def test_the_newest_durations_of_each_model_are_kept(orders: Orders) -> None:
    for took_s in range(REMEMBERED_DURATIONS + 5):
        await orders.note_duration("film", float(took_s), LATER)
        await orders.note_duration("paint", took_s / 2, LATER)
    newest = range(REMEMBERED_DURATIONS + 4, 4, -1)
    assert await orders.last_durations("film") == tuple(map(float, newest))
    assert await orders.last_durations("paint") == tuple(took_s / 2 for took_s in newest)
    assert await orders.last_durations("unheard of") == ()


async def test_only_what_has_ended_can_be_removed(orders: Orders) -> None:
    order = await orders.add(ordered(), PNG)
    assert not await orders.remove(order.id)
    await orders.begin(order.id)
    assert not await orders.remove(order.id)
    await orders.end(order.id, "done", LATER)
    assert await orders.remove(order.id)
    assert await orders.find(order.id) is None
    assert await orders.source(order.id) is None


async def test_what_ended_long_ago_is_forgotten_and_what_is_under_way_never(orders: Orders) -> None:
    old, new, running = [await orders.add(ordered(), PNG) for _ in range(3)]
    await orders.end(old.id, "done", NOON)
    await orders.end(new.id, "done", LATER)
    assert await orders.expire(LATER) == 1
    assert [await orders.find(each.id) is None for each in (old, new, running)] == [True, False, False]
    assert await orders.source(old.id) is None


async def test_text_from_outside_is_stored_whatever_it_is(orders: Orders) -> None:
    order = await orders.add(ordered(prompt="a\0b\ud83e\udd8a\udc00", asker_name="Ann\0"))
    assert (order.prompt, order.asker_name) == ("a�b🦊�", "Ann�")


@only_sqlite
async def test_the_token_is_gone_from_the_file_when_the_order_has_ended(
    orders: Orders, database: Database, file: Path
) -> None:
    order = await orders.add(ordered(token="THE-TOKEN"))
    await orders.attach(order.id, message_id=1, token="SECOND-TOKEN", token_dies_at=LATER, limit_bytes=1)
    await orders.end(order.id, "done", LATER)
    await database.close()  # what SQLite wrote in advance is in the file now
    assert [token for token in (b"THE-TOKEN", b"SECOND-TOKEN") if token in contents(file)] == []


@only_sqlite
async def test_a_removed_order_is_gone_from_every_file(orders: Orders, file: Path) -> None:
    order = await orders.add(ordered(token="THE-TOKEN", prompt="THE-PROMPT"), PNG)
    await orders.end(order.id, "done", LATER)
    assert b"THE-PROMPT" in contents(file)
    await orders.remove(order.id)
    assert [secret for secret in (b"THE-TOKEN", b"THE-PROMPT", PNG.data) if secret in contents(file)] == []


@only_sqlite
async def test_expired_orders_are_gone_from_the_file(orders: Orders, file: Path) -> None:
    order = await orders.add(ordered(prompt="THE-PROMPT"), PNG)
    await orders.end(order.id, "failed", NOON, failure="THE-FAILURE")
    await orders.expire(LATER)
    assert [secret for secret in (b"THE-PROMPT", b"THE-FAILURE", PNG.data) if secret in contents(file)] == []


@only_postgres
async def test_a_process_whose_slot_is_anothers_writes_nothing(url: str, database: Database) -> None:
    claims = SlotClaims(url)
    first = await claims.claim(1)
    assert first is not None
    mine = Orders(database, slot=first.number, epoch=first.epoch)
    order, ended = await mine.add(ordered()), await mine.add(ordered())
    await mine.end(ended.id, "failed", LATER)
    await mine.check()
    await first.release()
    second = await claims.claim(1)
    assert second is not None
    for write in (
        mine.check,
        lambda: mine.add(ordered()),
        lambda: mine.replace(ended.id, ordered()),
        lambda: mine.begin(order.id),
        lambda: mine.ask(order.id, LATER),
        lambda: mine.unask(order.id),
        lambda: mine.name(order.id, "job-1"),
        lambda: mine.cancel(order.id),
        lambda: mine.end(order.id, "done", LATER),
        lambda: mine.shown_at(order.id, 1, is_private=False),
        lambda: mine.leave_line(order.id, LATER),
        lambda: mine.detach(order.id),
        lambda: mine.note_duration("film", 1.0, LATER),
    ):
        with pytest.raises(SlotLostError):
            await write()
    assert await mine.find(order.id) == order  # looking is allowed
    theirs = Orders(database, slot=second.number, epoch=second.epoch)
    assert await theirs.begin(order.id)
    await second.release()


async def test_orders_of_a_slot_are_counted_by_kind_and_state(orders: Orders, database: Database) -> None:
    for _ in range(2):
        await orders.add(ordered(kind="clip"))
    ended = await orders.add(ordered(kind="picture"))
    await orders.end(ended.id, "failed", LATER)
    await orders.add(ordered(kind="clip", slot=1))
    counts = await orders.counts(0)
    assert {key: count for key, count in counts.items() if count} == {("clip", "queued"): 2, ("picture", "failed"): 1}
    assert len(counts) == 2 * 6  # noughts included, so that a figure falls to nought instead of going away
    assert 0 <= await database.ping() < 5
