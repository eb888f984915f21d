"""The shape of a chat reply's pieces as nearly all servers send them, for decoding in about a microsecond."""

from __future__ import annotations

from typing import Final

import msgspec

NOTHING: Final = msgspec.Raw()


class Delta(msgspec.Struct, gc=False):
    """What a choice says. Of two fields with reasoning, `reasoning_content` counts: some proxies fill both."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    annotations: msgspec.Raw = NOTHING

    @property
    def text(self) -> str:
        """The answer's part, "" if there is none."""
        return self.content or self.refusal or ""

    @property
    def thought(self) -> str:
        """The reasoning's part, "" if there is none."""
        return self.reasoning_content or self.reasoning or ""


class Choice(msgspec.Struct, gc=False):
    """One of the answers that run side by side."""

    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    index: int | None = None

    @property
    def said(self) -> Delta | None:
        """What it says, streamed or whole."""
        return self.delta or self.message


class Chunk(msgspec.Struct, gc=False):
    """A chunk or a whole reply. Fields that are Raw are looked into only where they are present."""

    choices: list[Choice] | None = None
    error: msgspec.Raw = NOTHING
    usage: msgspec.Raw = NOTHING
    citations: msgspec.Raw = NOTHING
    search_sources: msgspec.Raw = NOTHING
    type: str | None = None
    object: str | None = None
