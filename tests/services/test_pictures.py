from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from bot.errors import InputError
from bot.grok.types import InlineImage
from bot.services.pictures import PICTURE_LIMIT_BYTES, read_picture

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + bytes(64)


def picture(kind: str = "PNG") -> bytes:
    stored = BytesIO()
    Image.new("RGB", (4, 3), "teal").save(stored, kind)
    return stored.getvalue()


async def test_an_attached_picture_is_typed_by_its_first_bytes() -> None:
    async def read() -> bytes:
        return picture("JPEG")

    assert await read_picture("a.png", 10, read) == InlineImage(picture("JPEG"), "image/jpeg")


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
