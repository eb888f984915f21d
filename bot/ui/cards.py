"""The cards that show orders for pictures and clips: from the first second to the finished file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import discord

from bot.ui import text
from bot.ui.face import ALT_TEXT_LIMIT_CHARS, Face, Upload
from bot.ui.progress import bar

Phase = Literal["working", "upscaling", "fetching", "done", "failed"]

PROMPT_SHOWN_CHARS = 300
COLOURS: dict[Phase, int] = {
    "working": 0x5B8DEF,
    "upscaling": 0x8A6FE8,
    "fetching": 0x3FA7A0,
    "done": 0x43A25A,
    "failed": 0xD9534F,
}


@dataclass(frozen=True, slots=True)
class CardLayout:
    """One card. lines: small paragraphs under the title. media: attached files to be shown. poster: shown beside."""

    phase: Phase
    title: str
    prompt: str
    lines: tuple[str, ...] = ()
    media: tuple[Upload, ...] = ()
    poster: Upload | None = None

    def build(self) -> discord.ui.LayoutView:
        """Return the card as components V2."""
        view = discord.ui.LayoutView(timeout=None)
        head = f"**{self.title}**\n{text.quoted(self.prompt, PROMPT_SHOWN_CHARS)}"
        container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=COLOURS[self.phase])
        if self.poster is None:
            container.add_item(discord.ui.TextDisplay(head))
        else:
            thumbnail: discord.ui.Thumbnail[discord.ui.LayoutView] = discord.ui.Thumbnail(
                f"attachment://{self.poster.filename}", description=self.poster.description or None
            )
            container.add_item(discord.ui.Section(head, accessory=thumbnail))
        if self.media:
            container.add_item(discord.ui.MediaGallery(*(_gallery_item(upload) for upload in self.media)))
        if self.lines:
            container.add_item(discord.ui.TextDisplay("\n".join(self.lines)))
        return view.add_item(container)


def working_face(
    title: str, prompt: str, *, phase: Phase, percent: int | None, elapsed_s: float, eta_s: float | None
) -> Face:
    """Return the card while an order is under way: bar, percentage, elapsed time and what is probably left."""
    facts = [f"{percent} %"] if percent is not None else []
    facts.append(text.duration(elapsed_s))
    if eta_s is not None:
        facts.append(f"about {text.duration(eta_s)} left")
    return Face(layout=CardLayout(phase, title, prompt, (bar(percent), f"-# {' · '.join(facts)}")))


def waiting_face(title: str, prompt: str, *, elapsed_s: float) -> Face:
    """Return the card of an order that has no percentages."""
    return Face(layout=CardLayout("working", title, prompt, (f"-# {text.duration(elapsed_s)}",)))


def done_face(
    title: str, prompt: str, uploads: Sequence[Upload], *, poster: Upload | None, lines: Sequence[str], fallback: Face
) -> Face:
    """Return the finished card with its files. fallback: shown where Discord refuses them."""
    layout = CardLayout("done", title, prompt, tuple(lines), tuple(uploads), poster)
    return Face(layout=layout, uploads=(*uploads, *((poster,) if poster else ())), fallback=fallback)


def failed_face(title: str, prompt: str, sentence: str) -> Face:
    """Return the card of an order that came to nothing, with the one clear sentence."""
    return Face(layout=CardLayout("failed", title, prompt, (sentence,)))


def alt_text(kind: str, prompt: str) -> str:
    """Return the description of a result for people who cannot see it."""
    return text.cut(f"{kind} made by Grok: {' '.join(prompt.split())}", ALT_TEXT_LIMIT_CHARS)


def _gallery_item(upload: Upload) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(f"attachment://{upload.filename}", description=upload.description or None)
