"""See by the outermost boxes of an MP4 whether it was cut. Source: ISO/IEC 14496-12, 4.2."""

from __future__ import annotations

import os
from pathlib import Path

_FILM = frozenset({b"moov", b"moof", b"mdat"})  # what follows the film does not matter, whatever it says of its size
_LARGE, _TO_THE_END = 1, 0  # instead of a size


def is_cut(clip: Path) -> bool:
    """Tell whether the film or its index says that it is longer than the file."""
    with clip.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        start = 0
        while start + 8 <= end:
            file.seek(start)
            head = file.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if size == _TO_THE_END:
                return False
            if size == _LARGE:
                size = int.from_bytes(head[8:], "big")
            if start + size > end:
                return kind in _FILM
            if size < 8:  # no box
                return False
            start += size
    return False
