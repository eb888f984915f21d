"""Attached files become text and pictures that a model can be asked about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.errors import InputError
from bot.files.content import Content, Document, Limits
from bot.files.fitting import fit, share
from bot.files.reader import FileReader
from bot.grok.types import InlineImage

__all__ = ["Attached", "FileReader", "Material", "NamedPicture", "ReadIn", "read_attached"]

FILE_LIMIT = 10  # Discord: attachments of one message
FILE_LIMIT_BYTES = 25 * 1024 * 1024
BUDGET_CHARS = 60_000  # of all files of a question together
PICTURES_LIMIT_BYTES = 12 * 1024 * 1024  # of all files together: upstreams take 20 MB, and base64 adds a third
PICTURE_LIMIT_BYTES = 4 * 1024 * 1024
SCANNED_PAGES_LIMIT = 4  # of one file


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as Discord tells of it. read: fetches it, and raises OSError when that fails."""

    name: str
    size_bytes: int
    read: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Material:
    """Text that goes along with a question.

    text: "" for a scan, whose pages are pictures. note: what was cut, in plain facts ("pages 1 to 40 of 120", "first
    60,000 of 200,000 characters"), "" if nothing was.
    """

    name: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class NamedPicture:
    """A picture that goes along with a question. note: "page 2", "first of several pictures in it"; "" if it is all."""

    name: str
    image: InlineImage
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReadIn:
    """What was in the files, in their order."""

    materials: tuple[Material, ...] = ()
    pictures: tuple[NamedPicture, ...] = ()


async def read_attached(
    attached: Sequence[Attached], reader: FileReader, *, budget_chars: int = BUDGET_CHARS
) -> ReadIn:
    """Return the text and the pictures in files. Raises InputError, with the name of the file that cannot be taken.

    budget_chars: characters of all texts together; short files leave what they do not need to the long ones.
    """
    _check(attached)
    limits = _limits(len(attached), budget_chars)
    # One after the other: a question with ten files must not take every worker, nor hold ten files in memory.
    contents = [(each.name, await _read(each, reader, limits)) for each in attached]
    documents = [(name, content.document) for name, content in contents if content.document]
    pictures = [picture for name, content in contents for picture in _named(name, content)]
    return ReadIn(_fitted(documents, budget_chars), tuple(pictures))


def _check(attached: Sequence[Attached]) -> None:
    """Refuse before anything is fetched."""
    if len(attached) > FILE_LIMIT:
        raise InputError("file_count", count=len(attached), limit=FILE_LIMIT)
    for each in attached:
        _check_size(each.name, each.size_bytes)


def _check_size(name: str, size_bytes: int) -> None:
    if size_bytes > FILE_LIMIT_BYTES:
        raise InputError("file_size", name=name, size=_mib(size_bytes), limit=_mib(FILE_LIMIT_BYTES))
    if not size_bytes:
        raise InputError("file_empty", name=name)


def _limits(files: int, budget_chars: int) -> Limits:
    each = max(1, files)
    return Limits(
        chars=budget_chars,
        picture_bytes=min(PICTURE_LIMIT_BYTES, PICTURES_LIMIT_BYTES // each),
        page_pictures=max(1, min(SCANNED_PAGES_LIMIT, FILE_LIMIT // each)),
    )


async def _read(attached: Attached, reader: FileReader, limits: Limits) -> Content:
    try:
        data = await attached.read()
    except OSError as failed:
        raise InputError("file_gone", name=attached.name) from failed
    _check_size(attached.name, len(data))
    return await reader.read(attached.name, data, limits)


def _named(name: str, content: Content) -> list[NamedPicture]:
    return [NamedPicture(name, InlineImage(each.data, each.mime), each.note) for each in content.pictures]


def _fitted(documents: Sequence[tuple[str, Document]], budget_chars: int) -> tuple[Material, ...]:
    shares = share([len(document.text) for _, document in documents], budget_chars)
    return tuple(
        Material(name, *fit(document, chars)) for (name, document), chars in zip(documents, shares, strict=True)
    )


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / (1024 * 1024):.1f} MiB"
