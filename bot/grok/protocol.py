"""What the rest of the bot may ask of Grok, be it one upstream or a pool of several."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal, Protocol

from bot.grok.capabilities import Capabilities
from bot.grok.images import OnPreview
from bot.grok.keeping import Keep
from bot.grok.types import (
    CallKind,
    ChatEvent,
    ChatReply,
    ChatRequest,
    ImageRequest,
    MediaFile,
    MediaRef,
    Model,
    Resting,
    VideoEvent,
    VideoRequest,
)


class Grok(Protocol):
    """Chat, pictures, clips, files and models. Every method raises the `UpstreamError` tree and nothing else.

    What each one does is said at `bot.grok.client.GrokClient`.
    """

    def stream_chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the answer as it comes, `Finished` last."""
        ...

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Return the whole answer."""
        ...

    async def generate_images(
        self, request: ImageRequest, *, on_preview: OnPreview | None = None
    ) -> tuple[MediaRef, ...]:
        """Return the pictures that came, at least one."""
        ...

    def stream_video(self, request: VideoRequest) -> AsyncGenerator[VideoEvent, None]:
        """Yield progress, `VideoReady` last."""
        ...

    def follow_video(self, job_id: str) -> AsyncGenerator[VideoEvent, None]:
        """Go on with a job that was submitted earlier."""
        ...

    async def fetch(
        self,
        ref: MediaRef,
        folder: Path,
        *,
        kind: Literal["image", "video"],
        max_bytes: int,
        keep: Keep | None = None,
    ) -> MediaFile:
        """Bring a result into a new file in `folder`."""
        ...

    async def models(self) -> tuple[Model, ...]:
        """Return what is listed."""
        ...

    async def verify(self) -> None:
        """Raise what is wrong with the address or the key."""
        ...

    async def capabilities(self) -> Capabilities:
        """Return what can be asked for, as far as it is known."""
        ...

    async def rest_s(self, kind: CallKind, model: str) -> float | None:
        """Return in how many seconds such a thing may be asked, 0.0: now; None where nobody keeps account of that."""
        ...

    def resting(self) -> tuple[Resting, ...]:
        """Return what is left alone now."""
        ...
