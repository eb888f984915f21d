"""Read what people attach."""

from __future__ import annotations

import aiohttp
import discord


async def attachment_bytes(attachment: discord.Attachment) -> bytes:
    """Return an attachment's content. Raises OSError when Discord does not give it."""
    try:
        return await attachment.read()
    except (discord.HTTPException, aiohttp.ClientError) as failed:
        raise OSError(str(failed)) from failed
