"""Chunks that fit no struct: a wrong type somewhere, content in parts, broken Unicode. Rare, so slow and patient."""

from __future__ import annotations

import json

import msgspec

from bot.grok.shapes import Choice, Chunk, Delta


def parse_odd_chunk(data: bytes) -> Chunk | None:
    """Read what can be read of one event's data; None if it is no JSON object."""
    try:
        # The standard library takes lone surrogates and control characters, which msgspec refuses.
        payload = json.loads(data.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):
        return None
    choices = payload.get("choices")
    return Chunk(
        choices=[_choice(choice) for choice in choices if isinstance(choice, dict)]
        if isinstance(choices, list)
        else None,
        error=_raw(payload.get("error")),
        usage=_raw(payload.get("usage")),
        citations=_raw(payload.get("citations")),
        search_sources=_raw(payload.get("search_sources")),
        type=_text_or_none(payload.get("type")),
        object=_text_or_none(payload.get("object")),
    )


def _choice(choice: dict[str, object]) -> Choice:
    index = choice.get("index")
    return Choice(
        delta=_delta(choice.get("delta")),
        message=_delta(choice.get("message")),
        finish_reason=_text_or_none(choice.get("finish_reason")),
        index=index if isinstance(index, int) else None,
    )


def _delta(said: object) -> Delta | None:
    if isinstance(said, str):
        return Delta(content=_sound(said))
    if not isinstance(said, dict):
        return None
    content, thought = _parts(said.get("content"))
    reasoning, _ = _parts(said.get("reasoning_content") or said.get("reasoning"))
    return Delta(
        content=content,
        reasoning_content=reasoning or thought,
        refusal=_text_or_none(said.get("refusal")),
        annotations=_raw(said.get("annotations")),
    )


def _parts(content: object) -> tuple[str, str]:
    """Return answer and reasoning of a content that is a string, a part, or a list of parts."""
    if isinstance(content, str):
        return _sound(content), ""
    if isinstance(content, dict):
        return _part(content)
    if isinstance(content, list):
        pairs = [_parts(part) for part in content]
        return "".join(answer for answer, _ in pairs), "".join(thought for _, thought in pairs)
    return "", ""


def _part(part: dict[str, object]) -> tuple[str, str]:
    kind = str(part.get("type", "text"))
    picture = part.get("image_url")
    if picture is not None:
        url = picture.get("url") if isinstance(picture, dict) else picture
        return (f"![image]({_sound(url)})" if isinstance(url, str) else ""), ""
    if "think" in kind or "reason" in kind:
        answer, _ = _parts(part.get("thinking") or part.get("reasoning") or part.get("text"))
        return "", answer
    text = part.get("text")
    return (_sound(text) if isinstance(text, str) else ""), ""


def _text_or_none(value: object) -> str | None:
    return _sound(value) if isinstance(value, str) else None


def _sound(text: str) -> str:
    """Replace halves of surrogate pairs: they can be written nowhere."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _raw(value: object) -> msgspec.Raw:
    if value is None:
        return msgspec.Raw()
    return msgspec.Raw(json.dumps(value).encode())
