"""What orders for pictures and clips are tested with: small real files, and how cards are looked at."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import Mock

import aiohttp
import av
import discord
import pytest
from PIL import Image
from simcord import MemberActor, UserHandle

from bot.ordering.stage import CardStage
from bot.services.orders import Order
from tests.cogs.world import World, said, walk
from tests.grok.scripted import BASE_URL

PICTURE_URL = f"{BASE_URL}/files/image/a.jpg"
CLIP_URL = f"{BASE_URL}/files/video/a.mp4"
CLIP_HTML = f'<video poster="{PICTURE_URL}"><source src="{CLIP_URL}" type="video/mp4"></video>'
TOO_LARGE_BYTES = 27 * 1024 * 1024  # SimCord's servers take 25 MiB


def picture(kind: str = "JPEG", colour: str = "teal") -> bytes:
    """Draw a small picture."""
    stored = BytesIO()
    Image.new("RGB", (4, 3), colour).save(stored, kind)
    return stored.getvalue()


@cache
def clip() -> bytes:
    """Film a small clip."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "clip.mp4"
        _film(file)
        return file.read_bytes()


def _film(file: Path) -> None:
    with av.open(str(file), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=4)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for shade in range(0, 240, 60):
            picture = Image.new("RGB", (64, 48), (shade, 90, 200 - shade // 2))
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV's own
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def refusing_files(monkeypatch: pytest.MonkeyPatch, *, times: int) -> list[str]:
    """Let Discord take less than it said, which SimCord cannot play; returns the names of what it refused."""
    refused: list[str] = []
    edit = discord.Webhook.edit_message

    async def refuse(self: discord.Webhook, message_id: int, **options: Any) -> discord.WebhookMessage:
        files = [each for each in options.get("attachments") or () if isinstance(each, discord.File)]
        if files and len(refused) < times:
            refused.extend(file.filename for file in files)
            for file in files:
                file.close()
            response = Mock(spec=aiohttp.ClientResponse, status=413, reason="Payload Too Large")
            raise discord.HTTPException(response, {"code": 40005, "message": "Request entity too large"})
        return await edit(self, message_id, **options)

    monkeypatch.setattr(discord.Webhook, "edit_message", refuse)
    return refused


async def over(world: World) -> None:
    """Wait until every order is over, and everything about it was said."""
    stage = world.bot.services.orders.stage
    assert isinstance(stage, CardStage)
    await world.until(lambda: not len(stage))
    await world.env.settle()


async def order(world: World, number: int = 1) -> Order:
    """Return an order as it is kept; their numbers begin with 1."""
    return await world.bot.services.orders.find(number)


async def until_begun(world: World, phase: str, *, number: int = 1) -> discord.Message:
    """Wait until the card of the order of that number, 1 for the first, shows a phase, and return it."""
    await world.until(lambda: len(cards(world)) >= number and f"· {phase}" in said(cards(world)[number - 1]))
    return cards(world)[number - 1]


async def press(
    world: World, action: str, message: discord.Message, *, who: MemberActor | UserHandle | None = None
) -> None:
    """Let somebody press a button of a card, without waiting for what the bot does then."""
    found = [item.custom_id or "" for item in walk(message.components) if isinstance(item, discord.Button)]
    [custom_id] = [each for each in found if each.startswith(f"grokcord:order:1:{action}:")]
    await world.begin((who or world.ann).click(message, custom_id=custom_id))


def cards(world: World) -> list[discord.Message]:
    """Return the cards in the channel, oldest first: other messages have texts of their own."""
    return [message for message in world.messages if message.flags.components_v2 or message.flags.loading]


def gallery(message: discord.Message) -> list[discord.MediaGalleryItem]:
    """Return what a card shows as its media."""
    found = [item for item in walk(message.components) if isinstance(item, discord.MediaGalleryComponent)]
    return [item for component in found for item in component.items]


def filenames(message: discord.Message) -> list[str]:
    """Return the names of a message's attachments."""
    return [attachment.filename for attachment in message.attachments]
