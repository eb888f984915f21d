"""Results are brought here whole; of what cannot be, the link is kept, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import MediaError
from bot.services.failures import unpacked
from bot.services.kept import Kept, KeptFile, Made
from bot.store.order_values import Order
from tests.services.ordering import CLIP_URL, MAX_BYTES, MP4, PICTURES, PNG, POSTER_URL, Room, room
from tests.store.some_orders import ordered

A, B, C = (f"{PICTURES}/{name}.png" for name in "abc")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path) as opened:
        yield opened


@pytest.fixture
async def clip(here: Room) -> Order:
    return await here.add(ordered(kind="clip"))


@pytest.fixture
async def pictures(here: Room) -> Order:
    return await here.add(ordered(amount=3))


async def got(here: Room, order: Order, made: Made) -> Kept:
    kept = await here.getter().get(order, made, here.card(order))
    for file in kept.files:
        assert not file.path or here.folder.path(file).stat().st_size == file.size_bytes
    return kept


def why(kept: Kept) -> str:
    error = unpacked(kept.failure)
    assert isinstance(error, MediaError)
    return error.reason


def on_disk(here: Room, order: Order) -> list[bytes]:
    return sorted(each.read_bytes() for each in here.folder.of(order.id).iterdir())


async def test_a_clip_and_its_poster_are_brought_here(here: Room, clip: Order) -> None:
    kept = await got(here, clip, Made((CLIP_URL,), poster=POSTER_URL))
    [file] = kept.files
    assert (here.folder.path(file).read_bytes(), file.link, file.mime) == (MP4, CLIP_URL, "video/mp4")
    assert kept.poster is not None
    assert here.folder.path(kept.poster).read_bytes() == PNG
    assert (kept.failure, here.grok.fetched) == ("", ["poster.png", "a.mp4"])  # the poster is seen first


async def test_a_clip_without_a_poster_gives_a_frame_of_its_own(here: Room, clip: Order) -> None:
    kept = await got(here, clip, Made((CLIP_URL,)))
    assert kept.poster is not None
    assert kept.poster.path.endswith("-poster.png")


@pytest.mark.parametrize("reason", ["no_encoder", "failed"])
async def test_a_clip_of_which_no_frame_can_be_had_is_a_clip(here: Room, clip: Order, reason: str) -> None:
    here.fitter.refuses = reason  # type: ignore[assignment]  # one of them
    kept = await got(here, clip, Made((CLIP_URL,)))
    assert (kept.poster, len(kept.files), kept.failure) == (None, 1, "")


async def test_a_poster_that_cannot_be_fetched_is_replaced_by_a_frame(here: Room, clip: Order) -> None:
    here.grok.files["poster.png"] = b""
    kept = await got(here, clip, Made((CLIP_URL,), poster=POSTER_URL))
    assert kept.poster is not None
    assert kept.poster.path.endswith("-poster.png")


async def test_a_clip_that_came_damaged_is_fetched_once_more(here: Room, clip: Order) -> None:
    here.fitter.damaged = 1
    kept = await got(here, clip, Made((CLIP_URL,)))
    assert (len(kept.files), kept.failure, here.grok.fetched) == (1, "", ["a.mp4", "a.mp4"])


async def test_a_damaged_clip_leaves_nothing_on_the_disk(here: Room, clip: Order) -> None:
    here.fitter.damaged = 1
    await got(here, clip, Made((CLIP_URL,), poster=POSTER_URL))
    assert on_disk(here, clip) == sorted([MP4, PNG])


async def test_a_clip_that_the_server_keeps_damaged_is_only_linked(here: Room, clip: Order) -> None:
    here.fitter.damaged = 2
    kept = await got(here, clip, Made((CLIP_URL,)))
    assert (kept.files, why(kept), kept.poster) == ((KeptFile("", link=CLIP_URL),), "damaged", None)
    assert here.grok.fetched == ["a.mp4", "a.mp4"]
    assert on_disk(here, clip) == []


async def test_what_is_larger_than_is_fetched_is_linked(here: Room, clip: Order) -> None:
    here.grok.files["a.mp4"] = MP4 + bytes(MAX_BYTES)
    kept = await got(here, clip, Made((CLIP_URL,)))
    assert (kept.files, why(kept)) == ((KeptFile("", link=CLIP_URL),), "size")


async def test_one_picture_that_cannot_be_had_takes_no_other_along(here: Room, pictures: Order) -> None:
    here.grok.files["b.png"] = b""
    kept = await got(here, pictures, Made((A, B, C), missing=1))
    assert [(bool(file.path), file.link) for file in kept.files] == [(True, A), (False, B), (True, C)]
    assert (why(kept), kept.missing, kept.poster) == ("gone", 1, None)


async def test_what_is_no_picture_is_not_taken_for_one(here: Room, pictures: Order) -> None:
    here.grok.files["a.png"] = b"<html>sorry</html>" * 9
    kept = await got(here, pictures, Made((A,)))
    assert (kept.files, why(kept)) == ((KeptFile("", link=A),), "type")


async def test_the_same_address_twice_gives_two_files(here: Room, pictures: Order) -> None:
    kept = await got(here, pictures, Made((A, A)))
    assert [here.folder.path(file).read_bytes() for file in kept.files] == [PNG, PNG]
    assert len({file.path for file in kept.files}) == 2


async def test_what_came_as_bytes_is_there_already(here: Room, pictures: Order) -> None:
    there = KeptFile(f"{pictures.id}/x.png", 7, "image/png", "png")
    kept = await here.getter().get(pictures, Made((A,), (there,)), here.card(pictures))
    assert kept.files[0] == there
    assert here.grok.fetched == ["a.png"]


async def test_an_address_in_a_private_network_is_told_to_nobody(here: Room, pictures: Order) -> None:
    kept = await got(here, pictures, Made(("http://10.0.0.1/a.png",)))
    assert kept.files == (KeptFile("", link=""),)
    assert why(kept) == "address"
