"""The buttons of cards that are over: Retry, Again, Resend, Delete, and buttons that nobody was shown."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bot.errors import InputError
from bot.services.orders import MOST_UNDER_WAY, Order, Where
from bot.ui import text
from bot.ui.sentences import orders as sentences
from tests.cogs.orders import PICTURE_URL, cards, filenames, order, over, picture, press, until_begun
from tests.cogs.test_control_races import shows
from tests.cogs.test_store_trouble import lose
from tests.cogs.world import Held, World, labels, said
from tests.grok.scripted import STOP, reply, sse

__all__ = ["lose"]  # a fixture


def sentence(code: str, **facts: object) -> str:
    return text.sentence(InputError(code, **facts))


def one_picture(world: World) -> None:
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)), reply(picture(), kind="image/jpeg"))


async def drawn(world: World, **options: Any) -> None:
    one_picture(world)
    await world.ann.slash(world.channel, "imagine", prompt="a cat", **options)
    await over(world)


async def failed(world: World, **options: Any) -> None:
    world.says(reply(sse("I cannot draw that.", STOP)))
    await world.ann.slash(world.channel, "imagine", prompt="a cat", **options)
    await over(world)


async def under_way(world: World) -> Held:
    held = world.holds()
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await until_begun(world, "generating")
    return held


async def cancelled(world: World) -> None:
    await under_way(world)
    await press(world, "cancel", cards(world)[0])
    await over(world)


async def interrupted(world: World) -> None:
    await under_way(world)
    await world.restart()
    await world.until(lambda: sentences.INTERRUPTED in said(cards(world)[0]))
    await over(world)


@pytest.mark.parametrize("ended", [failed, cancelled, interrupted])
async def test_retry_makes_it_on_the_same_card(world: World, ended: Any) -> None:
    await ended(world)
    [card] = cards(world)
    one_picture(world)
    await press(world, "retry", card)
    await over(world)
    [done] = cards(world)
    assert (done.id, filenames(done)) == (card.id, ["grok-2.jpg"])
    assert (await order(world, 1)).next_id == 2
    assert (await order(world, 2)).is_charged


async def test_retry_pressed_twice_at_once_orders_once(world: World) -> None:
    await failed(world)
    [card] = cards(world)
    held = world.holds()
    before = len(world.grok.requests)
    await press(world, "retry", card)
    await press(world, "retry", card)
    await until_begun(world, "generating")
    await press(world, "retry", await shows(world, "grokcord:order:1:retry:1"))
    await world.until(lambda: world.whispered(world.ann) == [sentence("order_under_way")] * 2)
    held.send(f"![image]({PICTURE_URL})")
    held.end()
    world.says(reply(picture(), kind="image/jpeg"))
    await over(world)
    assert len(world.grok.requests) == before + 2
    assert filenames(cards(world)[0]) == ["grok-2.jpg"]


async def test_a_retry_from_before_a_result_does_not_replace_it(world: World) -> None:
    await drawn(world)
    await press(world, "retry", await shows(world, "grokcord:order:1:retry:1"))
    await world.until(lambda: world.whispered(world.ann) == [sentence("old_button")])
    assert (await order(world)).next_id is None


async def test_retry_keeps_the_persons_picture(world: World) -> None:
    own = picture("PNG", "gold")
    await failed(world, image=("mine.png", own))
    one_picture(world)
    await press(world, "retry", cards(world)[0])
    await over(world)
    assert base64.b64encode(own).decode() in str(world.grok.sent(1))


async def test_again_makes_the_same_on_a_card_of_its_own(world: World) -> None:
    own = picture("PNG", "gold")
    await drawn(world, image=("mine.png", own), aspect="16:9")
    one_picture(world)
    await press(world, "again", cards(world)[0])
    await over(world)
    assert [filenames(card) for card in cards(world)] == [["grok-1.jpg"], ["grok-2.jpg"]]
    assert world.grok.sent(2) == world.grok.sent(0)
    assert base64.b64encode(own).decode() in str(world.grok.sent(2))


async def test_resend_asks_the_server_for_nothing(world: World) -> None:
    await drawn(world)
    asked = len(world.grok.requests)
    await press(world, "resend", cards(world)[0])
    await over(world)
    assert [filenames(card) for card in cards(world)] == [["grok-1.jpg"], ["grok-2.jpg"]]
    assert len(world.grok.requests) == asked
    assert sum("ready" in said for said in world.said) == 1, "whoever pressed it looks at it"


async def test_again_under_a_resend_takes_the_persons_picture_along(world: World) -> None:
    own = picture("PNG", "gold")
    await drawn(world, image=("mine.png", own))
    await press(world, "resend", cards(world)[0])
    await over(world)
    one_picture(world)
    await press(world, "again", cards(world)[1])
    await over(world)
    assert base64.b64encode(own).decode() in str(world.grok.sent(2))


async def test_a_failed_resend_is_tried_again_with_what_is_kept(world: World, tmp_path: Path) -> None:
    await drawn(world)
    kept = tmp_path / "media" / "1"
    asked = len(world.grok.requests)
    service = world.bot.services.orders
    again = await service.resend(await order(world), where_of(await order(world)))
    kept.rename(tmp_path / "away")
    await over(world)
    assert (await order(world, again.id)).state == "failed"
    (tmp_path / "away").rename(kept)
    await press(world, "retry", cards(world)[0])
    await over(world)
    assert (await order(world, 3)).state == "done"
    assert len(world.grok.requests) == asked


def where_of(order: Order) -> Where:
    """Return the place of an order, for another one."""
    return Where(**{field.name: getattr(order, field.name) for field in fields(Where)})


async def test_resend_of_what_is_no_longer_kept_is_one_sentence(world: World) -> None:
    await drawn(world)
    await world.bot.services.orders._folder.remove(1)
    await press(world, "resend", cards(world)[0])
    await world.until(lambda: world.whispered(world.ann) == [sentence("order_file_gone")])
    assert len(cards(world)) == 1
    world.errors_seen = world.env.error_cursor


async def test_delete_removes_the_card_the_row_and_the_files(world: World, tmp_path: Path) -> None:
    await failed(world)
    one_picture(world)
    await press(world, "retry", cards(world)[0])
    await over(world)
    assert (tmp_path / "media" / "2").is_dir()
    await press(world, "delete", cards(world)[0])
    await world.until(lambda: not cards(world))
    assert not (tmp_path / "media" / "2").exists()
    for number in (1, 2):
        with pytest.raises(InputError, match="order_gone"):
            await order(world, number)


@pytest.mark.parametrize("first", [False, True])
async def test_an_order_under_way_is_not_deleted(world: World, first: bool) -> None:
    """Also not by a button of the order whose place it took on the card."""
    if first:
        await failed(world)
        held = world.holds()
        await press(world, "retry", cards(world)[0])
        await until_begun(world, "generating")
    else:
        held = await under_way(world)
    await press(world, "delete", await shows(world, "grokcord:order:1:delete:1"))
    await world.until(lambda: world.whispered(world.ann) == [sentence("order_under_way")])
    held.send(f"![image]({PICTURE_URL})")
    held.end()
    world.says(reply(picture(), kind="image/jpeg"))
    await over(world)
    assert filenames(cards(world)[0]) != []


async def test_a_stranger_may_press_nothing(world: World) -> None:
    await drawn(world)
    for action in ("again", "resend", "delete"):
        await press(world, action, cards(world)[0], who=world.ben)
    await world.until(lambda: world.whispered(world.ben) == [sentence("order_not_yours")] * 3)
    assert len(cards(world)) == 1


@pytest.mark.parametrize(
    "custom_id",
    ["grokcord:order:1:cancel:0", "grokcord:order:1:burn:1", "grokcord:order:0:cancel:1", "grokcord:order:1:cancel:x"],
)
async def test_a_forged_or_old_button_gets_one_sentence(world: World, custom_id: str) -> None:
    await world.ann.click(await shows(world, custom_id), label="x")
    assert world.whispered(world.ann) == [sentence("old_button")]


async def test_a_button_of_a_forgotten_order_says_so(world: World) -> None:
    await drawn(world)
    [card] = cards(world)
    await world.bot.services.orders.delete(await order(world))
    await press(world, "again", card)
    await world.until(lambda: world.whispered(world.ann) == [sentence("order_gone")])


@pytest.mark.parametrize("action", ["again", "resend"])
async def test_nobody_has_more_orders_under_way_than_the_limit(
    world: World, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    await drawn(world)
    monkeypatch.setattr("bot.services.orders.MOST_UNDER_WAY", 1)
    held = world.holds()
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await until_begun(world, "generating", number=2)
    await press(world, action, cards(world)[0])
    many = sentence("orders_many", count=1, limit=1)
    await world.until(lambda: many in "".join(world.said))
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await world.until(lambda: many in world.whispered(world.ann))
    held.cut()
    await over(world)
    assert MOST_UNDER_WAY == 10
    world.errors_seen = world.env.error_cursor


async def test_while_the_database_is_away_no_order_is_taken(world: World, lose: Callable[[str], None]) -> None:
    await drawn(world)
    lose("orders")
    await world.ann.slash(world.channel, "imagine", prompt="a cat")
    assert world.whispered(world.ann) == [sentence("orders_closed")]
    await press(world, "again", cards(world)[0])
    await world.until(lambda: len(world.whispered(world.ann)) == 2)
    assert len(world.grok.requests) == 2
    world.errors_seen = world.env.error_cursor


async def test_in_a_direct_message_all_works_as_elsewhere(world: World) -> None:
    one_picture(world)
    await world.ann.user.slash("imagine", prompt="a cat")
    await over(world)
    card, ping = world.told(world.ann)
    assert filenames(card) == ["grok-1.jpg"]
    assert ping.reference is not None
    assert ping.reference.message_id == card.id
    await press(world, "resend", card, who=world.ann.user)
    await over(world)
    assert filenames(world.told(world.ann)[2]) == ["grok-2.jpg"]
    await press(world, "delete", card, who=world.ann.user)
    await world.until(lambda: card.id not in [each.id for each in world.told(world.ann)])


async def test_in_a_thread_too(world: World) -> None:
    await shows(world, "x")
    await world.messages[0].create_thread(name="cats")
    [thread] = world.threads()
    one_picture(world)
    await world.ann.slash(thread, "imagine", prompt="a cat")
    await over(world)
    card, ping = world._by_bot(thread)
    assert filenames(card) == ["grok-1.jpg"]
    assert ping.content == sentences.done_ping(world.ann.id, "picture", card.jump_url)


async def test_the_wait_is_told_from_what_orders_took_here(world: World) -> None:
    service = world.bot.services.orders
    for _ in range(3):
        await service._orders.note_duration("grok-imagine-1.0", 60.0, service._now())
    waiting = [await under_way(world), world.holds()]
    for number in (2, 3):
        await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
        await until_begun(world, "generating" if number == 2 else "in line", number=number)
    await world.until(lambda: "Next in line · about 1 min until it begins" in said(cards(world)[2]))
    await press(world, "cancel", cards(world)[2])
    for held in waiting:
        held.cut()
    await over(world)
    assert "Retry" in labels(cards(world)[2])
    assert sentences.CANCELLED in said(cards(world)[2])
