from __future__ import annotations

from pathlib import Path

import pytest

from bot.grok.boxes import is_cut
from tests.grok.test_transfer import CLIP

LARGE = (1).to_bytes(4, "big") + b"mdat" + (40).to_bytes(8, "big") + bytes(24)
BOXES = {
    "whole": (CLIP, False),
    "cut in a box": (CLIP[:-1], True),
    "cut in the head of a box": (CLIP[:20], False),
    "cut before the clip": (CLIP[:516], False),
    "cut in the index": (CLIP[:200], True),
    "large box": (CLIP + LARGE, False),
    "large box cut": (CLIP + LARGE[:-1], True),
    "a box to the end": (CLIP[:516] + bytes(4) + b"mdat" + bytes(99), False),
    "something else behind": (CLIP + b"\xff\xff\xff\xffjunk", False),
    "no length": (CLIP[:516] + b"\0\0\0\x02mdat", False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("data", "cut"), BOXES.values(), ids=BOXES.keys())
def test_a_clip_is_cut_where_a_box_goes_beyond_the_end(data: bytes, cut: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert is_cut(path) is cut
