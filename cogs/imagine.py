"""Pictures: `/imagine`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import GrokBot
from bot.services.media import Aspect, Drawn, ImageOrder, MediaFile, read_picture, scratch_folder
from bot.services.question import PROMPT_LIMIT_CHARS, checked_prompt
from bot.ui import text
from bot.ui.attached import attachment_bytes
from bot.ui.cards import alt_text, done_face, failed_face
from bot.ui.face import Face, Upload
from bot.ui.live import LiveMessage
from bot.ui.ordering import carry_out
from bot.ui.orders import OrderView

MOST_PICTURES = 4  # a grid of four is shown whole; the upstreams make up to ten

TITLE = "🎨 Picture"


class ImagineCog(commands.Cog):
    """Orders for pictures."""

    def __init__(self, bot: GrokBot) -> None:
        self.bot = bot

    @app_commands.command(description="Have Grok draw pictures, or change one of yours")
    @app_commands.describe(
        prompt="What the picture should show, or what to change in yours",
        count="How many pictures (1 to 4)",
        aspect="Width to height",
        image="A picture of yours to be changed",
    )
    async def imagine(
        self,
        interaction: discord.Interaction[GrokBot],
        prompt: app_commands.Range[str, 1, PROMPT_LIMIT_CHARS],
        count: app_commands.Range[int, 1, MOST_PICTURES] = 1,
        aspect: Aspect | None = None,
        image: discord.Attachment | None = None,
    ) -> None:
        """Draw, and attach what was drawn."""
        checked = checked_prompt(prompt)
        await interaction.response.defer(thinking=True)
        view = OrderView(TITLE, checked, has_percent=False)
        order = ImageOrder(checked, count, aspect)
        with self.bot.work.running():
            async with scratch_folder() as folder:

                async def make(_live: LiveMessage) -> None:
                    drawn = await self._draw(order, image, folder)
                    view.end(finished_face(order, drawn, view.elapsed_s, interaction.filesize_limit))

                await carry_out(interaction, self.bot.pacer, view, make)

    async def _draw(self, order: ImageOrder, image: discord.Attachment | None, folder: Path) -> Drawn:
        if image is not None:
            source = await read_picture(image.filename, image.size, lambda: attachment_bytes(image))
            order = replace(order, source=source)
        return await self.bot.services.pictures.draw(order, folder)


def finished_face(order: ImageOrder, drawn: Drawn, elapsed_s: float, limit_bytes: int) -> Face:
    """Return the card with the pictures; those that Discord would not take are named instead."""
    fitting = [file for file in drawn.files if file.size_bytes <= limit_bytes]
    lines = [text.too_large("picture", file.size_bytes, limit_bytes, "") for file in drawn.files if file not in fitting]
    lines += [text.pictures_missing(drawn.missing)] if drawn.missing else []
    if not fitting:
        return failed_face(TITLE, order.prompt, "\n".join(lines))
    lines.append(f"-# {text.duration(elapsed_s)}")
    uploads = [_upload(file, number, order.prompt) for number, file in enumerate(fitting, 1)]
    sizes = sum(file.size_bytes for file in fitting)
    refused = failed_face(TITLE, order.prompt, text.too_large("picture", sizes, limit_bytes, ""))
    return done_face(TITLE, order.prompt, uploads, poster=None, lines=lines, fallback=refused)


def _upload(file: MediaFile, number: int, prompt: str) -> Upload:
    return Upload(file.path, f"grok-{number}.{file.extension}", alt_text("Picture", prompt))


async def setup(bot: GrokBot) -> None:
    """Add the cog."""
    await bot.add_cog(ImagineCog(bot))
