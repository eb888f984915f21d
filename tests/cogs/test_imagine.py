from __future__ import annotations

import base64

import pytest

from bot.errors import InputError
from bot.ui.sentences import orders as sentences
from tests.cogs.orders import PICTURE_URL, TOO_LARGE_BYTES, cards, filenames, gallery, over, picture, refusing_files
from tests.cogs.world import World, labels, said
from tests.grok.scripted import BASE_URL, STOP, reply, sse


def one_picture(world: World, body: bytes | None = None) -> None:
    """Prepare the reply to an order for one picture, and its file."""
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)), reply(body or picture(), kind="image/jpeg"))


async def imagine(world: World, **options: object) -> None:
    await world.ann.slash(world.channel, "imagine", prompt="a cat", **options)
    await over(world)


async def test_a_picture_is_attached_with_its_alt_text(world: World) -> None:
    one_picture(world)
    await imagine(world)
    [card] = cards(world)
    [file] = card.attachments
    assert (file.filename, file.description) == ("grok-1.jpg", "Picture made by Grok: a cat")
    assert [item.description for item in gallery(card)] == ["Picture made by Grok: a cat"]
    assert await file.read() == picture()
    assert world.grok.sent(0)["model"] == "grok-imagine-1.0"


async def test_several_pictures_stand_in_one_message(world: World) -> None:
    world.says(reply({"data": [{"url": f"{BASE_URL}/files/image/{number}.jpg"} for number in range(3)]}))
    world.says(*(reply(picture(), kind="image/jpeg") for _ in range(3)))
    await imagine(world, count=3)
    [card] = cards(world)
    assert filenames(card) == ["grok-1-1.jpg", "grok-1-2.jpg", "grok-1-3.jpg"]
    assert len(gallery(card)) == 3
    assert world.grok.sent(0)["n"] == 3


async def test_pictures_that_came_as_bytes_are_attached(world: World) -> None:
    encoded = base64.b64encode(picture()).decode()
    world.says(reply(sse(f"![image](data:image/png;base64,{encoded})", STOP)))
    await imagine(world)
    [card] = cards(world)
    assert await card.attachments[0].read() == picture()


async def test_pictures_that_did_not_come_are_told(world: World) -> None:
    world.says(reply({"data": [{"url": f"{BASE_URL}/files/image/0.jpg"}]}), reply(picture(), kind="image/jpeg"))
    await imagine(world, count=3)
    [card] = cards(world)
    assert filenames(card) == ["grok-1.jpg"]
    assert sentences.missing(2) in said(card)


async def test_a_picture_that_is_gone_beside_one_that_is_there_is_linked(world: World) -> None:
    world.says(reply({"data": [{"url": f"{BASE_URL}/files/image/{number}.jpg"} for number in range(2)]}))
    world.says(reply(picture(), kind="image/jpeg"), reply(status=404))
    await imagine(world, count=2)
    [card] = cards(world)
    assert filenames(card) == ["grok-1.jpg"]
    assert "already gone when I fetched it" in said(card)


async def test_the_aspect_reaches_the_server_as_a_size(world: World) -> None:
    one_picture(world)
    await imagine(world, aspect="16:9")
    config = world.grok.sent(0)["image_config"]
    assert isinstance(config, dict)
    assert config["size"] == "1280x720"


async def test_a_picture_of_ones_own_goes_to_the_edit_model_as_a_data_uri(world: World) -> None:
    one_picture(world)
    own = picture("PNG", "gold")
    await imagine(world, image=("mine.png", own))
    sent = world.grok.sent(0)
    assert sent["model"] == "grok-imagine-1.0-edit"
    assert f"data:image/png;base64,{base64.b64encode(own).decode()}" in str(sent["messages"])
    assert filenames(cards(world)[0]) == ["grok-1.jpg"]


NOT_TAKEN = {
    "no picture": (b"hello", "`mine.png` is not a picture I can read."),
    "30 MB": (bytes(30_000_000), "`mine.png` is 29 MiB; I can take pictures up to 20 MiB."),
}


@pytest.mark.parametrize(("data", "sentence"), NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
async def test_an_attachment_that_cannot_be_changed_is_named(world: World, data: bytes, sentence: str) -> None:
    await imagine(world, image=("mine.png", data))
    assert sentence in world.shown[0]
    assert world.grok.requests == []
    world.error(InputError)


async def test_what_the_model_says_in_place_of_a_picture_is_shown(world: World) -> None:
    world.says(reply(sse("I cannot draw that, @everyone.", STOP)))
    await imagine(world)
    [card] = cards(world)
    assert "not made" in said(card)
    assert "I cannot draw that" in said(card)
    assert "@everyone" not in said(card)


async def test_a_picture_too_large_for_the_server_is_made_smaller(world: World) -> None:
    one_picture(world, picture() + bytes(TOO_LARGE_BYTES))
    await imagine(world)
    [card] = cards(world)
    assert 0 < card.attachments[0].size <= 25 * 1024 * 1024
    assert "made to fit, from 27.0 MiB" in said(card)


async def test_the_card_moves_until_the_picture_is_there(world: World) -> None:
    held = world.holds()
    world.says(reply(picture(), kind="image/jpeg"))
    await world.begin(world.ann.slash(world.channel, "imagine", prompt="a cat"))
    await world.until(lambda: "generating" in "".join(world.shown))
    [card] = cards(world)
    assert card.flags.components_v2
    held.send(f"![image]({PICTURE_URL})")
    held.end()
    await over(world)
    [done] = cards(world)
    assert (done.id, filenames(done)) == (card.id, ["grok-1.jpg"])


async def test_pictures_that_discord_refuses_after_all_are_made_smaller(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = refusing_files(monkeypatch, times=1)
    one_picture(world)
    await imagine(world)
    [card] = cards(world)
    assert refusals == ["grok-1.jpg"]
    assert filenames(card) == ["grok-1.jpg"]


async def test_pictures_that_discord_never_takes_are_linked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing_files(monkeypatch, times=100)
    one_picture(world)
    await imagine(world)
    [card] = cards(world)
    assert filenames(card) == []
    assert "riginal" in "".join(filter(None, labels(card)))
    assert "25.0 MiB here" in said(card)
