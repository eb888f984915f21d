"""Orders whose card is deleted, or may no longer be edited, or whose process ends, while they are made."""

from __future__ import annotations

import pytest
from simcord import MemberActor

from bot.ui.sentences import orders as sentences
from tests.cogs.orders import CLIP_HTML, PICTURE_URL, cards, clip, filenames, order, over, picture, press
from tests.cogs.world import Held, World, labels, said
from tests.grok.scripted import reply

DELETED = "deleted while I was working on it"


async def begun(world: World, name: str) -> Held:
    """Let an order begin and its card appear."""
    held = world.holds()
    await world.begin(world.ann.slash(world.channel, name, prompt="a cat"))
    await world.until(lambda: "generating" in "".join(world.shown))
    return held


async def lost(world: World) -> None:
    """Let the bot find out that its card cannot be edited: it does so every second."""
    before = len(world.requests("PATCH"))
    await world.until(lambda: len(world.requests("PATCH")) > before)


async def test_a_picture_whose_card_is_deleted_is_handed_over(world: World) -> None:
    held = await begun(world, "imagine")
    await world.begin(world.ben_deletes(world.messages[0]))
    await lost(world)
    world.says(reply(picture(), kind="image/jpeg"))
    held.send(f"![image]({PICTURE_URL})")
    held.end()
    await over(world)
    [told] = world.told(world.ann)
    assert DELETED in told.content
    assert await told.attachments[0].read() == picture()


async def test_a_clip_whose_card_is_deleted_is_handed_over(world: World) -> None:
    held = await begun(world, "video")
    await world.begin(world.ben_deletes(world.messages[0]))
    await lost(world)
    world.says(reply(picture(), kind="image/jpeg"), reply(clip(), kind="video/mp4"))
    held.send("50%\n", CLIP_HTML)
    held.end()
    await over(world)
    [told] = world.told(world.ann)
    assert DELETED in told.content
    assert filenames(told) == ["grok-1.mp4", "poster.jpg"]
    assert await told.attachments[0].read() == clip()
    assert world.messages == []


async def test_a_picture_that_fails_after_its_card_was_deleted_is_told(world: World) -> None:
    held = await begun(world, "imagine")
    await world.begin(world.ben_deletes(world.messages[0]))
    await lost(world)
    held.cut()
    await over(world)
    told = [*world.told(world.ann), *world.messages]
    assert len(told) == 1
    assert "could not be made" in told[0].content


async def test_a_clip_whose_card_may_not_be_edited_is_handed_over(world: World) -> None:
    held = await begun(world, "video")
    world.env.inject_error("PATCH", "/webhooks/*", status=403, code=50001, times=None)
    await lost(world)
    world.says(reply(picture(), kind="image/jpeg"), reply(clip(), kind="video/mp4"))
    held.send("50%\n", CLIP_HTML)
    held.end()
    await over(world)
    [told] = world.told(world.ann)
    assert told.content == sentences.handed_over("forbidden", world.channel.mention)
    assert filenames(told) == ["grok-1.mp4", "poster.jpg"]


async def test_a_card_says_that_the_bot_is_being_restarted(world: World) -> None:
    held = await begun(world, "video")
    await world.bot.services.orders.close(sentences.RESTARTING)
    assert sentences.RESTARTING in said(cards(world)[0])
    held.cut()


async def finished(world: World, held: Held) -> None:
    """Let the clip be done, and all be said about it."""
    world.says(reply(picture(), kind="image/jpeg"), reply(clip(), kind="video/mp4"))
    held.send("50%\n", CLIP_HTML)
    held.end()
    await over(world)


def takes_no_direct_messages(world: World, who: MemberActor) -> None:
    world.env.inject_error("POST", f"/channels/{who.user.dm_channel.id}/messages", status=403, code=50007, times=None)


async def test_a_clip_whose_channel_is_deleted_is_handed_over_once(world: World) -> None:
    held = await begun(world, "video")
    world.env.backend.delete_channel(world.channel.id)
    await world.begin(world.env.settle())
    await lost(world)
    await finished(world, held)
    [told] = world.told(world.ann)
    assert told.content == sentences.handed_over("deleted", "The channel")
    assert filenames(told) == ["grok-1.mp4", "poster.jpg"]
    assert (await order(world)).is_charged


async def test_what_reaches_nobody_is_said_in_the_channel_and_can_be_sent_again(world: World) -> None:
    takes_no_direct_messages(world, world.ann)
    held = await begun(world, "video")
    await world.begin(world.ben_deletes(world.messages[0]))
    await lost(world)
    await finished(world, held)
    [note] = world.messages
    assert sentences.undelivered_ping(world.ann.id, "clip") in said(note)
    kept = await order(world)
    assert (kept.state, kept.is_charged) == ("failed", False)
    asked = len(world.grok.requests)
    await press(world, "resend", note)
    await over(world)
    assert filenames(cards(world)[-1]) == ["grok-2.mp4", "poster.jpg"]
    assert len(world.grok.requests) == asked


async def test_without_channel_and_direct_messages_the_result_is_kept_and_nothing_charged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    takes_no_direct_messages(world, world.ann)
    held = await begun(world, "video")
    world.env.backend.delete_channel(world.channel.id)
    await world.begin(world.env.settle())
    await lost(world)
    await finished(world, held)
    assert world.told(world.ann) == []
    kept = await order(world)
    assert (kept.state, kept.is_charged) == ("failed", False)
    assert await world.bot.services.orders.is_kept(kept)
    assert "a result reached nobody order=1" in caplog.text


async def test_who_left_the_server_finds_the_clip_in_the_channel(world: World) -> None:
    held = await begun(world, "video")
    world.env.backend.remove_member(world.guild.id, world.ann.id)
    await world.begin(world.env.settle())
    await finished(world, held)
    assert filenames(cards(world)[0]) == ["grok-1.mp4", "poster.jpg"]
    assert world.told(world.ann) == []
    assert (await order(world)).state == "done"


async def test_where_the_bot_may_no_longer_write_the_ping_comes_directly(world: World) -> None:
    held = await begun(world, "video")
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=403, code=50013, times=None)
    await finished(world, held)
    [card] = world.messages
    assert filenames(card) == ["grok-1.mp4", "poster.jpg"]
    assert [each.content for each in world.told(world.ann)] == [
        sentences.done_ping(world.ann.id, "clip", card.jump_url)
    ]


async def test_a_failure_that_cannot_stand_in_the_channel_comes_with_its_retry(world: World) -> None:
    held = await begun(world, "video")
    world.env.inject_error("*", f"/channels/{world.channel.id}/messages", status=403, code=50013, times=None)
    held.cut()
    await over(world)
    [told] = world.told(world.ann)
    assert "not made" in said(told)
    assert "Retry" in labels(told)
