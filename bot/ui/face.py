"""What one Discord message shows, as a value that can be compared and rendered again."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import discord

MESSAGE_LIMIT_CHARS = 2000  # Discord: "Create Message", content
ALT_TEXT_LIMIT_CHARS = 1024  # Discord: attachment description


class Layout(Protocol):
    """Buttons or components as a value; `build` makes the fresh view that discord.py wants for every send."""

    def build(self) -> discord.ui.View | discord.ui.LayoutView:
        """Return a view of its own for one send or edit."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on disk to be attached. description: alt text, cut to Discord's limit."""

    path: Path
    filename: str
    description: str = ""

    def open(self) -> discord.File:
        """Return the file for one request; it is read from disk while it is sent."""
        return discord.File(
            self.path, filename=self.filename, description=self.description[:ALT_TEXT_LIMIT_CHARS] or None
        )


@dataclass(frozen=True, slots=True)
class TextUpload:
    """A short file that is made of a text when it is attached."""

    filename: str
    text: str

    def open(self) -> discord.File:
        """Return the file for one request."""
        return discord.File(io.BytesIO(self.text.encode("utf-8", "replace")), filename=self.filename)


@dataclass(frozen=True, slots=True)
class Face:
    """One message's content. layout None: no buttons. uploads: files that go along when this face is shown.

    A face whose layout is a `LayoutView` (components V2) has no content.
    fallback: what to show where Discord refuses the files as too large.
    """

    content: str | None = None
    layout: Layout | None = None
    uploads: tuple[Upload | TextUpload, ...] = ()
    fallback: Face | None = None
