"""Orders whose card is deleted, or may no longer be edited, or whose process ends, while they are made."""

from __future__ import annotations

from bot.ui.sentences import orders as sentences
from tests.cogs.orders import CLIP_HTML, PICTURE_URL, cards, clip, filenames, over, picture
from tests.cogs.world import Held, World, said
from tests.grok.scripted import reply

DELETED = "deleted while I was working on it"


async def begun(world: World, order: str) -> Held:
    """Let an order begin and its card appear."""
    held = world.holds()
    await world.begin(world.ann.slash(world.channel, order, prompt="a cat"))
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
