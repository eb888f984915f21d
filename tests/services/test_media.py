from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import InputError, MediaError, UpstreamBlocked
from bot.services.media import (
    PICTURE_LIMIT_BYTES,
    ClipFetched,
    ClipFetching,
    ImageOrder,
    Picture,
    PictureService,
    VideoOrder,
    VideoProgress,
    VideoService,
    VideoUpdate,
    read_picture,
    scratch_folder,
)
from tests.grok.scripted import BASE_URL, STOP, Server, reply, sse

CLIP_URL = f"{BASE_URL}/files/video/a.mp4"
POSTER_URL = f"{BASE_URL}/files/image/a.jpg"
HTML = f'<video poster="{POSTER_URL}"><source src="{CLIP_URL}" type="video/mp4"></video>'
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + bytes(64)


def picture(kind: str = "PNG") -> bytes:
    stored = BytesIO()
    Image.new("RGB", (4, 3), "teal").save(stored, kind)
    return stored.getvalue()


async def film(server: Server, folder: Path, *, max_bytes: int = 10_000) -> list[VideoUpdate]:
    service = VideoService(server.client(), model="clips", max_bytes=max_bytes)
    async with aclosing(service.film(VideoOrder("a cat"), folder)) as updates:
        return [update async for update in updates]


async def test_a_clip_comes_with_its_poster(tmp_path: Path) -> None:
    clip, poster = reply(MP4, kind="video/mp4"), reply(picture("JPEG"), kind="image/jpeg")
    updates = await film(Server(reply(sse("50%\n", HTML, STOP)), clip, poster), tmp_path)
    assert updates[:2] == [VideoProgress(50.0), ClipFetching(CLIP_URL)]
    fetched = updates[-1]
    assert isinstance(fetched, ClipFetched)
    assert fetched.clip.path.read_bytes() == MP4
    assert fetched.poster is not None
    assert fetched.poster.path.read_bytes() == picture("JPEG")


NO_POSTER = {"gone": b"", "no picture": b"<html>"}


@pytest.mark.parametrize("body", NO_POSTER.values(), ids=NO_POSTER.keys())
async def test_a_clip_whose_poster_is_not_to_be_had_is_still_a_clip(tmp_path: Path, body: bytes) -> None:
    poster = reply(body, status=200 if body else 404, kind="image/jpeg")
    updates = await film(Server(reply(sse(HTML, STOP)), reply(MP4, kind="video/mp4"), poster), tmp_path)
    assert isinstance(updates[-1], ClipFetched)
    assert updates[-1].poster is None


async def test_a_clip_larger_than_allowed_is_not_fetched(tmp_path: Path) -> None:
    server = Server(reply(sse(HTML, STOP)), reply(MP4, kind="video/mp4"))
    with pytest.raises(MediaError):
        await film(server, tmp_path, max_bytes=20)
    assert os.listdir(tmp_path) == []


async def test_pictures_that_did_not_come_are_counted(tmp_path: Path) -> None:
    urls = {"data": [{"url": f"{BASE_URL}/files/image/{name}.png"} for name in "ab"]}
    server = Server(reply(urls), reply(picture(), kind="image/png"), reply(status=404))
    service = PictureService(server.client(), model="draws", edit_model="edits", max_bytes=10_000)
    drawn = await service.draw(ImageOrder("a cat", 3), tmp_path)
    assert (len(drawn.files), drawn.missing) == (1, 2)


async def test_an_order_without_a_single_picture_fails(tmp_path: Path) -> None:
    server = Server(reply(sse("That is not allowed.", STOP)))
    service = PictureService(server.client(), model="draws", edit_model="edits", max_bytes=10_000)
    with pytest.raises(UpstreamBlocked):
        await service.draw(ImageOrder("a cat"), tmp_path)


async def test_a_picture_to_be_changed_goes_to_the_edit_model(tmp_path: Path) -> None:
    server = Server(reply(sse(f"![image]({POSTER_URL})", STOP)), reply(picture("JPEG"), kind="image/jpeg"))
    service = PictureService(server.client(), model="draws", edit_model="edits", max_bytes=10_000)
    await service.draw(ImageOrder("bluer", source=Picture(picture(), "image/png")), tmp_path)
    assert server.sent(0)["model"] == "edits"


async def test_a_scratch_folder_is_removed_with_its_files() -> None:
    async with scratch_folder() as folder:
        (folder / "clip.mp4").write_bytes(MP4)
    assert not folder.exists()


async def test_a_scratch_folder_is_removed_when_the_order_is_cancelled() -> None:
    folders: list[Path] = []
    entered = asyncio.Event()

    async def order() -> None:
        async with scratch_folder() as folder:
            folders.append(folder)
            (folder / "clip.mp4").write_bytes(MP4)
            entered.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(order())
    await asyncio.wait_for(entered.wait(), 5)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not folders[0].exists()


async def test_an_attached_picture_is_typed_by_its_first_bytes() -> None:
    async def read() -> bytes:
        return picture("JPEG")

    assert await read_picture("a.png", 10, read) == Picture(picture("JPEG"), "image/jpeg")


async def test_a_picture_too_large_is_refused_by_name_without_being_read() -> None:
    async def read() -> bytes:
        raise AssertionError("it was read")

    with pytest.raises(InputError) as refused:
        await read_picture("huge.png", PICTURE_LIMIT_BYTES + 1, read)
    assert (refused.value.code, refused.value.facts["name"]) == ("picture_size", "huge.png")


@pytest.mark.parametrize("data", [b"", b"hello", MP4], ids=["empty", "text", "clip"])
async def test_what_is_no_picture_is_refused_by_name(data: bytes) -> None:
    async def read() -> bytes:
        return data

    with pytest.raises(InputError) as refused:
        await read_picture("cat.png", len(data), read)
    assert (refused.value.code, refused.value.facts["name"]) == ("picture_type", "cat.png")


async def test_a_picture_that_cannot_be_read_is_refused_by_name() -> None:
    async def read() -> bytes:
        raise OSError("reset")

    with pytest.raises(InputError) as refused:
        await read_picture("cat.png", 10, read)
    assert (refused.value.code, refused.value.facts["name"]) == ("picture_gone", "cat.png")
