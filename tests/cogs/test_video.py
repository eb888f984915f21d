from __future__ import annotations

import re

import discord

from bot.errors import InputError
from bot.ui import text
from tests.cogs.orders import CLIP_HTML, CLIP_URL, MP4, TOO_LARGE_BYTES, filenames, gallery, picture
from tests.cogs.world import World, said, walk
from tests.grok.scripted import STOP, reply, sse


def clip_and_poster(world: World) -> None:
    """Prepare the files that the finished clip consists of."""
    world.says(reply(MP4, kind="video/mp4"), reply(picture(), kind="image/jpeg"))


def percents(world: World) -> list[int]:
    """Return the percentages that the card showed, one for each edit that named one."""
    edits = world.requests("PATCH", "/webhooks/*")
    return [int(found[1]) for edit in edits if (found := re.search(r"(\d+) %", str(edit.json)))]


async def until_shown(world: World, words: str) -> None:
    """Let time pass until the card says this."""
    await world.until(lambda: words in "".join(world.shown))


async def film(world: World, **options: object) -> None:
    await world.ann.slash(world.channel, "video", prompt="a cat", **options)


async def test_the_percentage_rises_on_the_card_that_ends_as_the_clip(world: World) -> None:
    held = world.holds()
    clip_and_poster(world)
    await world.begin(film(world))
    for percent in (1, 50, 99):
        held.send(f"正在生成视频中，当前进度{percent}%\n")
        await until_shown(world, f"{percent} %")
        assert world.messages[0].flags.components_v2
    [card] = world.messages
    held.send(CLIP_HTML)
    held.end()
    await world.settled()
    [done] = world.messages
    assert done.id == card.id
    assert list(dict.fromkeys(percents(world))) == [1, 50, 99]
    assert filenames(done) == ["grok.mp4", "poster.jpg"]
    assert await done.attachments[0].read() == MP4
    assert await done.attachments[1].read() == picture()


async def test_the_clip_and_its_poster_have_alt_texts(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    clip_and_poster(world)
    await film(world)
    [done] = world.messages
    assert [file.description for file in done.attachments] == [
        "Clip made by Grok: a cat",
        "Poster of a clip made by Grok: a cat",
    ]
    assert [item.description for item in gallery(done)] == ["Clip made by Grok: a cat"]
    [thumbnail] = [item for item in walk(done.components) if isinstance(item, discord.ThumbnailComponent)]
    assert thumbnail.description == "Poster of a clip made by Grok: a cat"


async def test_a_clip_without_its_poster_is_still_shown(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)), reply(MP4, kind="video/mp4"), reply(status=404))
    await film(world)
    assert filenames(world.messages[0]) == ["grok.mp4"]


async def test_progress_that_repeats_or_goes_back_is_never_shown_to_fall(world: World) -> None:
    held = world.holds()
    clip_and_poster(world)
    await world.begin(film(world))
    held.send("50%\n")
    await until_shown(world, "50 %")
    held.send("50%\n", "20%\n", "正在对视频进行超分辨率\n")
    await until_shown(world, "upscaling")
    assert "50 %" in world.shown[0]
    held.send("60%\n")
    await until_shown(world, "60 %")
    held.send(CLIP_HTML)
    held.end()
    await world.settled()
    assert list(dict.fromkeys(percents(world))) == [50, 60]
    assert filenames(world.messages[0]) == ["grok.mp4", "poster.jpg"]


async def test_a_hundred_percent_without_a_clip_is_a_sentence(world: World) -> None:
    world.says(reply(sse("99%\n", "100%\n", STOP)))
    await film(world)
    [card] = world.messages
    assert "Clip · not made" in said(card)
    assert "Grok withheld the result." in said(card)
    assert card.attachments == []


async def test_a_clip_too_large_for_the_server_is_linked(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    world.says(reply([MP4, bytes(TOO_LARGE_BYTES)], kind="video/mp4"), reply(picture(), kind="image/jpeg"))
    await film(world)
    [card] = world.messages
    assert text.too_large("clip", len(MP4) + TOO_LARGE_BYTES, 25 * 1024 * 1024, CLIP_URL) in said(card)
    assert card.attachments == []


async def test_every_wish_reaches_the_server(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    clip_and_poster(world)
    await film(world, aspect="9:16", seconds=10, quality="720p")
    config = world.grok.sent(0)["video_config"]
    assert isinstance(config, dict)
    assert (config["aspect_ratio"], config["seconds"], config["resolution_name"]) == ("9:16", 10, "720p")


async def test_a_clip_under_way_says_that_it_was_interrupted_when_the_bot_ends(world: World) -> None:
    held = world.holds()
    await world.begin(film(world))
    held.send("50%\n")
    await until_shown(world, "50 %")
    await world.begin(world.bot.work.drain(patience_s=0, farewell_s=5))
    await world.settled()
    [card] = world.messages
    assert "Clip · not made" in said(card)
    assert text.SHUTTING_DOWN in said(card)


async def test_a_bot_that_is_ending_takes_no_order(world: World) -> None:
    await world.bot.work.drain(patience_s=0, farewell_s=0)
    await film(world)
    assert text.DRAINING in "".join(world.shown + world.whispered(world.ann))
    assert world.grok.requests == []
    world.error(InputError)


async def test_a_picture_to_be_set_in_motion_is_sent_along(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    clip_and_poster(world)
    await film(world, image=("mine.png", picture("PNG")))
    assert "data:image/png;base64," in str(world.grok.sent(0)["messages"])
    assert filenames(world.messages[0]) == ["grok.mp4", "poster.jpg"]
