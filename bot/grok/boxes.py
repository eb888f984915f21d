"""The boxes an MP4 file is made of. Source: ISO/IEC 14496-12, section 4.2."""

from __future__ import annotations

from pathlib import Path

_HEAD_BYTES = 8  # a length and a type; where the length is 1, the real one follows in as many bytes
_TYPES = frozenset(
    b"ftyp styp moov mdat moof mfra sidx ssix free skip wide pdin meta udta uuid emsg prft".split()
)  # those that stand at the top; what else stands there is not MP4's and tells nothing
_MOST_BOXES = 100_000


def is_cut(path: Path) -> bool:
    """Tell whether an MP4 file ends before one of its boxes does: the rest of it is missing."""
    size_bytes = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            file.seek(at)
            head = file.read(2 * _HEAD_BYTES)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[_HEAD_BYTES:], "big")
            if head[4:_HEAD_BYTES] not in _TYPES or length < _HEAD_BYTES:  # 0: the box goes on to the end, wherever
                return False
            at += length
            if at >= size_bytes:
                return at > size_bytes
    return False
