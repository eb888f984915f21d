"""Server-sent events, cut from bytes. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import UpstreamError

MAX_EVENT_BYTES = 16 * 1024 * 1024  # a picture in base64 is one event; more than this is no reply to anything we ask

_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Event:
    """One event. name: its `event:` field, "" if it had none; data: its `data:` lines joined by LF, still UTF-8.

    Data that came in an `error:` field (not of the standard; llama.cpp before 2025-09) is an event named "error".
    Not frozen: one is made for every token, and a frozen dataclass costs three times as much to make.
    """

    data: bytes
    name: str = ""


class SSEDecoder:
    """Turn bytes, cut anywhere, into events. Works on bytes: LF and CR never occur inside a UTF-8 character.

    comments: how many comment lines came. Any byte is life for the idle timeout, so nobody needs to count them to wait.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.comments = 0
        self._max_event_bytes = max_event_bytes
        self._start: bytes | None = b""  # the first bytes, while they may be part of a byte order mark
        self._after_cr = False
        self._line: list[bytes] = []  # pieces of the line not yet ended: joining at its end keeps long lines linear
        self._data: list[bytes] = []
        self._name = ""
        self._size = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that `chunk` completes. Raise UpstreamError when one event grows past the bound."""
        if self._start is not None:
            chunk = self._without_mark(chunk)
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_lf_only(chunk)
        if b"\n" not in chunk:
            if chunk:
                self._grow(len(chunk))
                self._line.append(chunk)
            return []
        lines = chunk.split(b"\n")
        if self._line:
            lines[0] = b"".join((*self._line, lines[0]))
            self._line.clear()
        rest = lines.pop()
        if rest:
            self._line.append(rest)
        return self._take(lines, len(chunk))

    def close(self) -> list[Event]:
        """Return the event that lacks only its end: many servers leave out the last blank line."""
        last = [b"".join((self._start or b"", *self._line)), b""]
        self._start = None
        self._line.clear()
        return self._take(last, 0)

    def _without_mark(self, chunk: bytes) -> bytes:
        start = (self._start or b"") + chunk
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._start = start
            return b""
        self._start = None
        return start.removeprefix(_BOM)

    def _with_lf_only(self, chunk: bytes) -> bytes:
        """Rewrite CR and CRLF to LF. A CR ends its line at once; an LF that follows in the next chunk is dropped."""
        if not chunk:
            return chunk
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            if not chunk:
                self._after_cr = False
                return chunk
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _take(self, lines: list[bytes], size_bytes: int) -> list[Event]:
        events: list[Event] = []
        for line in lines:
            if not line:
                if self._data:
                    data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
                    events.append(Event(data, self._name))
                    self._data.clear()
                self._name = ""
                self._size = 0
            elif line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            else:
                self._take_field(line)
        if self._data or self._line:
            self._grow(size_bytes)
        return events

    def _take_field(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not field:
            self.comments += 1
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        elif field == b"data":
            self._data.append(value)
        elif field == b"error":
            self._name = "error"
            self._data.append(value)

    def _grow(self, size_bytes: int) -> None:
        self._size += size_bytes
        if self._size > self._max_event_bytes:
            raise UpstreamError("one event of the reply is too large", code="event_too_large")
