"""What was found in a file, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["characters", "laid_out", "rows", "pages", "scan"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one file is wanted.

    chars: characters of text. picture_bytes: the largest picture that is given back. page_pictures: how many pages of
    a scanned PDF may come as pictures.
    """

    chars: int = 60_000
    picture_bytes: int = 4 * 1024 * 1024
    page_pictures: int = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it may go to a model. mime: "image/jpeg", "image/png" or "image/webp".

    note: which part of the file it is ("first of several pictures in it", "page 2"), "" if it is all of it.
    """

    data: bytes
    mime: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file, at most a character longer than was wanted.

    total: how many units the whole file has. unit: what is counted; "laid_out": characters of a file whose text was
    broken into lines; "rows": of a table, without its header; "scan": pages without text. ends: where each row (the
    first is the header) or page ends in the text. columns: of a table. shown: pages of a scan that came as pictures.
    """

    text: str
    total: int
    unit: Unit = "characters"
    ends: tuple[int, ...] = ()
    columns: int = 0
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """All that was found in one file."""

    document: Document | None = None
    pictures: tuple[Picture, ...] = ()
