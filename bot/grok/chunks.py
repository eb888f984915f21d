"""One piece of a chat reply, read by its shape: a streamed chunk (`delta`) or a whole reply (`message`).

What does not fit the structs of `bot.grok.shapes` is read again, by hand, in `bot.grok.odd_chunks`.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bot.errors import UNREADABLE_JSON
from bot.grok.odd_chunks import parse_odd_chunk
from bot.grok.shapes import Chunk
from bot.grok.sse import Event
from bot.grok.types import FinishReason, Usage

_CITATIONS_LIMIT = 50

_FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


_DECODER = msgspec.json.Decoder(Chunk)


def parse_chunk(data: bytes) -> Chunk | None:
    """Read one event's data; None if it is no JSON object (broken ones are skipped)."""
    try:
        return _DECODER.decode(data)
    except UNREADABLE_JSON:
        return parse_odd_chunk(data)


def error_payload(chunk: Chunk, event: Event) -> object:
    """Return the error that `chunk`, which came in `event`, carries; None if it carries none."""
    if event.name == "error" or chunk.type == "error" or chunk.object == "error" or is_present(chunk.error):
        return decode_raw(msgspec.Raw(event.data)) or {"error": {}}
    if chunk.choices and any(choice.finish_reason == "error" for choice in chunk.choices):
        return {"error": {}}
    return None


def is_present(raw: msgspec.Raw) -> bool:
    """Tell a field that says something from one that is absent, null, or empty."""
    return bytes(raw) not in (b"", b"null", b"{}", b"[]", b'""', b"false")


def decode_raw(raw: msgspec.Raw) -> object:
    """Return what a raw field holds, None if that cannot be read."""
    try:
        return msgspec.json.decode(raw) if is_present(raw) else None
    except UNREADABLE_JSON:
        return None


def finish_of(reason: str) -> FinishReason:
    """Return the reason in our words."""
    return _FINISH_REASONS.get(reason, "other")


def usage_of(raw: msgspec.Raw) -> Usage | None:
    """Read the token counts; None where there are none or all are zero, which proxies send for "unknown"."""
    counts = decode_raw(raw)
    if not isinstance(counts, dict):
        return None
    details = counts.get("completion_tokens_details")
    usage = Usage(
        _count(counts.get("prompt_tokens")) or _count(counts.get("input_tokens")),
        _count(counts.get("completion_tokens")) or _count(counts.get("output_tokens")),
        _count(details.get("reasoning_tokens")) if isinstance(details, dict) else 0,
    )
    return usage if usage != Usage() else None


def citations_of(*raws: msgspec.Raw) -> Iterator[str]:
    """Yield the web addresses in lists of sources: strings, {"url"}, or {"url_citation": {"url"}}."""
    for raw in raws:
        sources = decode_raw(raw)
        for source in sources[:_CITATIONS_LIMIT] if isinstance(sources, list) else ():
            if isinstance(source, dict):
                inner = source.get("url_citation")
                source = (inner if isinstance(inner, dict) else source).get("url")
            if isinstance(source, str) and source.startswith(("https://", "http://")):
                yield source


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
