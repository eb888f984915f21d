"""The proxy's file store: pictures and clips under `/v1/files`, until they are pushed out.

Source: grok2api v1.5.0, recorded replies 40-file-*.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sandbox.grok.faults import NO_FAULTS, Faults

MAX_STORED_BYTES = 512 * 2**20  # where the proxy cuts its own cache
LUMP_BYTES = 256 * 2**10
Shelf = Literal["image", "video"]


@dataclass(slots=True)
class Stored:
    """A file. zeros: how many follow `raw`, kept as a number alone. faults: how it is handed out.

    times: how often it was asked for.
    """

    raw: bytes
    zeros: int = 0
    faults: Faults = NO_FAULTS
    times: int = 0
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        self.tag = f'"{hashlib.sha256(b"%d " % self.zeros + self.raw).hexdigest()[:32]}"'

    @property
    def size_bytes(self) -> int:
        """How long the file is."""
        return len(self.raw) + self.zeros

    def part(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`, a lump at a time."""
        nothing = bytes(min(LUMP_BYTES, self.zeros))
        while start < stop:
            end = min(stop, start + LUMP_BYTES)
            lump = self.raw[start:end] or nothing[: end - start]
            yield lump
            start += len(lump)


class Files:
    """Files by shelf and name; the oldest go when there are too many bytes."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, str], Stored] = OrderedDict()
        self._stored_bytes = 0

    def put(self, shelf: Shelf, path: str, file: Stored) -> str:
        """Keep a file and return its path below the server's address; slashes in its name are as good as dashes."""
        key = (shelf, path.replace("/", "-"))
        self._stored_bytes += len(file.raw)
        if (before := self._files.pop(key, None)) is not None:
            self._stored_bytes -= len(before.raw)
        self._files[key] = file
        while self._stored_bytes > MAX_STORED_BYTES and len(self._files) > 1:
            self._stored_bytes -= len(self._files.popitem(last=False)[1].raw)
        return f"/v1/files/{shelf}/{path}"

    def paths(self) -> list[str]:
        """Return the path of every file below the server's address, oldest first."""
        return [f"/v1/files/{shelf}/{name}" for shelf, name in self._files]

    def find(self, shelf: str, path: str) -> Stored | None:
        """Return the file, if it is still there."""
        return self._files.get((shelf, path.replace("/", "-")))


def made_of(shelf: Shelf, raw: bytes, faults: Faults) -> Stored:
    """Return the file that these faults make of a picture or a clip."""
    if "cutclip" in faults and shelf == "video":
        raw = raw[: len(raw) // 2]
    # What makes a file larger and changes nothing: a free box of MP4, or what follows a JPEG's end.
    head = 8 if shelf == "video" else 0
    zeros = 0
    if "huge" in faults:
        zeros = round(faults.number("huge", 30) * 2**20)
    elif "mb" in faults:
        zeros = max(0, round(faults.number("mb", 30) * 2**20) - len(raw) - head)
    if zeros and head:
        raw += (zeros + head).to_bytes(4, "big") + b"free"
    return Stored(raw, zeros, faults)
