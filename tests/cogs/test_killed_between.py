"""Processes that die after something took effect and before that was written down: the next one finds it."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from dbos import DBOS, WorkflowHandleAsync

from bot.app import Share
from bot.errors import InputError, StoreError
from bot.gate import Gate
from bot.ordering import placing
from bot.services.order_steps import OrderSteps
from bot.services.orders import Where
from bot.store.orders import Orders
from tests.cogs.orders import PICTURE_URL, cards, filenames, over, picture
from tests.cogs.world import World, labels, said
from tests.grok.scripted import STOP, reply, sse

Step = Callable[..., Awaitable[object]]


def holding(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> asyncio.Event:
    """Let what a method does take effect, once, and then stand still; the event tells that it does."""
    is_there = asyncio.Event()
    method: Step = getattr(owner, name)

    async def hold(*arguments: object, **options: object) -> object:
        result = await method(*arguments, **options)
        if not is_there.is_set():
            is_there.set()
            await asyncio.Event().wait()
        return result

    monkeypatch.setattr(owner, name, hold)
    return is_there


def picture_comes(world: World) -> None:
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)), reply(picture(), kind="image/jpeg"))


async def over_at_last(world: World, order_id: int = 1) -> None:
    """Wait until nothing is left to be done for an order, whichever process does it."""
    handle: WorkflowHandleAsync[object] = await DBOS.retrieve_workflow_async(f"order-{order_id}")
    while (await handle.get_status()).status != "SUCCESS":
        looks = iter((False, True))
        await world.until(lambda looks=looks: next(looks))  # type: ignore[misc]  # mypy infers no default of a lambda
    await over(world)


async def draw_and_die(world: World, is_there: asyncio.Event, **options: object) -> None:
    """Order a picture, and let another process come when the first one stands still."""
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat", **options))
    await world.until(is_there.is_set)
    await world.restart()
    await over_at_last(world)


@pytest.mark.parametrize("step", ["claim", "get", "fit", "deliver", "settle", "record", "tell"])
async def test_a_picture_is_delivered_once_and_told_once_whichever_step_was_not_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    picture_comes(world)
    world.says(reply(picture(), kind="image/jpeg"))  # fetched again, where that was not written down
    await draw_and_die(world, holding(monkeypatch, OrderSteps, step))
    [card] = cards(world)
    assert filenames(card) == ["grok-1.jpg"]
    assert [text for text in world.said if "is ready" in text] == [
        f"{world.ann.mention} your picture is ready: {card.jump_url}"
    ]
    assert world.told(world.ann) == []


async def test_a_picture_whose_making_was_not_written_down_is_not_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture_comes(world)
    await draw_and_die(world, holding(monkeypatch, OrderSteps, "make"))
    [card] = cards(world)
    assert "interrupted" in said(card)
    assert len(world.grok.requests) == 1


async def test_a_picture_that_came_as_bytes_to_another_machine_offers_a_retry(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    encoded = base64.b64encode(picture()).decode()
    world.says(reply(sse(f"![image](data:image/png;base64,{encoded})", STOP)))
    is_there = holding(monkeypatch, OrderSteps, "get")
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await world.until(is_there.is_set)
    await world.let_go()
    shutil.rmtree(tmp_path / "media")  # as on another machine
    await world.restart()
    await over_at_last(world)
    [card] = cards(world)
    assert "interrupted" in said(card)
    assert "Retry" in labels(card)


async def test_a_private_picture_is_told_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    picture_comes(world)
    await draw_and_die(world, holding(monkeypatch, OrderSteps, "tell"), private=True)
    assert len([text for text in world.whispered(world.ann) if "is ready" in text]) == 1
    assert world.told(world.ann) == []


async def test_a_ping_of_the_order_before_on_the_same_card_does_not_pass_for_one_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.says(reply(sse("I cannot draw that", STOP)))
    await world.ann.slash(world.channel, "imagine", prompt="a cat")
    await over(world)
    picture_comes(world)
    is_there = holding(monkeypatch, OrderSteps, "record")
    await world.begin(world.ann.click(cards(world)[0], label="Retry"))
    await world.until(is_there.is_set)
    await world.restart()
    await over_at_last(world, 2)
    assert ["ready" in text for text in world.said if world.ann.mention in text] == [False, True]


async def test_who_cancels_what_was_delivered_unnoticed_sees_no_picture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture_comes(world)
    is_there = holding(monkeypatch, OrderSteps, "deliver")
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await world.until(is_there.is_set)
    service = world.bot.services.orders
    order = await service.find(1)
    await world.let_go()
    with pytest.raises(InputError):
        await service.cancel(order)  # it is noted, and nobody is there any more to be told
    await world.restart()
    await over_at_last(world)
    [card] = cards(world)
    assert "cancelled" in said(card)
    assert filenames(card) == []


async def test_an_order_cancelled_in_line_says_so_before_it_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [world.holds() for _ in range(2)]
    for _ in range(3):  # a person has two made at a time
        await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await world.until(lambda: ["in line" in text for text in world.shown] == [False, False, True])

    async def fail(*_: object, **__: object) -> bool:
        raise StoreError("away")  # as good as dead

    with monkeypatch.context() as patch:
        patch.setattr(Orders, "end", fail)
        await world.begin(world.ann.click(cards(world)[2], label="Cancel"))
        await world.until(lambda: "cancelled" in said(cards(world)[2]))
    for each in held:
        each.cut()
    await world.restart()
    await over_at_last(world, 3)
    assert "cancelled" in said(cards(world)[2])
    assert (await world.bot.services.orders.find(3)).state == "cancelled"


async def test_an_order_whose_card_appeared_unnoticed_is_carried_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_dead = asyncio.Event()

    async def die(command: placing.Command, *, is_private: bool) -> Where:
        await deferred(command, is_private=is_private)
        is_dead.set()
        raise asyncio.CancelledError

    deferred = placing.deferred
    with monkeypatch.context() as patch:
        patch.setattr(placing, "deferred", die)
        await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat", private=True))
        await world.until(is_dead.is_set)
    [thinking] = world.channel.history(viewer=world.ann)
    assert thinking.flags.loading
    picture_comes(world)
    await world.restart()
    await over_at_last(world)
    order = await world.bot.services.orders.find(1)
    assert (order.state, order.message_id) == ("done", thinking.id)
    assert ["done" in text or "is ready" in text for text in world.whispered(world.ann)] == [True, True]


async def test_an_order_whose_card_never_appeared_is_nobodys(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    is_dead = asyncio.Event()

    async def die(_command: placing.Command, *, is_private: bool) -> Where:
        is_dead.set()
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(placing, "deferred", die)
        await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
        await world.until(is_dead.is_set)
    assert (await world.bot.services.orders.find(1)).state == "queued"
    await world.restart()
    assert (await world.bot.services.orders.find(1)).state == "cancelled"
    assert world.grok.requests == []
    assert world.messages == []


async def test_a_process_that_must_not_act_just_now_delivers_as_soon_as_it_may(world: World) -> None:
    gate = Gate()
    world.bot.share = Share(gate=gate)
    held = world.holds()
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await world.until(lambda: "generating" in "".join(world.shown))
    gate.hold()
    world.says(reply(picture(), kind="image/jpeg"))
    held.send(f"![image]({PICTURE_URL})")
    held.end()
    await world.until(lambda: len(world.grok.requests) == 2)
    moments = iter(range(100))
    await world.until(lambda: next(moments) == 99)
    assert not (await world.bot.services.orders.find(1)).has_ended
    gate.open()
    await over_at_last(world)
    assert filenames(cards(world)[0]) == ["grok-1.jpg"]
