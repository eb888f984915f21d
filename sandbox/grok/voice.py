"""The shapes of chunks, one voice for each way a server speaks.

Source: grok2api v1.5.0, recorded replies 10-chat-*, 20-image-*, 30-video-*; xAI, recorded xai-grok-4-fast-stream.
"""

from __future__ import annotations

import json
import secrets
import time
from typing import Literal, Protocol

CITATIONS = ["https://example.org/tides", "https://example.org/moon"]
NO_USAGE = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
SPLIT = "\x00"  # stands for the text in a template; JSON never holds it unescaped


def to_json(value: object) -> str:
    """Return compact JSON with its text unescaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Voice(Protocol):
    """Turns the parts of an answer into the `data` of events."""

    def opening(self) -> str | None:
        """Return the chunk that names the role; None if this server has none."""

    def delta(self, fields: dict[str, object]) -> str:
        """Return a chunk with these fields."""

    def finish(self, reason: str) -> list[str]:
        """Return the chunks that end the answer."""


class ProxyVoice:
    """The proxy: the id changes and the fingerprint fills in after the first chunk. Clips have no fingerprint."""

    def __init__(self, model: str, *, has_fingerprint: bool = True) -> None:
        self._model = model
        self._has_fingerprint = has_fingerprint
        self._created = int(time.time())
        self._id = f"resp-{secrets.token_hex(8)}"

    def opening(self) -> str:
        """Return the role chunk, whose id no later chunk repeats."""
        fields: dict[str, object] = {"role": "assistant", "content": ""}
        return self._chunk(f"chatcmpl-{secrets.token_hex(12)}", "", fields, None)

    def delta(self, fields: dict[str, object]) -> str:
        """Return a chunk of the answer."""
        return self._chunk(self._id, "fp_demo", fields, None)

    def finish(self, reason: str) -> list[str]:
        """Return the one closing chunk; there is no usage."""
        return [self._chunk(self._id, "fp_demo", {}, reason)]

    def _chunk(self, id_: str, fingerprint: str, fields: dict[str, object], reason: str | None) -> str:
        head: dict[str, object] = {"id": id_, "object": "chat.completion.chunk", "created": self._created}
        head["model"] = self._model
        if self._has_fingerprint:
            head["system_fingerprint"] = fingerprint
        choice = {"index": 0, "delta": fields, "logprobs": None, "finish_reason": reason}
        return to_json({**head, "choices": [choice]})


UsageStyle = Literal["xai", "openrouter", "go"]


class VendorVoice:
    """xAI's own API, a router, or the Go proxy: role with every text, `finish_reason` absent until the end, usage."""

    def __init__(self, model: str, style: UsageStyle) -> None:
        self._style = style
        self._base = {
            "id": f"gen-{secrets.token_hex(8)}",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": f"{model}-0709",  # the alias resolved: not what was asked for
        }

    def opening(self) -> None:
        """Return nothing: the first chunk already has text."""
        return

    def delta(self, fields: dict[str, object]) -> str:
        """Return a chunk that repeats the role."""
        return to_json({**self._base, "choices": [{"index": 0, "delta": {"role": "assistant", **fields}}]})

    def finish(self, reason: str) -> list[str]:
        """Return the finish and the usage: beside no choices (xAI), a second finish (router), or the finish (Go)."""
        usage = {"prompt_tokens": 165, "completion_tokens": 2, "total_tokens": 296, "num_sources_used": 0}
        ending = {"index": 0, "delta": {}, "finish_reason": reason}
        if self._style == "go":
            return [to_json({**self._base, "choices": [ending], "usage": usage, "citations": CITATIONS})]
        if self._style == "openrouter":
            ending = {**ending, "delta": {"role": "assistant", "content": ""}, "native_finish_reason": "completed"}
        last: list[object] = [] if self._style == "xai" else [ending]
        return [to_json({**self._base, "choices": [ending]}), to_json({**self._base, "choices": last, "usage": usage})]


def around_text(voice: Voice, key: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the JSON string of the text in a chunk, so that a stream encodes it once."""
    before, after = voice.delta({key: SPLIT}).split(to_json(SPLIT))
    return before.encode(), after.encode()


def completion(
    model: str, content: str, *, reason: str = "stop", more: dict[str, object] | None = None
) -> dict[str, object]:
    """Return the body of a chat answer that is not streamed; usage is zeros, as at the proxy."""
    zeros = {"cached_tokens": 0, "text_tokens": 0, "audio_tokens": 0, "image_tokens": 0}
    spent = {"text_tokens": 0, "audio_tokens": 0, "reasoning_tokens": 0}
    body = clip_completion(model, content)
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": [], **(more or {})}
    body["choices"] = [{"index": 0, "message": message, "finish_reason": reason}]
    body["system_fingerprint"] = "fp_demo" if content else ""
    body["usage"] = {**NO_USAGE, "prompt_tokens_details": zeros, "completion_tokens_details": spent}
    return body


def clip_completion(model: str, content: str) -> dict[str, object]:
    """Return the body of a clip that is not streamed: a chat answer with less around it. Without content, no id."""
    message = {"role": "assistant", "content": content, "refusal": None}
    return {
        "id": f"resp-{secrets.token_hex(8)}" if content else "",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": NO_USAGE,
    }
