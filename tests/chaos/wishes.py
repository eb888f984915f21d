"""What people order while the bot is killed again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LIMIT_BYTES = 1024 * 1024  # of the local Discord: clips of more must be made smaller

GOOD = frozenset({"done"})
BAD = frozenset({"failed"})


@dataclass(frozen=True, slots=True)
class Wish:
    """One kind of order. tags: for the demo Grok server; ends: how it may end when nobody interrupts it.

    then: what happens to its card while the order is under way.
    """

    name: str
    command: Literal["imagine", "video"]
    tags: str = ""
    count: int = 1
    ends: frozenset[str] = GOOD
    is_private: bool = False
    then: Literal["", "cancel", "purge"] = ""


PICTURE = Wish("picture", "imagine")
PICTURES = Wish("three pictures", "imagine", count=3)
BYTES = Wish("picture as bytes", "imagine", "[[b64]]")
SECRET = Wish("private picture", "imagine", is_private=True)
REFUSED = Wish("refused picture", "imagine", "[[refusal]]", ends=BAD)
EMPTY = Wish("picture that never comes", "imagine", "[[nothing]]", ends=BAD)
CLIP = Wish("clip", "video")
JOB = Wish("clip as a job", "video", "[[jobs]]")
LARGE = Wish("clip too large", "video", "[[jobs mb=1.2]]")
BLOCKED = Wish("blocked clip", "video", "[[video_mod]]", ends=BAD)
CANCELLED = Wish("cancelled clip", "video", ends=frozenset({"cancelled", "done"}), then="cancel")
PURGED = Wish("clip whose card is deleted", "video", "[[jobs]]", then="purge")

ALL = (PICTURE, PICTURES, BYTES, SECRET, REFUSED, EMPTY, CLIP, JOB, LARGE, BLOCKED, CANCELLED, PURGED)

# Which orders come to a step that not all of them take.
LEADING_TO = {"follow": (JOB,), "close": (REFUSED, CANCELLED), "fit": (LARGE, PICTURE)}
