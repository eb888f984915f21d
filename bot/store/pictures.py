"""A picture that went along with a question, kept so that it can be asked again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture. name: as it was attached. mime: such as `image/png`."""

    name: str
    mime: str
    data: bytes
