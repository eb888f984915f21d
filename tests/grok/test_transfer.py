"""Files over connections that break, lie or crawl, and onto disks that are full."""

from __future__ import annotations

import asyncio
import gzip
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bot.errors import MediaError
from bot.grok.client import GrokClient
from bot.grok.http import Timing
from bot.grok.storing import NewFile
from bot.grok.types import MediaFile, MediaRef
from tests.grok.scripted import Body
from tests.grok.test_media import HOME, MP4, PNG, World
from tests.grok.test_sockets import Listener, listening, read_request

MIB = 2**20
TAG = 'etag: "a"\r\naccept-ranges: bytes\r\n'


def box(kind: bytes, size_bytes: int) -> bytes:
    return size_bytes.to_bytes(4, "big") + kind + bytes(size_bytes - 8)


CLIP = box(b"ftyp", 16).replace(bytes(8), b"isom" + bytes(4)) + box(b"moov", 500) + box(b"mdat", 3 * MIB)


def head(length: int, *, status: int = 200, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{more}\r\n".encode()


Answer = list[bytes | None] | Callable[[bytes], list[bytes | None]]


def answered(*pieces: bytes | None) -> Answer:
    return list(pieces)


class Speaker:
    """A file server that answers each connection with the next of its answers; `None` among the pieces is silence."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await read_request(reader)).lower())
        answer = self.answers.pop(0)
        for piece in answer if isinstance(answer, list) else answer(self.asked[-1]):
            if piece is None:
                await reader.read()
                return
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def speaking(speaker: Speaker, timing: Timing | None = None) -> AsyncIterator[tuple[GrokClient, Listener]]:
    async with listening(speaker.handle, timing) as (client, listener), asyncio.timeout(20):
        yield client, listener


async def fetched(speaker: Speaker, folder: Path, *, timing: Timing | None = None, limit: int = 2**24) -> MediaFile:
    async with speaking(speaker, timing) as (client, listener):
        ref = MediaRef(f"http://127.0.0.1:{listener.port}/v1/files/video/a.mp4")
        return await client.fetch(ref, folder, kind="video", max_bytes=limit)


async def refused(speaker: Speaker, folder: Path, *, timing: Timing | None = None, limit: int = 2**24) -> str:
    with pytest.raises(MediaError) as caught:
        await fetched(speaker, folder, timing=timing, limit=limit)
    assert os.listdir(folder) == []
    return caught.value.reason


# lengths that lie


async def test_a_file_shorter_than_announced_is_fetched_again(tmp_path: Path) -> None:
    speaker = Speaker([head(len(CLIP)), CLIP[:MIB]], [head(len(CLIP)), CLIP])
    stored = await fetched(speaker, tmp_path)
    assert stored.path.read_bytes() == CLIP
    assert os.listdir(tmp_path) == [stored.path.name]


async def test_a_file_that_stays_shorter_than_announced_is_no_half_clip(tmp_path: Path) -> None:
    speaker = Speaker(*[answered(head(len(CLIP)), CLIP[:MIB])] * 3)
    assert await refused(speaker, tmp_path) == "network"
    assert len(speaker.asked) == 3


async def test_a_body_that_just_ends_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    """Some transports do not compare a body with its length."""
    short = httpx.Response(200, headers={"content-length": str(len(PNG))}, stream=Body([PNG[:-1]]))
    world = World(short, httpx.Response(200, stream=Body([PNG])))
    stored = await world.fetcher().fetch(MediaRef(f"{HOME}/a"), tmp_path, kind="image", max_bytes=MIB)
    assert stored.size_bytes == len(PNG)


async def test_a_file_longer_than_announced_is_no_half_clip(tmp_path: Path) -> None:
    speaker = Speaker(*[answered(head(MIB), CLIP)] * 2)
    assert await refused(speaker, tmp_path) == "cut"
    assert len(speaker.asked) == 2


async def test_a_file_cut_at_first_and_whole_later_is_whole(tmp_path: Path) -> None:
    half = CLIP[: len(CLIP) // 2]
    speaker = Speaker([head(len(half), more=TAG), half], [head(len(CLIP), more=TAG), CLIP])
    assert (await fetched(speaker, tmp_path)).path.read_bytes() == CLIP
    assert b"\r\nrange:" not in speaker.asked[1]


async def test_a_length_that_is_missing_is_not_missed(tmp_path: Path) -> None:
    speaker = Speaker([b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n", CLIP])
    assert (await fetched(speaker, tmp_path)).size_bytes == len(CLIP)


async def test_the_limit_holds_while_reading(tmp_path: Path) -> None:
    endless = b"HTTP/1.1 200 X\r\nconnection: close\r\n\r\n"
    assert await refused(Speaker([endless, CLIP, None]), tmp_path, limit=2 * MIB) == "size"
    assert await refused(Speaker([head(3 * MIB), None]), tmp_path, limit=2 * MIB) == "size"
    assert (await fetched(Speaker([endless, CLIP]), tmp_path, limit=len(CLIP))).size_bytes == len(CLIP)


async def test_a_file_that_comes_packed_is_not_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(CLIP)
    speaker = Speaker([head(len(packed), more="content-encoding: gzip\r\n"), packed])
    assert await refused(speaker, tmp_path) == "type"


# going on


def rest(request: bytes) -> list[bytes | None]:
    start = int(request.partition(b"\r\nrange: bytes=")[2].partition(b"-")[0])
    span = f"content-range: bytes {start}-{len(CLIP) - 1}/{len(CLIP)}\r\n"
    return [head(len(CLIP) - start, status=206, more=span), CLIP[start:]]


async def test_a_broken_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    speaker = Speaker([head(len(CLIP), more=TAG), CLIP[: 2 * MIB]], rest)
    assert (await fetched(speaker, tmp_path)).path.read_bytes() == CLIP
    assert b'\r\nif-range: "a"\r\n' in speaker.asked[1]
    assert b"\r\nrange: bytes=0-" not in speaker.asked[1]


async def test_a_download_may_break_more_than_once(tmp_path: Path) -> None:
    def part_of_the_rest(request: bytes) -> list[bytes | None]:
        start, body = rest(request)
        return [start, (body or b"")[:MIB]]

    speaker = Speaker([head(len(CLIP), more=TAG), CLIP[:MIB]], part_of_the_rest, rest)
    assert (await fetched(speaker, tmp_path)).path.read_bytes() == CLIP


OTHERWISE = {
    "the file has changed": [head(len(CLIP), more='etag: "b"\r\n'), CLIP],
    "ranges are not meant": [head(len(CLIP)), CLIP],
}


@pytest.mark.parametrize("whole", OTHERWISE.values(), ids=OTHERWISE.keys())
async def test_where_the_whole_file_comes_again_nothing_of_the_first_is_kept(
    whole: list[bytes | None], tmp_path: Path
) -> None:
    speaker = Speaker([head(len(CLIP), more=TAG), b"\0" * 4 + CLIP[4:MIB]], whole)
    assert (await fetched(speaker, tmp_path)).path.read_bytes() == CLIP


WRONG = {
    "another part": head(MIB, status=206, more=f"content-range: bytes 7-{MIB + 6}/{len(CLIP)}\r\n"),
    "no part named": head(MIB, status=206),
    "no such part": head(0, status=416, more=f"content-range: bytes */{len(CLIP)}\r\n"),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_part_is_not_put_in(answer: bytes, tmp_path: Path) -> None:
    speaker = Speaker([head(len(CLIP), more=TAG), CLIP[:MIB]], [answer, CLIP[:MIB]], [head(len(CLIP)), CLIP])
    assert (await fetched(speaker, tmp_path)).path.read_bytes() == CLIP
    assert b"\r\nrange:" not in speaker.asked[2]


@pytest.mark.parametrize("more", ["accept-ranges: bytes\r\n", TAG.replace('"a"', 'W/"a"'), 'etag: "a"\r\n'])
async def test_only_what_is_surely_the_same_file_is_gone_on_with(more: str, tmp_path: Path) -> None:
    speaker = Speaker([head(len(CLIP), more=more), CLIP[:MIB]], [head(len(CLIP)), CLIP])
    assert (await fetched(speaker, tmp_path)).path.read_bytes() == CLIP
    assert b"\r\nrange:" not in speaker.asked[1]


# crawling


async def test_a_server_that_falls_silent_is_slow_and_tried_once_more(tmp_path: Path) -> None:
    speaker = Speaker(*[[head(len(CLIP)), CLIP[:MIB], None] for _ in range(2)])
    assert await refused(speaker, tmp_path, timing=Timing(slow_after_s=0.1)) == "slow"
    assert len(speaker.asked) == 2


async def test_a_slow_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    speaker = Speaker([head(len(CLIP), more=TAG), CLIP[:MIB], None], rest)
    assert (await fetched(speaker, tmp_path, timing=Timing(slow_after_s=0.1))).path.read_bytes() == CLIP


class Crawling(Body):
    """A clip that takes `pause_s` of the world's clock before each piece."""

    def __init__(self, world: World, pieces: list[bytes], pause_s: float) -> None:
        super().__init__(pieces)
        self._world = world
        self._pause_s = pause_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in super().__aiter__():
            self._world.time.now += self._pause_s
            yield piece


@pytest.mark.parametrize(("piece_bytes", "is_slow"), [(1, True), (999, True), (1100, False)])
async def test_a_file_must_bring_a_kilobyte_a_second(piece_bytes: int, is_slow: bool, tmp_path: Path) -> None:
    pieces = [MP4[:100], *[bytes(piece_bytes) for _ in range(100)]]
    world = World()
    world.answers += [httpx.Response(200, stream=Crawling(world, pieces, 1.0)) for _ in range(2)]
    fetching = world.fetcher().fetch(MediaRef(f"{HOME}/a"), tmp_path, kind="video", max_bytes=MIB)
    if not is_slow:
        await fetching
        return
    with pytest.raises(MediaError) as caught:
        await fetching
    assert caught.value.reason == "slow"
    assert len(world.requests) == 2
    assert 60 <= world.time.now - 1000 < 70


# disks


async def test_a_full_disk_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.grok.storing.secrets.token_hex", lambda _: "name")
    (tmp_path / ".name.part").symlink_to("/dev/full")
    speaker = Speaker([head(len(CLIP)), CLIP])
    assert await refused(speaker, tmp_path) == "disk"
    assert len(speaker.asked) == 1


async def test_a_folder_that_cannot_be_written_ends_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    world = World(httpx.Response(200, stream=Body([PNG])))
    with pytest.raises(MediaError) as caught:
        await world.fetcher().fetch(MediaRef(f"{HOME}/a"), tmp_path / "file", kind="image", max_bytes=MIB)
    assert caught.value.reason == "disk"
    with pytest.raises(MediaError) as caught:
        await world.fetcher().fetch(MediaRef(data=PNG), tmp_path / "file", kind="image", max_bytes=MIB)
    assert caught.value.reason == "disk"
    assert len(world.requests) == 1


@pytest.mark.parametrize("step", ["mkdir", "rename"])
async def test_a_write_that_outlives_its_order_leaves_nothing(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_begun, may_go_on = threading.Event(), threading.Event()
    original = getattr(Path, step)

    def slowly(path: Path, *values: object, **options: object) -> object:
        result = original(path, *values, **options)
        has_begun.set()
        may_go_on.wait(10)
        return result

    monkeypatch.setattr(Path, step, slowly)
    file = NewFile(tmp_path, "image", MIB)
    await file.write(PNG)
    finishing = asyncio.create_task(file.finish())
    await asyncio.to_thread(has_begun.wait, 10)
    finishing.cancel()
    await asyncio.wait([finishing])
    file.discard()
    may_go_on.set()
    await asyncio.get_running_loop().shutdown_default_executor()  # waits for the threads
    assert os.listdir(tmp_path) == []
