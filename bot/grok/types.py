"""What goes to a Grok server and what comes back, as values. Source of the formats: the proxy's and xAI's API notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Role = Literal["system", "developer", "user", "assistant"]
ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "other"]
VideoQuality = Literal["480p", "720p"]
Aspect = Literal["1:1", "3:2", "2:3", "16:9", "9:16"]
CallKind = Literal["chat", "image", "video"]  # what a server may be able to do, busy with, or have failed at
VideoStage = Literal["generating", "upscaling"]

_EMPTY_FENCE = re.compile(r"(?:`{3,}+|~{3,}+)[^\n`]{0,40}(?:\n\s*+[`~]*+)?|[`~]*+")


def says_anything(written: str) -> bool:
    """Whether an answer has anything to read: more than blanks and a code fence with nothing in it."""
    return _EMPTY_FENCE.fullmatch(written.strip()) is None


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture sent along with a request, as a data URI. mime: "image/" and png, jpeg, webp or gif."""

    data: bytes
    mime: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation. `text` must not be blank unless there are pictures; only users have pictures."""

    role: Role
    text: str
    images: tuple[InlineImage, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatParameters:
    """What may be tuned. None means: not sent, the server decides. Ranges are the server's to judge."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: tuple[str, ...] | None = None
    n: int | None = None
    user: str | None = None
    response_format: Literal["text", "json_object"] | None = None
    reasoning_effort: ReasoningEffort | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to be answered by `model`."""

    model: str
    messages: tuple[ChatMessage, ...]
    parameters: ChatParameters = ChatParameters()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counts them. Proxies send zeros or nothing: never rely on it."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer, to be appended."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's thinking, never to be mixed into the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is complete. Always the last event of a stream; a stream without it raises."""

    reason: FinishReason
    usage: Usage | None = None
    citations: tuple[str, ...] = ()


ChatEvent = TextDelta | ReasoningDelta | Finished


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A whole answer."""

    text: str
    reasoning: str
    finish: Finished


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """Pictures to be drawn, or, with `source`, a picture to be changed (by an edit model)."""

    model: str
    prompt: str
    count: int = 1
    aspect: Aspect | None = None
    source: InlineImage | None = None


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A clip to be made. Fields that are None are not sent."""

    model: str
    prompt: str
    source: InlineImage | None = None
    aspect: Aspect | None = None
    seconds: int | None = None
    quality: VideoQuality | None = None


@dataclass(frozen=True, slots=True)
class MediaRef:
    """Where a result is: an absolute URL, or its bytes. Exactly one of the two is set."""

    url: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A result on disk, typed by its magic bytes. extension: jpg, png, webp, gif, mp4 or webm, without a dot."""

    path: Path
    size_bytes: int
    mime: str
    extension: str


@dataclass(frozen=True, slots=True)
class VideoSubmitted:
    """The server took the order as a job: another process can go on with it by `GrokClient.follow_video`.

    Comes before anything else that a job tells, and only where the server works by jobs.
    """

    job_id: str


@dataclass(frozen=True, slots=True)
class VideoPoster:
    """A still of the clip, told before the clip itself exists. Few servers do that; it may come more than once."""

    poster: MediaRef


@dataclass(frozen=True, slots=True)
class VideoProgress:
    """The server announced progress. percent: 0..100 as announced; it may repeat, go back, jump, or never come."""

    percent: float | None
    stage: VideoStage = "generating"


@dataclass(frozen=True, slots=True)
class VideoReady:
    """The clip exists. Always the last event of a video stream; a stream without it raises."""

    clip: MediaRef
    poster: MediaRef | None = None


VideoEvent = VideoSubmitted | VideoPoster | VideoProgress | VideoReady


@dataclass(frozen=True, slots=True)
class Model:
    """One row of `/v1/models`. Nothing but the id tells what a model can do."""

    id: str
    owned_by: str = ""


@dataclass(frozen=True, slots=True)
class Resting:
    """An upstream that is left alone for a while, for one kind of call.

    until: seconds since the epoch. reason: as of `bot.grok.breaker`. is_served: another upstream serves meanwhile.
    """

    upstream: str
    kind: CallKind
    until: float
    reason: Literal["busy", "failed", "refused"]
    is_served: bool
