"""What kind of body came back, whatever was asked for: server-sent events, JSON, or a gateway's page (point 2)."""

from __future__ import annotations

import re
from typing import Literal

from bot.errors import UpstreamError, UpstreamUnavailable
from bot.grok.sse import Event, SSEDecoder

MAX_JSON_BYTES = 64 * 1024 * 1024  # ten pictures in base64 come as one JSON reply

Kind = Literal["events", "json", "page"]

WHOLE = "whole"  # the name of the one event that a JSON body makes

_FIELD = re.compile(rb"(?:data|event|id|retry|error)?:")
_SNIFF_BYTES = 8
_BLANKS_BYTES = 1024 * 1024  # what may come before anything that tells the kind


def kind_of(content_type: str, head: bytes) -> Kind | None:
    """Tell a body by its first bytes and its content type; None while the bytes are too few to tell.

    Bytes that begin an event or a JSON value cannot be the other, so they outrank the label.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return "json"
    if _FIELD.match(start):
        return "events"
    if len(start) < _SNIFF_BYTES and not start.startswith(b"<"):
        return None
    return _kind_by_label(content_type)


def _kind_by_label(content_type: str) -> Kind:
    if "event-stream" in content_type:
        return "events"
    return "json" if "json" in content_type else "page"


class ReplyDecoder:
    """Turn a body's bytes into events. A JSON body is one event named WHOLE; a page raises UpstreamUnavailable."""

    def __init__(self, content_type: str, *, status: int | None = None) -> None:
        self._content_type = content_type.lower()
        self._status = status
        self._kind: Kind | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._events = SSEDecoder()

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that `chunk` completes."""
        if self._kind == "events":
            return self._events.feed(chunk)
        self._body.append(chunk)
        self._size += len(chunk)
        if self._size > MAX_JSON_BYTES:
            raise UpstreamError("the reply is too large", status=self._status, code="reply_too_large")
        if self._kind is not None:
            return []
        kind = kind_of(self._content_type, b"".join(self._body))
        if kind is None and self._size > _BLANKS_BYTES:
            kind = "page"  # nothing but blanks: no server that means to answer sends so many
        return self._settle(kind)

    def close(self) -> list[Event]:
        """Return what the end of the body completes. An empty body is no event at all."""
        events = self._settle(_kind_by_label(self._content_type)) if self._kind is None and self._has_body() else []
        if self._kind == "json":
            return [Event(b"".join(self._body), WHOLE)]
        return events + self._events.close()

    def _has_body(self) -> bool:
        return any(piece.strip() for piece in self._body)

    def _settle(self, kind: Kind | None) -> list[Event]:
        self._kind = kind
        if kind == "page":
            raise UpstreamUnavailable(status=self._status)
        if kind != "events":
            return []
        body, self._body = b"".join(self._body), []
        return self._events.feed(body)
