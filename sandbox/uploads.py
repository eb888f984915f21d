"""Reads request bodies: JSON, or `payload_json` with files beside it, up to the size Discord takes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from sandbox.errors import invalid_json, too_large

MAX_REQUEST_BYTES = 25 * 1024 * 1024  # Discord: "Create Message", the whole request
_CHUNK_BYTES = 256 * 1024
_FILE_FIELD = re.compile(r"files?\[(\d+)\]|file(\d*)")
_UNSAFE = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived. index: the n of its field `files[n]`."""

    index: int
    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """What a request brought. value: its JSON, None if it brought none."""

    value: object = None
    files: tuple[Upload, ...] = ()


def safe_name(filename: str) -> str:
    """Return a file name as Discord keeps it: without directories, blanks and other odd characters."""
    return _UNSAFE.sub("_", filename.rpartition("/")[2]).strip("_")[:255] or "file"


async def read_form(request: web.Request, *, max_file_bytes: int) -> Form:
    """Return a request's JSON and files. Raises 50109 for broken JSON, 40005 for too large a file or request."""
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request, max_file_bytes)
    raw = await request.read()
    return Form(_parse(raw) if raw else None)


def _parse(raw: bytes | str) -> object:
    try:
        return json.loads(raw)
    except ValueError as broken:
        raise invalid_json() from broken


async def _read_multipart(request: web.Request, max_file_bytes: int) -> Form:
    value: object = None
    files: list[Upload] = []
    is_too_large, total = False, 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise invalid_json()
        if part.name == "payload_json":
            value = _parse(await part.text())
        elif (field := _FILE_FIELD.fullmatch(part.name or "")) is not None:
            limit = 0 if is_too_large else max_file_bytes
            data = await _read_part(part, limit)
            total += len(data or b"")
            # The rest is read all the same: a client that still writes when the answer comes loses the answer.
            is_too_large |= data is None or total > max(MAX_REQUEST_BYTES, max_file_bytes)
            index = int(field[1] or field[2] or len(files))
            files.append(Upload(index, safe_name(part.filename or "file"), data or b""))
        else:
            await part.release()
    if is_too_large:
        raise too_large()
    return Form(value, tuple(files))


async def _read_part(part: BodyPartReader, limit: int) -> bytes | None:
    """Return a part's bytes, or None (after reading it to the end) if there are more than `limit`."""
    chunks: list[bytes] = []
    size = 0
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        size += len(chunk)
        if size <= limit:
            chunks.append(bytes(chunk))
    return b"".join(chunks) if size <= limit else None
