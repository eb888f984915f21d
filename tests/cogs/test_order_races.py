"""Buttons of cards that are pressed in the moment in which something else happens to their order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import discord
import pytest

from bot.errors import InputError
from bot.ordering.surface import OrderSurface
from bot.services.orders import Order
from bot.ui import text
from bot.ui.face import Face
from bot.ui.order_card import CardState, card_face
from bot.ui.sentences import orders as sentences
from tests.cogs.orders import PICTURE_URL, cards, filenames, order, over, picture, press, until_begun
from tests.cogs.test_control_races import shows
from tests.cogs.test_order_buttons import drawn, failed, one_picture, under_way
from tests.cogs.world import Held, World, said
from tests.grok.scripted import reply


def done(world: World, held: Held) -> None:
    world.says(reply(picture(), kind="image/jpeg"))
    held.send(f"![image]({PICTURE_URL})")
    held.end()


async def test_cancel_between_the_look_at_an_order_and_its_first_step_is_heard(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = world.bot.services.orders
    find, looks = service._orders.find, 0

    async def cancelled_after_the_look(order_id: int) -> Order | None:
        nonlocal looks
        looks += 1
        found = await find(order_id)
        if looks == 1 and found is not None:
            await service.cancel(found)
        return found

    monkeypatch.setattr(service._orders, "find", cancelled_after_the_look)
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await over(world)
    assert sentences.CANCELLED in said(cards(world)[0])
    assert (await order(world)).state == "cancelled"
    assert world.grok.requests == []


async def test_cancel_in_line_is_heard_when_the_turn_comes_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, service = await under_way(world), world.bot.services.orders
    press_it, presses = service._cancellations.press, 0

    def not_begun_yet(order_id: int) -> bool:
        nonlocal presses
        presses += 1
        return presses > 1 and press_it(order_id)

    monkeypatch.setattr(service._cancellations, "press", not_begun_yet)
    await press(world, "cancel", cards(world)[0])
    await over(world)
    assert held.is_closed
    assert presses == 2
    assert sentences.CANCELLED in said(cards(world)[0])
    assert (await order(world)).state == "cancelled"


async def test_cancel_is_heard_when_the_turn_comes_while_it_leaves_the_line(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, held = world.bot.services.orders, [await under_way(world), world.holds()]
    leave_line = service._orders.leave_line
    for number in (2, 3):
        await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
        await until_begun(world, "generating" if number == 2 else "in line", number=number)

    async def turn_comes(order_id: int, moment: datetime) -> bool:
        held[0].cut()
        while not (await service.find(order_id)).has_ended:
            await asyncio.sleep(0.01)
        return await leave_line(order_id, moment)

    monkeypatch.setattr(service._orders, "leave_line", turn_comes)
    await press(world, "cancel", cards(world)[2])
    held[1].cut()
    await over(world)
    assert len(world.grok.requests) == 2
    assert sentences.CANCELLED in said(cards(world)[2])
    assert (await order(world, 3)).state == "cancelled"


async def test_cancel_while_the_last_words_are_said_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = world.bot.services.orders
    end = service._orders.end

    async def cancelled_first(order_id: int, *given: Any, **named: Any) -> bool:
        await service.cancel(await service.find(order_id))
        return await end(order_id, *given, **named)

    monkeypatch.setattr(service._orders, "end", cancelled_first)
    await drawn(world)
    [card] = cards(world)
    assert filenames(card) == ["grok-1.jpg"]
    assert "done" in said(card)
    assert (await order(world)).is_charged


async def test_delete_pressed_twice_deletes_once(world: World) -> None:
    await drawn(world)
    [card] = cards(world)
    await press(world, "delete", card)
    await press(world, "delete", await shows(world, "grokcord:order:1:delete:1"))
    await world.until(lambda: card.id not in [each.id for each in world.messages])
    await world.env.settle()
    assert set(world.whispered(world.ann)) <= {text.sentence(InputError("order_gone"))}
    with pytest.raises(InputError, match="order_gone"):
        await order(world)


async def test_delete_of_a_card_that_somebody_else_deleted_forgets_the_order(world: World) -> None:
    await drawn(world)
    [card] = cards(world)
    button = await shows(world, "grokcord:order:1:delete:1")
    await world.ben_deletes(card)
    await press(world, "delete", button)
    await world.until(lambda: button.id not in [each.id for each in world.messages])
    with pytest.raises(InputError, match="order_gone"):
        await order(world)


async def test_resend_pressed_twice_is_two_cards_with_the_files(world: World) -> None:
    await drawn(world)
    [card] = cards(world)
    await press(world, "resend", card)
    await press(world, "resend", card)
    await over(world)
    assert sorted(map(filenames, cards(world))) == [["grok-1.jpg"], ["grok-2.jpg"], ["grok-3.jpg"]]


async def test_again_and_retry_at_once_are_one_each(world: World) -> None:
    await failed(world)
    [card] = cards(world)
    held = [world.holds(), world.holds()]
    await press(world, "retry", card)
    await until_begun(world, "generating")
    await press(world, "again", await shows(world, "grokcord:order:1:again:1"))
    await world.until(lambda: len(world.grok.requests) == 3)
    for each in held:
        each.cut()
    await over(world)
    assert (await order(world, 1)).next_id == 2
    assert (await order(world, 3)).next_id is None


async def test_an_old_cancel_of_a_card_cancels_what_is_made_there_now(world: World) -> None:
    await failed(world)
    held = world.holds()
    await press(world, "retry", cards(world)[0])
    await until_begun(world, "generating")
    await press(world, "cancel", await shows(world, "grokcord:order:1:cancel:1"))
    await over(world)
    assert held.is_closed
    assert (await order(world, 2)).state == "cancelled"


async def test_a_card_that_moves_while_it_is_painted_is_painted_where_it_went(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [await under_way(world), world.holds()]
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await until_begun(world, "generating", number=2)
    before, after = await order(world, 1), await order(world, 2)
    surface, edit, moves = OrderSurface(world.bot, before, lambda: datetime.now(UTC)), discord.Webhook.edit_message, [1]

    async def moved_meanwhile(self: discord.Webhook, *given: Any, **options: Any) -> discord.WebhookMessage:
        painted = await edit(self, *given, **options)
        if moves and self.token == before.token:
            moves.clear()
            surface.move(replace(after, is_detached=False))
        return painted

    monkeypatch.setattr(discord.Webhook, "edit_message", moved_meanwhile)
    face: Face = card_face(CardState("1", "picture", "moved"))
    await world.begin(surface.show(0, face))
    assert surface.message_id == after.message_id
    monkeypatch.undo()
    for each in held:
        each.cut()
    await over(world)


async def test_a_stale_poster_does_not_pass_for_the_new_one(world: World) -> None:
    """A card made anew begins without the files of the order before, whatever another process left there."""
    one_picture(world)
    await world.ann.slash(world.channel, "imagine", prompt="a cat")
    await over(world)
    [card] = cards(world)
    old = await order(world)
    surface = OrderSurface(world.bot, replace(old, token=""), lambda: datetime.now(UTC))
    await surface.show(0, card_face(CardState("1", "picture", "a cat")))
    assert filenames(await card.channel.fetch_message(card.id)) == []
