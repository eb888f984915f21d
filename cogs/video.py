"""Clips: `/video`."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot
from bot.services.media import (
    Aspect,
    ClipFetched,
    ClipFetching,
    VideoOrder,
    VideoProgress,
    VideoQuality,
    read_picture,
    scratch_folder,
)
from bot.services.question import PROMPT_LIMIT_CHARS, checked_prompt
from bot.ui import text
from bot.ui.attached import attachment_bytes
from bot.ui.cards import alt_text, done_face, failed_face
from bot.ui.face import Face, Upload
from bot.ui.live import LiveMessage
from bot.ui.ordering import carry_out
from bot.ui.orders import OrderView

MOST_SECONDS = 15  # the longest clip that any upstream makes

TITLE = "🎬 Clip"


class VideoCog(commands.Cog):
    """Orders for clips."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Have Grok make a clip, and watch it count up to done")
    @app_commands.describe(
        prompt="What the clip should show",
        image="A picture of yours to set in motion",
        aspect="Width to height",
        seconds="How long (the server may round it; 6, 10 and 15 always work)",
        quality="480p is quicker",
    )
    async def video(
        self,
        interaction: discord.Interaction[GrokBot],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT_CHARS],
        image: discord.Attachment | None = None,
        aspect: Aspect | None = None,
        seconds: app_commands.Range[int, 1, MOST_SECONDS] | None = None,
        quality: VideoQuality | None = None,
    ) -> None:
        """Show the order on one card, which ends as the clip."""
        checked = checked_prompt(prompt)
        await interaction.response.defer(thinking=True)
        view = OrderView(TITLE, checked, has_percent=True)
        order = VideoOrder(checked, None, aspect, seconds, quality)
        with self.bot.work.running():
            async with scratch_folder() as folder:

                async def make(live: LiveMessage) -> None:
                    whole = await with_picture(order, image)
                    await self._follow(view, live, whole, folder, interaction.filesize_limit)

                await carry_out(interaction, self.bot.pacer, view, make)

    async def _follow(
        self, view: OrderView, live: LiveMessage, order: VideoOrder, folder: Path, limit_bytes: int
    ) -> None:
        """Show every event of the order until the clip is there."""
        link = ""
        async with aclosing(self.bot.services.videos.film(order, folder)) as updates:
            async for update in updates:
                match update:
                    case VideoProgress():
                        view.enter("upscaling" if update.stage == "upscaling" else "working")
                        view.announce(update.percent)
                    case ClipFetching():
                        link = update.link
                        view.enter("fetching")
                    case ClipFetched():
                        view.end(finished_face(order.prompt, update, view.elapsed_s, limit_bytes, link))
                live.touch()
                if live.lost is not None and live.lost.reason == "deleted":
                    break


async def with_picture(order: VideoOrder, image: discord.Attachment | None) -> VideoOrder:
    """Return the order with the attached picture, if there is one."""
    if image is None:
        return order
    return replace(order, source=await read_picture(image.filename, image.size, lambda: attachment_bytes(image)))


def finished_face(prompt: str, fetched: ClipFetched, elapsed_s: float, limit_bytes: int, link: str) -> Face:
    """Return the card with the clip and its poster; a clip that Discord would not take is linked."""
    clip = Upload(fetched.clip.path, f"grok.{fetched.clip.extension}", alt_text("Clip", prompt))
    poster = None
    if fetched.poster is not None:
        poster = Upload(fetched.poster.path, f"poster.{fetched.poster.extension}", alt_text("Poster of a clip", prompt))
    refused = failed_face(TITLE, prompt, text.too_large("clip", fetched.clip.size_bytes, limit_bytes, link))
    if fetched.clip.size_bytes > limit_bytes:
        return refused
    facts = f"-# {text.duration(elapsed_s)} · {text.size(fetched.clip.size_bytes)}"
    return done_face(TITLE, prompt, [clip], poster=poster, lines=[facts], fallback=refused)


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(VideoCog(bot))
