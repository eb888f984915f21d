"""Whose memory a conversation uses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """The turns that belong together: those of one channel, thread or direct message, by its Discord id."""

    channel_id: int

    @property
    def key(self) -> str:
        """The store's name for this scope."""
        return f"channel/{self.channel_id}"
