"""Cards that are deleted, or may no longer be edited, while a picture or a clip is made."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from bot.ui import text
from tests.cogs.orders import CLIP_HTML, MP4, PICTURE_URL, filenames, picture
from tests.cogs.world import Held, World
from tests.grok.scripted import reply

DELETED = "deleted while I was working on it"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the files of orders where a test can look for what is left of them."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def begun(world: World, order: str) -> Held:
    """Let an order begin and its card appear."""
    held = world.holds()
    await world.begin(world.ann.slash(world.channel, order, prompt="a cat"))
    await world.until(lambda: "a cat" in "".join(world.shown))
    return held


async def lost(world: World) -> None:
    """Let the bot find out that its card cannot be edited: it does so every second."""
    before = len(world.requests("PATCH"))
    await world.until(lambda: len(world.requests("PATCH")) > before)


async def test_a_picture_whose_card_is_deleted_is_handed_over(world: World, scratch: Path) -> None:
    held = await begun(world, "imagine")
    await world.begin(world.ben_deletes(world.messages[0]))
    await lost(world)
    world.says(reply(picture(), kind="image/jpeg"))
    held.send(f"![image]({PICTURE_URL})")
    held.end()
    await world.settled()
    [told] = world.told(world.ann)
    assert DELETED in told.content
    assert await told.attachments[0].read() == picture()
    assert not os.listdir(scratch)


async def test_a_picture_that_fails_after_its_card_was_deleted_is_told(world: World) -> None:
    held = await begun(world, "imagine")
    await world.begin(world.ben_deletes(world.messages[0]))
    await lost(world)
    held.cut()
    await world.settled()
    [told] = world.told(world.ann)
    assert DELETED in told.content
    assert told.attachments == []


async def test_a_clip_whose_card_is_deleted_is_given_up_and_the_asker_is_told(world: World, scratch: Path) -> None:
    held = await begun(world, "video")
    await world.begin(world.ben_deletes(world.messages[0]))
    await lost(world)
    held.send("50%\n")
    await world.settled()
    [told] = world.told(world.ann)
    assert DELETED in told.content
    assert told.attachments == []
    assert not os.listdir(scratch)


async def test_a_clip_whose_card_may_not_be_edited_is_handed_over(world: World, scratch: Path) -> None:
    held = await begun(world, "video")
    world.env.inject_error("PATCH", "/webhooks/*", status=403, code=50001, times=None)
    await lost(world)
    world.says(reply(MP4, kind="video/mp4"), reply(picture(), kind="image/jpeg"))
    held.send("50%\n", CLIP_HTML)
    held.end()
    await world.settled()
    [told] = world.told(world.ann)
    assert told.content == text.lost_message("forbidden", world.channel.mention)
    assert filenames(told) == ["grok.mp4", "poster.jpg"]
    assert await told.attachments[0].read() == MP4
    assert not os.listdir(scratch)


@pytest.mark.parametrize("order", ["imagine", "video"])
async def test_an_order_cut_by_a_restart_leaves_no_files(world: World, scratch: Path, order: str) -> None:
    held = await begun(world, order)
    assert os.listdir(scratch)
    await world.begin(world.bot.work.drain(patience_s=0, farewell_s=5))
    await world.settled()
    assert text.SHUTTING_DOWN in world.shown[0]
    assert not os.listdir(scratch)
    held.cut()
