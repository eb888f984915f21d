"""What one event of a reply says, whether it is about text, pictures or a clip."""

from __future__ import annotations

from bot.errors import UpstreamUnavailable
from bot.grok.chunks import error_payload, parse_chunk
from bot.grok.failures import error_from_event
from bot.grok.replies import WHOLE
from bot.grok.shapes import Chunk
from bot.grok.sse import Event
from bot.secret import Secret

_DONE = b"[DONE]"


def is_done(event: Event) -> bool:
    """Tell whether an event says that the reply is complete."""
    return event.data == _DONE or event.data.strip() == _DONE


def chunk_of(event: Event, secrets: tuple[Secret, ...]) -> Chunk | None:
    """Return what an event says; None for one that cannot be read, which is to be skipped (point 9).

    Raises the error that the server reports in it, and UpstreamUnavailable when a whole body cannot be read.
    """
    chunk = parse_chunk(event.data)
    if chunk is None:
        if event.name == WHOLE:
            raise UpstreamUnavailable
        return None
    failure = error_payload(chunk, event)
    if failure is not None:
        raise error_from_event(failure, secrets=secrets)
    return chunk
