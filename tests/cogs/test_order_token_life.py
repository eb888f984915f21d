"""Cards that outlive the token of their interaction: public ones go on, the others part with a Show button."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord import interactions

from bot.ordering.card import FAREWELL_S
from bot.ordering.surface import MARGIN
from bot.ui.sentences import orders as sentences
from bot.ui.surface import OLDEST_S
from tests.cogs.orders import CLIP_HTML, cards, clip, filenames, order, over, picture, press
from tests.cogs.world import Held, World, labels, said
from tests.grok.scripted import reply

STANDING = [(True, False), (True, False), (False, True)]
PARTS_AFTER_S = 60.0  # of SimCord's clock, by which interactions seem as old as they may


@pytest.fixture
def interaction_life_s() -> float:
    return OLDEST_S + MARGIN.total_seconds() + FAREWELL_S + PARTS_AFTER_S


@pytest.fixture
def guests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody have brought the bot along, which SimCord does not play."""
    payload_of = interactions.base_payload

    def brought(*given: Any, **named: Any) -> Any:
        record, payload = payload_of(*given, **named)
        payload["authorizing_integration_owners"] = {"1": str(named["user_id"])}
        return record, payload

    monkeypatch.setattr(interactions, "base_payload", brought)


def seen(world: World) -> list[discord.Message]:
    """Return what Ann sees of the bot in the channel."""
    return world._by_bot(world.channel, viewer=world.ann)


def own(world: World) -> list[str]:
    return [said(message) for message in seen(world)]


async def begun(world: World, **options: Any) -> Held:
    held = world.holds()
    await world.begin(world.ann.slash(world.channel, "video", prompt="a cat", **options))
    await world.until(lambda: world.grok.requests)
    held.send("10%\n")
    return held


async def parted(world: World, number: int = 2) -> discord.Message:
    """Let the token come to its end, and wait for the message with the Show button."""
    world.env.backend.advance_clock(PARTS_AFTER_S)
    await world.until(lambda: len(seen(world)) == number and "Show" in labels(seen(world)[-1]))
    return seen(world)[-1]


async def ends(world: World, held: Held) -> None:
    world.says(reply(picture(), kind="image/jpeg"), reply(clip(), kind="video/mp4"))
    held.send(CLIP_HTML)
    held.end()
    await over(world)


def tokens_die(world: World) -> None:
    world.env.inject_error("*", "/webhooks/*", status=401, code=50027, times=None)


async def test_a_public_card_goes_on_by_the_bots_own_edit(world: World) -> None:
    held = await begun(world)
    tokens_die(world)
    held.send("50%\n")
    await world.until(lambda: "50 %" in own(world)[0])
    await ends(world, held)
    [card] = cards(world)
    assert filenames(card) == ["grok-1.mp4", "poster.jpg"]
    assert len(world.messages) == 2, "the card and the ping"
    assert world.told(world.ann) == []


@pytest.mark.parametrize("is_guest", [False, True])
async def test_show_pressed_while_it_is_made_goes_on_in_that_message(
    world: World, is_guest: bool, request: pytest.FixtureRequest
) -> None:
    if is_guest:
        request.getfixturevalue("guests")
    held = await begun(world, private=not is_guest)
    message = await parted(world)
    await world.until(lambda: sentences.CONTINUED_BELOW in own(world)[0])
    assert labels(seen(world)[0]) == []
    await press(world, "show", message)
    held.send("50%\n")
    await world.until(lambda: "50 %" in own(world)[1])
    assert labels(seen(world)[1]) == ["Cancel"]
    await ends(world, held)
    assert filenames(seen(world)[1]) == ["grok-1.mp4", "poster.jpg"]
    assert filenames(seen(world)[0]) == []
    assert world.told(world.ann) == []
    assert world.requests("*", f"/channels/{world.channel.id}/*") == []
    assert seen(world)[2].content.startswith(f"<@{world.ann.id}> your clip is ready")
    assert (await order(world)).state == "done"


async def test_a_second_token_parts_like_the_first(world: World) -> None:
    held = await begun(world, private=True)
    await press(world, "show", await parted(world))
    await world.until(lambda: "generating" in own(world)[1])
    await press(world, "show", await parted(world, 3))
    await ends(world, held)
    assert filenames(seen(world)[2]) == ["grok-1.mp4", "poster.jpg"]


async def test_show_pressed_when_it_is_done_shows_what_is_kept(world: World) -> None:
    held = await begun(world, private=True)
    message = await parted(world)
    await ends(world, held)
    asked = len(world.grok.requests)
    await press(world, "show", message)
    await over(world)
    assert filenames(seen(world)[1]) == ["grok-2.mp4", "poster.jpg"]
    assert len(world.grok.requests) == asked
    assert len(seen(world)) == 2


async def test_what_nobody_asked_to_see_is_offered_by_a_direct_message(world: World) -> None:
    await world.ann.slash(world.channel, "notify", ping=False)
    held = await begun(world, private=True)
    await parted(world, 3)
    await ends(world, held)
    [offer] = world.told(world.ann)
    assert sentences.READY in said(offer)
    await press(world, "show", offer, who=world.ann.user)
    await over(world)
    [shown] = world.told(world.ann)
    assert filenames(shown) == ["grok-2.mp4", "poster.jpg"]


async def test_show_pressed_when_it_failed_says_so(world: World) -> None:
    held = await begun(world, private=True)
    message = await parted(world)
    held.cut()
    await over(world)
    await press(world, "show", message)
    await world.until(lambda: "not made" in own(world)[1])
    assert "Retry" in labels(seen(world)[1])


async def test_a_card_in_line_shows_its_place_where_it_moves_to(world: World) -> None:
    waiting = [await begun(world, private=True), world.holds()]
    for _ in range(2):
        await world.begin(world.ann.slash(world.channel, "video", prompt="a cat", private=True))
    await world.until(lambda: [("generating" in each, "Next in line" in each) for each in own(world)] == STANDING)
    world.env.backend.advance_clock(PARTS_AFTER_S)
    await world.until(lambda: sum("Show" in labels(each) for each in seen(world)) == 3)
    offers = [each for each in seen(world) if "Show" in labels(each)]
    third = next(each for each in offers if (":show:3" in str(each.components[1].to_dict())))
    await press(world, "show", third)
    await world.until(lambda: any(each.id == third.id and "Next in line" in said(each) for each in seen(world)))
    world.says(reply(status=400))
    for held in waiting:
        held.cut()
    await over(world)


async def test_where_no_show_button_can_be_left_the_result_comes_directly(world: World) -> None:
    held = await begun(world, private=True)
    tokens_die(world)
    await ends(world, held)
    [told] = world.told(world.ann)
    assert told.content == sentences.handed_over("unreachable", world.channel.mention)
    assert filenames(told) == ["grok-1.mp4", "poster.jpg"]
    assert (await order(world)).is_charged


@pytest.mark.parametrize("is_dead", [False, True])
async def test_a_restart_interrupts_a_private_order_with_a_retry(world: World, is_dead: bool) -> None:
    await begun(world, private=True)
    if is_dead:
        tokens_die(world)
    await world.restart()
    shown = world.told if is_dead else world.whispered
    await world.until(lambda: shown(world.ann) and (is_dead or sentences.INTERRUPTED in own(world)[0]))
    await over(world)
    [card] = world.told(world.ann) if is_dead else [seen(world)[0]]
    assert sentences.INTERRUPTED in said(card)
    world.env.backend.faults.clear()
    held = world.holds()
    await press(world, "retry", card, who=world.ann.user if is_dead else None)
    await ends(world, held)
    [done] = world.told(world.ann)[:1] if is_dead else [seen(world)[0]]
    assert (done.id, filenames(done)) == (card.id, ["grok-2.mp4", "poster.jpg"])


async def test_a_card_that_can_no_longer_be_painted_for_a_mistake_is_handed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await begun(world)
    monkeypatch.setattr("bot.ordering.card.card_face", lambda *_, **__: 1 / 0)
    held.send("50%\n")
    await world.until(lambda: world.bot.services.orders.stage._cards[1]._live.is_over)  # type: ignore[attr-defined]  # CardStage
    monkeypatch.undo()
    await ends(world, held)
    [told] = world.told(world.ann)
    assert filenames(told) == ["grok-1.mp4", "poster.jpg"]
