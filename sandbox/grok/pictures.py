"""Pictures: through the chat route, `/v1/images/generations` and `/v1/images/edits`.

In a chat stream every chunk is a whole replacement of the one before, with an `event:` line and no `[DONE]`.
Source: grok2api v1.5.0, recorded replies 20-image-* to 24-edits-*.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from sandbox.grok.chat import ACCOUNT
from sandbox.grok.errors import upstream_failed
from sandbox.grok.exchange import Exchange, Reply
from sandbox.grok.orders import ImageOrder
from sandbox.grok.paint import Painted
from sandbox.grok.replies import error_event
from sandbox.grok.seeds import digest, stable_uuid
from sandbox.grok.steps import Event, Half, Script, Wait
from sandbox.grok.voice import to_json

CHUNK = "chat.completion.chunk"
USAGE = {
    "total_tokens": 0,
    "input_tokens": 0,
    "output_tokens": 0,
    "input_tokens_details": {"text_tokens": 0, "image_tokens": 0},
}
REFUSAL = "I cannot draw that. This is the demo speaking: you asked it to refuse."
FAILED = ("wserror", "ratelimit", "close", "http", "empty", "nothing", "apierror", "cut", "drop", "stall")
Stage = Literal["preview", "medium", "final"]


@dataclass(frozen=True, slots=True)
class Stated:
    """One state of one picture. value: a link, or base64."""

    index: int
    stage: Stage
    value: str
    image_id: str
    is_last: bool


class PictureMaker:
    """Makes the pictures of one order.

    source: the picture to change, b"" to draw new ones; is_b64: pictures travel within the reply, not as links.
    """

    def __init__(self, exchange: Exchange, order: ImageOrder, source: bytes = b"") -> None:
        self._exchange = exchange
        self._faults = exchange.faults
        self._order = order
        self._source = source
        self.is_b64 = (order.format == "b64" or "b64" in self._faults) and "url_line" not in self._faults

    @property
    def failure(self) -> str | None:
        """The fault that leaves no picture, if there is one."""
        return next((name for name in FAILED if name in self._faults), None)

    async def states(self) -> AsyncGenerator[Stated | None, None]:
        """Yield previews and results of all pictures in turn; None for a sign of life (edits have no previews)."""
        share_s = self._exchange.demo.settings.image_s / 3
        stages: tuple[Stage, ...] = ("preview", "medium", "final")
        with self._exchange.generating("image", self._order.count) as generation:
            painted = [await self._paint(index) for index in range(self._order.count)]
            for stage in stages:
                await self._exchange.wait(share_s)
                if self._exchange.is_left():
                    return
                if self._source and stage != "final":
                    yield None
                    continue
                if stage == "final" and "edit_onlyprogress" not in self._faults:
                    generation.finish()
                for index, one in enumerate(painted):
                    yield self._state(index, stage, one)

    async def results(self) -> list[str]:
        """Return links or base64 of the finished pictures."""
        if self._source and self._faults.any("edit_onlyprogress", "empty", "nothing"):
            raise upstream_failed("Image edit returned no results")
        with self._exchange.generating("image", self._order.count) as generation:
            await self._exchange.wait(self._exchange.demo.settings.image_s)
            if self.failure:
                return ["error"] * self._order.count
            painted = [await self._paint(index) for index in range(self._order.count)]
            generation.finish()
        return [self._state(index, "final", one, is_streamed=False).value for index, one in enumerate(painted)]

    async def _paint(self, index: int) -> Painted:
        studio, prompt = self._exchange.demo.studio, self._exchange.prompt
        if self._source:
            return await studio.paint_over(prompt if index == 0 else f"{prompt} {index + 1}", self._source)
        return await studio.paint(prompt, self._order.size, index)

    def _state(self, index: int, stage: Stage, painted: Painted, *, is_streamed: bool = True) -> Stated:
        raw = self._bytes(stage, painted)
        id_ = stable_uuid("picture", self._exchange.prompt, self._order.size_name, index, digest(self._source))
        if self.is_b64:
            value = base64.b64encode(raw).decode()
        else:
            path = self._path(id_, stage, is_streamed=is_streamed)
            value = self._exchange.demo.publish(self._exchange.request, "image", path, raw, self._faults)
        return Stated(index, stage, value, id_, stage == "final")

    def _bytes(self, stage: Stage, painted: Painted) -> bytes:
        # A moderated picture never gets sharp, and the proxy passes it for the result.
        if stage == "final":
            return painted.medium if "moderated" in self._faults else painted.final
        return painted.medium if stage == "medium" else painted.preview

    def _path(self, id_: str, stage: Stage, *, is_streamed: bool) -> str:
        is_png = stage != "final" or self._faults.any("moderated", "wrong_mime")
        extension = ".png" if is_png else ".jpg"
        if self._source:
            return f"{ACCOUNT}/{id_}/image{extension}"
        state = {"preview": "-preview-0", "medium": "-medium-1", "final": "-final"}[stage]
        return f"{id_}{state if is_streamed else ''}{extension}"


def chat_picture_reply(exchange: Exchange, model: str, *, is_stream: bool, maker: PictureMaker) -> Reply:
    """Return both forms of a picture as a chat answer."""
    talk = _ChatForm(exchange, model, maker)
    return Reply(model, is_stream, talk.script, talk.body, is_picture=True)


class _ChatForm:
    def __init__(self, exchange: Exchange, model: str, maker: PictureMaker) -> None:
        self._exchange = exchange
        self._faults = exchange.faults
        self._maker = maker
        self._base = {
            "id": f"chatcmpl-{secrets.token_hex(10)}",
            "object": CHUNK,
            "created": int(time.time()),
            "model": model,
        }

    async def script(self) -> Script:
        """Yield every state of the pictures as a chunk that replaces the one before."""
        yield Wait(self._exchange.first_s)
        failed = stream_failure(self._exchange)
        if failed is not None:
            yield failed
            return
        if "refusal" in self._faults:
            yield self._chunk(0, REFUSAL, is_last=True)
            return
        is_first = True
        async with aclosing(self._maker.states()) as states:
            async for state in states:
                if state is None or "edit_onlyprogress" in self._faults:
                    yield self._chunk(0, "", is_last=False)
                else:
                    yield self._chunk(state.index, self._shown(state.value), is_last=state.is_last)
                if is_first:
                    yield Half()
                is_first = False

    def _shown(self, value: str) -> str:
        """Return the Markdown around a link or a picture; the proxy's label says png whatever the bytes are."""
        if self._maker.is_b64:
            value = f"data:image/png;base64,{value}"
        if "img_tag" in self._faults:
            return f'<img src="{value}" alt="image">'
        return value if "url_line" in self._faults else f"![image]({value})"

    def _chunk(self, index: int, content: str, *, is_last: bool) -> Event:
        choice: dict[str, object] = {"index": index, "delta": {"role": "assistant", "content": content}}
        if is_last:
            reason = "content_filter" if "filter" in self._faults else "stop"
            ending = {"choices": [{**choice, "finish_reason": reason}], "usage": USAGE}
            return Event(to_json({**self._base, **ending}), CHUNK, len(content))
        return Event(to_json({**self._base, "choices": [choice]}), CHUNK, len(content))

    async def body(self) -> dict[str, object]:
        """Return the first picture as a bare link or bare base64, whatever the number; a failure is "error"."""
        faults = self._faults
        refuse_if_later(self._exchange)
        content = REFUSAL if "refusal" in faults else (await self._maker.results())[0]
        if "img_tag" in faults and content != "error":
            content = f'<img src="{content}" alt="image">'
        message = {"role": "assistant", "content": content, "refusal": None}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return {**self._base, "object": "chat.completion", "choices": choices, "usage": USAGE}


def stream_failure(exchange: Exchange) -> Event | None:
    """Return the error event of a picture that failed, in the form of the proxy asked for."""
    faults = exchange.faults
    if "close" in faults:
        return error_event("websocket closed: 257", code="ws_closed")
    if "wserror" in faults:
        return error_event("generation failed", code="internal")
    if "moderated" in faults and "g2" in faults:
        return error_event("blocked_no_final_image", code="blocked")
    return None


def refuse_if_later(exchange: Exchange) -> None:
    """Fail as the later proxy does where the earlier one disguises a failure as success."""
    if "g2" in exchange.faults and exchange.faults.any("moderated", "wserror", "close", "ratelimit"):
        raise upstream_failed("Image generation blocked or no valid final image")
