"""Reading a reply that should hold pictures, in whatever form they come (points 17 to 19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from bot.errors import UpstreamBlocked, UpstreamEmpty, UpstreamError, UpstreamInterrupted, UpstreamRateLimited
from bot.grok.chunks import decode_raw
from bot.grok.endpoint import Endpoint
from bot.grok.extract import find_pictures, whole_picture
from bot.grok.failures import says_busy
from bot.grok.reading import chunk_of, is_done
from bot.grok.replies import WHOLE
from bot.grok.shapes import Choice
from bot.grok.sse import Event
from bot.grok.think import split_thinking
from bot.grok.types import MediaRef
from bot.grok.wording import clean
from bot.secret import Secret

_FAILED = "error"  # what the proxy writes in the place of a picture that failed
_REPLACING = "chat.completion.chunk"  # events of this name replace the content before; plain ones add to it


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture that is not finished, still as the server wrote it."""

    written: str


@dataclass(slots=True)
class _Place:
    """What was written for one picture."""

    written: list[str] = field(default_factory=list)
    last: str = ""
    is_finished: bool = False


class ImageReader:
    """Collect what the events of one reply say about pictures; yields previews on the way.

    saw_reply: something of a body came other than the word that nobody is free to begin.
    Take the pictures with `found` after the end.
    """

    def __init__(self, secrets: tuple[Secret, ...] = ()) -> None:
        self.saw_reply = False
        self.is_done = False
        self._secrets = secrets
        self._places: dict[int, _Place] = {}
        self._is_blocked = False

    @property
    def is_finished(self) -> bool:
        """Tell whether every picture begun has its finish reason."""
        return bool(self._places) and all(place.is_finished for place in self._places.values())

    def read(self, event: Event) -> list[Preview]:
        """Return the preview that `event` brings, if any."""
        if is_done(event):
            self.saw_reply = self.is_done = True
            return []
        try:
            chunk = chunk_of(event, self._secrets)
        except UpstreamError as error:
            self.saw_reply = self.saw_reply or not isinstance(error, UpstreamRateLimited)
            raise
        self.saw_reply = True
        if chunk is None:
            return []
        if event.name == WHOLE:
            self.is_done = True
        if chunk.choices is None:
            return self._read_api(decode_raw(msgspec.Raw(event.data)))
        return [preview for choice in chunk.choices for preview in self._read_choice(choice, event.name)]

    def end(self) -> Iterator[Preview]:
        """Raise if the reply was not complete: the image dialect has no [DONE], its finish reason is enough."""
        if not (self.is_done or any(place.is_finished for place in self._places.values())):
            has_begun = any("".join(place.written).strip() for place in self._places.values())
            raise UpstreamInterrupted if has_begun else UpstreamEmpty
        yield from ()

    def broken(self, error: UpstreamError) -> UpstreamError:
        """Return `error`: nothing was shown that would have to be kept."""
        return error

    def found(self, endpoint: Endpoint) -> list[MediaRef]:
        """Return the pictures, one for each place. Raise UpstreamBlocked with what was written instead, or Empty."""
        refs = [ref for place in self._places.values() if (ref := _picture(place, endpoint))]
        if refs:
            return refs
        words = " ".join(filter(None, ("".join(place.written).strip() for place in self._places.values())))
        words = split_thinking(words)[0].strip()
        if says_busy(words):
            self.saw_reply = False  # a notice in the place of the reply: nothing was begun
            raise UpstreamRateLimited(clean(words, *self._secrets))
        if self._is_blocked or (words and not words.startswith(_FAILED)):
            raise UpstreamBlocked("" if words.startswith(_FAILED) else clean(words, *self._secrets))
        raise UpstreamEmpty

    def _read_choice(self, choice: Choice, name: str) -> list[Preview]:
        place = self._places.setdefault(choice.index or 0, _Place())
        text = choice.said.text if choice.said else ""
        place.is_finished = place.is_finished or bool(choice.finish_reason)
        if not text:
            return []
        if name == _REPLACING:
            place.written = [text]
        else:
            place.written.append(text)
        if choice.finish_reason:
            place.last = text
        return [Preview(text)] if name == _REPLACING and not choice.finish_reason else []

    def _read_api(self, payload: object) -> list[Preview]:
        """Read what the images API sends: {"data": [...]}, or one event for each stage of each picture."""
        if not isinstance(payload, dict):
            return []
        rows = payload.get("data")
        if isinstance(rows, list):
            for number, row in enumerate(rows):
                self._take_row(number, row)
            return []
        kind = payload.get("type")
        index = payload.get("index")
        if not (isinstance(kind, str) and kind.startswith("image_generation.")):
            return []
        place_number = index if isinstance(index, int) else 0
        if kind.endswith("completed"):
            self._take_row(place_number, payload)
            return []
        self._places.setdefault(place_number, _Place())
        written = payload.get("url") or payload.get("b64_json")
        return [Preview(written)] if isinstance(written, str) else []

    def _take_row(self, number: int, row: object) -> None:
        place = self._places.setdefault(number, _Place())
        place.is_finished = True
        if not isinstance(row, dict):
            return
        if row.get("respect_moderation") is False or row.get("block_reason"):
            self._is_blocked = True
        written = row.get("url") or row.get("b64_json")
        if isinstance(written, str):
            place.last = written
            place.written = [written]


def picture_in(written: str, endpoint: Endpoint) -> MediaRef | None:
    """Return the last picture in `written`: where several follow each other, each replaces the one before."""
    alone = whole_picture(written, endpoint)
    if alone:
        return alone
    refs = find_pictures(split_thinking(written)[0], endpoint) or find_pictures(written, endpoint)
    return refs[-1] if refs else None


def _picture(place: _Place, endpoint: Endpoint) -> MediaRef | None:
    """Return the picture of the chunk that finished it, else the last that was written."""
    last = picture_in(place.last, endpoint) if place.last else None
    return last or picture_in("".join(place.written), endpoint)
