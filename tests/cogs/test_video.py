from __future__ import annotations

import re

import discord

from bot.errors import InputError
from bot.ui import text
from bot.ui.sentences import orders as sentences
from tests.cogs.orders import CLIP_HTML, CLIP_URL, TOO_LARGE_BYTES, cards, clip, filenames, gallery, over, picture
from tests.cogs.world import World, labels, said, walk
from tests.grok.scripted import STOP, reply, sse


def poster_and_clip(world: World) -> None:
    """Prepare the files that the finished clip consists of, in the order in which they are fetched."""
    world.says(reply(picture(), kind="image/jpeg"), reply(clip(), kind="video/mp4"))


def percents(world: World) -> list[int]:
    """Return the percentages that the card showed, one for each edit that named one."""
    edits = world.requests("PATCH", "/webhooks/*")
    return [int(found[1]) for edit in edits if (found := re.search(r"(\d+) %", str(edit.json)))]


async def until_shown(world: World, words: str) -> None:
    """Let time pass until the card says this."""
    await world.until(lambda: words in "".join(world.shown))


async def begin(world: World, **options: object) -> None:
    await world.begin(world.ann.slash(world.channel, "video", prompt="a cat", **options))


async def film(world: World, **options: object) -> discord.Message:
    await world.ann.slash(world.channel, "video", prompt="a cat", **options)
    await over(world)
    [card] = cards(world)
    return card


async def test_the_percentage_rises_on_the_card_that_ends_as_the_clip(world: World) -> None:
    held = world.holds()
    poster_and_clip(world)
    await begin(world)
    for percent in (1, 50, 99):
        held.send(f"正在生成视频中，当前进度{percent}%\n")
        await until_shown(world, f"{percent} %")
        assert world.messages[0].flags.components_v2
    [card] = cards(world)
    held.send(CLIP_HTML)
    held.end()
    await over(world)
    [done] = cards(world)
    assert done.id == card.id
    assert list(dict.fromkeys(percents(world))) == [1, 50, 99]
    assert filenames(done) == ["grok-1.mp4", "poster.jpg"]
    assert await done.attachments[0].read() == clip()
    assert await done.attachments[1].read() == picture()


async def test_the_clip_and_its_poster_have_alt_texts(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    done = await film(world)
    assert [file.description for file in done.attachments] == ["Clip made by Grok: a cat", "Poster of the clip"]
    assert [item.description for item in gallery(done)] == ["Clip made by Grok: a cat"]
    [thumbnail] = [item for item in walk(done.components) if isinstance(item, discord.ThumbnailComponent)]
    assert thumbnail.description == "Poster of the clip"


async def test_a_clip_without_a_poster_gets_one_of_its_own_frames(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)), reply(status=404), reply(clip(), kind="video/mp4"))
    done = await film(world)
    assert filenames(done) == ["grok-1.mp4", "poster.jpg"]
    assert (await done.attachments[1].read()).startswith(b"\xff\xd8")


async def test_a_poster_that_is_no_picture_is_replaced(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)), reply("<html>", kind="image/jpeg"), reply(clip(), kind="video/mp4"))
    done = await film(world)
    assert (await done.attachments[1].read()).startswith(b"\xff\xd8")


async def test_a_clip_that_arrived_damaged_is_fetched_again(world: World) -> None:
    half = clip()[: len(clip()) * 2 // 3]
    world.says(reply(sse(CLIP_HTML, STOP)), reply(picture(), kind="image/jpeg"))
    world.says(reply(half, kind="video/mp4"), reply(clip(), kind="video/mp4"))
    done = await film(world)
    assert await done.attachments[0].read() == clip()


async def test_a_clip_that_stays_damaged_is_a_sentence_and_a_link(world: World) -> None:
    half = clip()[: len(clip()) * 2 // 3]
    world.says(reply(sse(CLIP_HTML, STOP)), reply(picture(), kind="image/jpeg"))
    world.says(*(reply(half, kind="video/mp4") for _ in range(2)))
    done = await film(world)
    assert "not made" in said(done)
    assert "breaks off before its end" in said(done)
    assert filenames(done) == []
    assert "riginal" in "".join(filter(None, labels(done)))


async def test_progress_that_repeats_or_goes_back_is_never_shown_to_fall(world: World) -> None:
    held = world.holds()
    poster_and_clip(world)
    await begin(world)
    held.send("50%\n")
    await until_shown(world, "50 %")
    held.send("50%\n", "20%\n", "正在对视频进行超分辨率\n")
    await until_shown(world, "upscaling")
    assert "50 %" in world.shown[0]
    held.send("60%\n")
    await until_shown(world, "60 %")
    held.send(CLIP_HTML)
    held.end()
    await over(world)
    assert list(dict.fromkeys(percents(world))) == [50, 60]


async def test_a_hundred_percent_without_a_clip_is_a_sentence(world: World) -> None:
    world.says(reply(sse("99%\n", "100%\n", STOP)))
    card = await film(world)
    assert "not made" in said(card)
    assert "Grok withheld the result." in said(card)
    assert card.attachments == []


async def test_a_clip_too_large_for_the_channel_is_made_to_fit(world: World) -> None:
    padding = b"\x00\x00\x00\x08free" + b"\x01\xb0\x00\x00free" + bytes(0x1B00000 - 8)
    world.says(reply(sse(CLIP_HTML, STOP)), reply(picture(), kind="image/jpeg"))
    world.says(reply(clip() + padding, kind="video/mp4"))
    done = await film(world)
    assert filenames(done) == ["grok-1.mp4", "poster.jpg"]
    assert done.attachments[0].size < TOO_LARGE_BYTES
    assert "made to fit" in said(done)


async def test_a_card_says_that_a_large_clip_is_being_uploaded(world: World) -> None:
    padding = b"\x00\x20\x00\x00free" + bytes(0x200000 - 8)
    world.says(reply(sse(CLIP_HTML, STOP)), reply(picture(), kind="image/jpeg"))
    world.says(reply(clip() + padding, kind="video/mp4"))
    done = await film(world)
    assert filenames(done) == ["grok-1.mp4", "poster.jpg"]
    edits = [str(edit.json) for edit in world.requests("PATCH", "/webhooks/*")]
    assert "uploading" in edits[-2]
    assert "· done" in edits[-1]


async def test_every_wish_reaches_the_server_and_stands_on_the_card(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    done = await film(world, aspect="9:16", seconds=10, quality="720p")
    config = world.grok.sent(0)["video_config"]
    assert isinstance(config, dict)
    assert (config["aspect_ratio"], config["seconds"], config["resolution_name"]) == ("9:16", 10, "720p")
    assert "9:16 · 10 s · 720p" in said(done)


async def test_a_bot_that_is_ending_takes_no_order(world: World) -> None:
    await world.bot.work.drain(patience_s=0, farewell_s=0)
    await world.ann.slash(world.channel, "video", prompt="a cat")
    assert text.DRAINING in "".join(world.shown + world.whispered(world.ann))
    assert world.grok.requests == []
    world.error(InputError)


async def test_a_picture_to_be_set_in_motion_is_sent_along(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    done = await film(world, image=("mine.png", picture("PNG")))
    assert "data:image/png;base64," in str(world.grok.sent(0)["messages"])
    assert filenames(done) == ["grok-1.mp4", "poster.jpg"]


async def test_the_asker_is_pinged_once_by_an_answer_to_the_card(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    done = await film(world)
    [note] = [message for message in world.messages if message.id != done.id]
    assert note.content == sentences.done_ping(world.ann.id, "clip", done.jump_url)
    assert note.reference is not None
    assert note.reference.message_id == done.id


async def test_who_turned_it_off_is_not_pinged(world: World) -> None:
    await world.ann.slash(world.channel, "notify", ping=False)
    assert world.whispered(world.ann) == [sentences.NOTIFY_OFF]
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    done = await film(world)
    assert [message.id for message in world.messages] == [done.id]


async def test_the_choice_about_pings_is_remembered_and_can_be_taken_back(world: World) -> None:
    await world.ann.slash(world.channel, "notify", ping=False)
    await world.restart()
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    done = await film(world)
    assert [message.id for message in world.messages] == [done.id]
    await world.ann.slash(world.channel, "notify", ping=True)
    assert world.whispered(world.ann)[-1] == sentences.NOTIFY_ON
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    await world.ann.slash(world.channel, "video", prompt="a cat")
    await over(world)
    assert [message.content for message in world.messages if message.content] == [
        sentences.done_ping(world.ann.id, "clip", cards(world)[1].jump_url)
    ]


async def test_a_private_order_is_seen_by_its_asker_alone(world: World) -> None:
    world.says(reply(sse(CLIP_HTML, STOP)))
    poster_and_clip(world)
    await world.ann.slash(world.channel, "video", prompt="a cat", private=True)
    await over(world)
    assert world.messages == []
    assert "done" in world.whispered(world.ann)[0]
    assert "your clip is ready" in world.whispered(world.ann)[1]


async def test_while_it_is_made_it_can_be_cancelled_and_afterwards_had_again(world: World) -> None:
    held = world.holds()
    await begin(world)
    held.send("50%\n")
    await until_shown(world, "50 %")
    assert labels(cards(world)[0]) == ["Cancel"]
    held.cut()
    await over(world)
    assert labels(cards(world)[0]) == ["Retry", None]
    assert CLIP_URL not in said(cards(world)[0])
