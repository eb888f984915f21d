"""What was asked of the server and when each piece of an answer left it, for tests and benchmarks."""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from dataclasses import dataclass, field

MAX_ENTRIES = 2000
SHOWN_URI_CHARS = 40


class Emissions:
    """When content left, by the monotonic clock, and how many characters had left by then."""

    def __init__(self) -> None:
        self._at = array("d")
        self._chars = array("q")
        self._total = 0
        self.finished_at: float | None = None

    def note(self, chars: int) -> None:
        """Record that `chars` more characters of content were just written."""
        self._total += chars
        self._at.append(time.monotonic())
        self._chars.append(self._total)

    def finish(self) -> None:
        """Record that the answer ended, in whatever way."""
        self.finished_at = time.monotonic()

    def body(self) -> dict[str, object]:
        """Return the JSON of `GET /control/emissions/{n}`."""
        tokens = [{"at": at, "chars": chars} for at, chars in zip(self._at, self._chars, strict=True)]
        return {"tokens": tokens, "finished_at": self.finished_at}


@dataclass(slots=True)
class Entry:
    """One request. at: seconds of the monotonic clock."""

    n: int
    at: float
    path: str
    model: str | None
    stream: bool | None
    body: object
    authorized: bool
    emissions: Emissions = field(default_factory=Emissions)

    def public(self) -> dict[str, object]:
        """Return the JSON of one line of `GET /control/requests`."""
        names = ("n", "at", "path", "model", "stream", "body", "authorized")
        return {name: getattr(self, name) for name in names}


class Journal:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, Entry] = OrderedDict()
        self._next = 1

    def note(self, path: str, body: object, *, authorized: bool) -> Entry:
        """Record a request; data URIs in its body are kept as their beginning and their length."""
        facts = body if isinstance(body, dict) else {}
        model, stream = facts.get("model"), facts.get("stream")
        entry = Entry(
            n=self._next,
            at=time.monotonic(),
            path=path,
            model=model if isinstance(model, str) else None,
            stream=stream if isinstance(stream, bool) else None,
            body=shorten(body),
            authorized=authorized,
        )
        self._next += 1
        self._entries[entry.n] = entry
        if len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
        return entry

    def entries(self) -> list[Entry]:
        """Return what is remembered, oldest first."""
        return list(self._entries.values())

    def find(self, n: int) -> Entry | None:
        """Return the request with that number, if it is still remembered."""
        return self._entries.get(n)


def shorten(value: object) -> object:
    """Return a copy of a JSON value with its data URIs cut short."""
    if isinstance(value, dict):
        return {key: shorten(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shorten(item) for item in value]
    if isinstance(value, str) and value.startswith("data:") and len(value) > SHOWN_URI_CHARS:
        return f"{value[:SHOWN_URI_CHARS]}… ({len(value)} characters)"
    return value
