"""What a streamed answer is made of, as data: scripts yield steps, the player sends them, faults change them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opening:
    """The chunk that only names the role."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Pieces of text sent at a pace.

    key: the field of the delta; per_s: None is the server's own pace; is_thought: reasoning that travels as content.
    """

    pieces: Sequence[str]
    key: str = "content"
    per_s: float | None = None
    is_thought: bool = False


@dataclass(frozen=True, slots=True)
class Delta:
    """One chunk at once, with these fields in its delta."""

    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """One event whose data is given whole; chars: how much content it carries."""

    data: str
    name: str | None = None
    chars: int = 0


@dataclass(frozen=True, slots=True)
class Raw:
    """One line that is not data: a comment, or a field no standard knows."""

    line: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The chunk that says why the answer ended."""

    reason: str = "stop"


@dataclass(frozen=True, slots=True)
class Done:
    """The closing `[DONE]`."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Silence."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Half:
    """Nothing: marks the middle of an answer that is not one run of text, where faults strike."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection torn down without a farewell."""


Step = Opening | Tokens | Delta | Event | Raw | Finish | Done | Wait | Half | Drop
Script = AsyncGenerator[Step, None]


def say(text: str) -> Delta:
    """Return a chunk with this content."""
    return Delta({"content": text})
