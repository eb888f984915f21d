from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from math import inf

import pytest

from bot.ui.ledger import GLOBAL_PER_S, Claim, RateLedger, Route, route_of
from bot.ui.pacer import Pacer, Urgency
from tests.ui.virtual_time import NothingWillEverHappen, now, pass_time, run

LAST, FIRST, PAGE, NEXT = Urgency
NO_BUCKET = dict[str, str]()


def make_pacer(ledger: RateLedger | None = None) -> Pacer:
    clock = asyncio.get_running_loop().time
    return Pacer(ledger or RateLedger(clock), clock)


def edit_in(channel: int) -> Route:
    return route_of("PATCH", f"/channels/{channel}/messages/100000000000000001")


def told(remaining: int, reset_after_s: float, limit: int = 5) -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": "edits",
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": f"{reset_after_s:.3f}",
    }


async def at_once(waiting: Awaitable[Claim]) -> Claim:
    before = now()
    claim = await waiting
    assert now() == before
    return claim


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def in_virtual_time(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    async def body() -> None:
        await test()

    def wrapped() -> None:
        run(body())

    wrapped.__name__ = test.__name__
    return wrapped


@in_virtual_time
async def test_the_first_turn_is_granted_at_once() -> None:
    await at_once(make_pacer().ticket().wait(edit_in(7), FIRST))


@in_virtual_time
async def test_an_ordinary_turn_waits_for_the_even_pace_and_a_last_one_does_not() -> None:
    pacer = make_pacer()
    ticket = pacer.ticket()
    pacer.request_ended(await ticket.wait(edit_in(7), FIRST), 200, told(4, 5.0))
    began = now()
    pacer.request_ended(await ticket.wait(edit_in(7), NEXT), 200, told(3, 3.75))
    assert now() - began == pytest.approx(1.25)
    await at_once(ticket.wait(edit_in(7), LAST))


@in_virtual_time
async def test_a_waiting_turn_that_is_hurried_leaves_at_once_with_the_spare_call() -> None:
    pacer = make_pacer()
    ticket = pacer.ticket()
    pacer.request_ended(await ticket.wait(edit_in(7), FIRST), 200, told(1, 5.0))
    waiting = asyncio.ensure_future(ticket.wait(edit_in(7), NEXT))
    await settle()
    assert not waiting.done()
    ticket.hurry(LAST)
    await at_once(waiting)


@in_virtual_time
async def test_the_urgent_go_first_then_who_was_painted_longest_ago() -> None:
    pacer = make_pacer()
    order: list[str] = []
    old, young, last = pacer.ticket(), pacer.ticket(), pacer.ticket()
    for ticket in (old, young):
        pacer.request_ended(await ticket.wait(edit_in(7), FIRST), 200, told(4, 5.0, limit=1))
        await pass_time(6)
    held = await pacer.ticket().wait(edit_in(7), LAST)  # the only place of the window

    async def take(name: str, ticket_wait: Awaitable[Claim]) -> None:
        claim = await ticket_wait
        order.append(name)
        pacer.request_ended(claim, 200, told(0, 1.0, limit=1))

    async with asyncio.TaskGroup() as group:
        group.create_task(take("young", young.wait(edit_in(7), NEXT)))
        group.create_task(take("old", old.wait(edit_in(7), PAGE)))
        group.create_task(take("last", last.wait(edit_in(7), LAST)))
        await settle()
        pacer.request_ended(held, 200, told(0, 1.0, limit=1))
    assert order == ["last", "old", "young"]


@in_virtual_time
async def test_a_request_in_flight_that_comes_back_lets_the_next_one_go() -> None:
    pacer = make_pacer()
    first = await pacer.ticket().wait(edit_in(7), FIRST)
    waiting = asyncio.ensure_future(pacer.ticket().wait(edit_in(7), FIRST))
    await settle()
    assert not waiting.done()
    pacer.request_ended(first, 200, told(4, 5.0))
    await at_once(waiting)


@in_virtual_time
async def test_a_waiter_that_is_cancelled_leaves_the_queue() -> None:
    pacer = make_pacer()
    first = await pacer.ticket().wait(edit_in(7), FIRST)
    waiting = [asyncio.ensure_future(pacer.ticket().wait(edit_in(7), FIRST)) for _ in range(2)]
    await settle()
    waiting[0].cancel()
    await settle()
    pacer.request_ended(first, 200, NO_BUCKET)
    await at_once(waiting[1])
    assert waiting[0].cancelled()


@in_virtual_time
async def test_a_waiter_cancelled_at_the_moment_of_its_turn_gives_the_place_back() -> None:
    pacer = make_pacer()
    first = await pacer.ticket().wait(edit_in(7), FIRST)
    doomed, next_one = (asyncio.ensure_future(pacer.ticket().wait(edit_in(7), FIRST)) for _ in range(2))
    await settle()
    pacer.request_ended(first, 200, NO_BUCKET)  # grants the turn, but its owner has not run yet
    doomed.cancel()
    await at_once(next_one)


@in_virtual_time
async def test_a_turn_that_sends_nothing_gives_its_place_back() -> None:
    pacer = make_pacer()
    with pacer.sending(await pacer.ticket().wait(edit_in(7), FIRST)):
        pass
    await at_once(pacer.ticket().wait(edit_in(7), FIRST))


@in_virtual_time
async def test_the_request_of_a_turn_is_counted_once_and_a_second_one_anew() -> None:
    pacer = make_pacer(ledger := RateLedger(asyncio.get_running_loop().time))
    turn = await pacer.ticket().wait(edit_in(7), FIRST)
    with pacer.sending(turn):
        assert await pacer.request_starts(edit_in(7)) is turn
        pacer.request_ended(turn, 503, NO_BUCKET)
        retry = await pacer.request_starts(edit_in(7))
        assert retry is not turn
        pacer.request_ended(retry, 200, told(1, 1.0, limit=2))
    ledger.started(edit_in(7))
    assert ledger.ready_at(edit_in(7), may_spend_spare=True, is_paced=False) == pytest.approx(now() + 1.015)


@in_virtual_time
async def test_a_turn_whose_request_took_another_route_frees_the_route_it_waited_for() -> None:
    pacer = make_pacer()
    with pacer.sending(await pacer.ticket().wait(edit_in(7), FIRST)):
        claim = await pacer.request_starts(edit_in(8))
        await at_once(pacer.ticket().wait(edit_in(7), FIRST))
        pacer.request_ended(claim, 200, NO_BUCKET)


@in_virtual_time
async def test_requests_outside_a_turn_are_counted_in_their_bucket() -> None:
    pacer = make_pacer()
    pacer.request_ended(await pacer.request_starts(edit_in(7)), 200, told(1, 5.0))
    outside = await pacer.request_starts(edit_in(7))
    began = now()
    turn = asyncio.ensure_future(pacer.ticket().wait(edit_in(7), LAST))
    await pass_time(0.1)
    pacer.request_ended(outside, 200, told(0, 4.9))
    await turn
    assert now() - began == pytest.approx(5.015)


@in_virtual_time
async def test_requests_outside_a_turn_wait_for_the_global_limit_before_ordinary_edits() -> None:
    pacer = make_pacer()
    for index in range(GLOBAL_PER_S):
        pacer.request_ended(await pacer.request_starts(Route("GET", f"/{index}", "")), 200, NO_BUCKET)
    order: list[str] = []

    async def take(name: str, starting: Awaitable[Claim]) -> None:
        pacer.request_ended(await starting, 200, NO_BUCKET)
        order.append(name)

    began = now()
    async with asyncio.TaskGroup() as group:
        group.create_task(take("edit", pacer.ticket().wait(edit_in(7), NEXT)))
        group.create_task(take("typing", pacer.request_starts(Route("POST", "/typing", ""))))
    assert order == ["typing", "edit"]
    assert now() - began == pytest.approx(1.015)


@in_virtual_time
async def test_interaction_callbacks_never_wait() -> None:
    pacer = make_pacer()
    for index in range(GLOBAL_PER_S):
        await pacer.request_starts(Route("GET", f"/{index}", ""))
    await at_once(pacer.request_starts(route_of("POST", "/interactions/100000000000000001/token/callback")))


@in_virtual_time
async def test_many_ordinary_edits_take_turns_instead_of_leaving_in_a_burst() -> None:
    pacer = make_pacer()
    began = now()
    left: list[float] = []

    async def edit(channel: int) -> None:
        claim = await pacer.ticket().wait(edit_in(channel), NEXT)
        left.append(now() - began)
        pacer.request_ended(claim, 200, NO_BUCKET)

    async with asyncio.TaskGroup() as group:
        for channel in range(44):
            group.create_task(edit(channel))
    gaps = [after - before for before, after in pairwise(left)]
    assert max(gaps) < 0.03
    assert min(gaps[1:]) > 0.02  # a pacer that had nothing to do lets two go at once


def test_a_turn_that_nothing_can_open_would_show_as_a_hang_in_these_tests() -> None:
    async def wait_for_nothing() -> None:
        pacer = make_pacer()
        await pacer.ticket().wait(edit_in(7), FIRST)
        await pacer.ticket().wait(edit_in(7), FIRST)

    with pytest.raises(NothingWillEverHappen):
        run(wait_for_nothing())


def test_an_unknown_bucket_is_never_ready_while_its_first_request_is_out() -> None:
    ledger = RateLedger(lambda: 1.0)
    ledger.started(edit_in(7))
    assert ledger.ready_at(edit_in(7), may_spend_spare=True, is_paced=False) == inf
