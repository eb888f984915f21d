"""The file store: no key, ranges, types by name."""

from __future__ import annotations

import pytest

from sandbox.grok.files import Files, Stored
from tests.sandbox_grok.serving import IMAGE, DemoClient, http_client


@pytest.fixture
async def link(demo: DemoClient) -> str:
    return await demo.message("apple", model=IMAGE)


async def test_a_file_needs_no_key(link: str) -> None:
    async with http_client() as stranger:
        answer = await stranger.get(link)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("asked", "start", "stop"), [("bytes=0-9", 0, 10), ("bytes=5-", 5, None), ("bytes=-7", -7, None)]
)
async def test_a_range_gives_that_part(demo: DemoClient, link: str, asked: str, start: int, stop: int | None) -> None:
    whole = (await demo.http.get(link)).content
    part = await demo.http.get(link, headers={"Range": asked})
    assert part.status_code == 206
    assert part.content == whole[start:stop]
    first, last = start % len(whole), (stop or len(whole)) - 1
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"


async def test_a_range_beyond_the_end_is_refused(demo: DemoClient, link: str) -> None:
    assert (await demo.http.get(link, headers={"Range": "bytes=99999999-"})).status_code == 416


async def test_head_is_not_allowed(demo: DemoClient, link: str) -> None:
    assert (await demo.http.head(link)).status_code == 405


async def test_a_missing_file_is_reported_with_the_proxys_odd_code(demo: DemoClient) -> None:
    answer = await demo.http.get("/v1/files/video/nope.mp4")
    assert answer.status_code == 404
    expected = {"message": "Video not found", "type": "not_found_error", "param": None, "code": "model_not_found"}
    assert answer.json() == {"error": expected}


def test_slashes_and_dashes_name_the_same_file() -> None:
    files = Files()
    files.put("image", "users/1/image.jpg", Stored(b"x"))
    assert files.find("image", "users-1-image.jpg") == Stored(b"x")


def test_the_oldest_files_go_when_there_are_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.grok.files.MAX_STORED_BYTES", 10)
    files = Files()
    for name in ("a", "b", "c"):
        files.put("image", name, Stored(bytes(4)))
    assert [files.find("image", name) is not None for name in ("a", "b", "c")] == [False, True, True]


def test_a_file_written_again_does_not_count_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.grok.files.MAX_STORED_BYTES", 10)
    files = Files()
    files.put("image", "keep", Stored(bytes(4)))
    for _ in range(5):
        files.put("image", "again", Stored(bytes(4)))
    assert files.find("image", "keep") is not None
