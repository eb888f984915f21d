"""Posts and their versions as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True)
class NewPost:
    """A question whose answer is about to be written.

    material: files and quoted messages that went along, as text, "" if none. heading: a line shown above the answer, ""
    for none. model: the one that was asked for explicitly. message_id: the message that asks. created_at: aware.
    """

    scope: str
    channel_id: int
    guild_id: int | None
    asker_id: int
    asker_name: str
    prompt: str
    material: str
    heading: str
    model: str | None
    is_fresh: bool
    message_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """A stored post, see NewPost.

    exchange_id: None while it is not remembered. version: the number of the chosen one, 0 while there is none.
    """

    id: int
    scope: str
    channel_id: int
    guild_id: int | None
    asker_id: int
    asker_name: str
    prompt: str
    material: str
    heading: str
    model: str | None
    is_fresh: bool
    message_id: int | None
    created_at: datetime
    exchange_id: int | None
    version: int

    @classmethod
    def of(cls, post_id: int, new: NewPost) -> Self:
        """Return a new post under its id, with neither exchange nor version."""
        return cls(post_id, **asdict(new), exchange_id=None, version=0)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """An answer that was written.

    thought_s: how long the model thought, in seconds. ended: how the writing ended, a word of the services.
    used: what of the memory went along, by name. created_at: aware.
    """

    text: str
    thoughts: str
    thought_s: float
    citations: tuple[str, ...]
    model: str
    ended: str
    used: Mapping[str, int]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A stored version, see NewVersion. number: 1 for the first of its post."""

    number: int
    text: str
    thoughts: str
    thought_s: float
    citations: tuple[str, ...]
    model: str
    ended: str
    used: Mapping[str, int]
    created_at: datetime

    @classmethod
    def of(cls, number: int, new: NewVersion) -> Self:
        """Return a new version under its number."""
        return cls(number, **{field.name: getattr(new, field.name) for field in fields(new)})
