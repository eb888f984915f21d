"""What orders for pictures and clips are tested with: small real files, and how cards are looked at."""

from __future__ import annotations

from io import BytesIO

import discord
from PIL import Image

from tests.cogs.world import walk
from tests.grok.scripted import BASE_URL

PICTURE_URL = f"{BASE_URL}/files/image/a.jpg"
CLIP_URL = f"{BASE_URL}/files/video/a.mp4"
CLIP_HTML = f'<video poster="{PICTURE_URL}"><source src="{CLIP_URL}" type="video/mp4"></video>'
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + bytes(64)  # no frames: only its first bytes are looked at
TOO_LARGE_BYTES = 27 * 1024 * 1024  # SimCord's servers take 25 MiB


def picture(kind: str = "JPEG", colour: str = "teal") -> bytes:
    """Draw a small picture."""
    stored = BytesIO()
    Image.new("RGB", (4, 3), colour).save(stored, kind)
    return stored.getvalue()


def gallery(message: discord.Message) -> list[discord.MediaGalleryItem]:
    """Return what a card shows as its media."""
    found = [item for item in walk(message.components) if isinstance(item, discord.MediaGalleryComponent)]
    return [item for component in found for item in component.items]


def filenames(message: discord.Message) -> list[str]:
    """Return the names of a message's attachments."""
    return [attachment.filename for attachment in message.attachments]
