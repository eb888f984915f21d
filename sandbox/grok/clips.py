"""Clips through the chat route: progress lines while the clip is made, then a piece of HTML.

Source: grok2api v1.5.0, recorded replies 30-video-*, 31-video-*.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Iterator

from sandbox.grok.calls import ChatCall
from sandbox.grok.chat import ACCOUNT
from sandbox.grok.exchange import LOST, Exchange, Reply
from sandbox.grok.film import ClipOrder, Filmed
from sandbox.grok.orders import VideoOrder
from sandbox.grok.pictures import REFUSAL
from sandbox.grok.seeds import digest, stable_uuid
from sandbox.grok.steps import Delta, Done, Finish, Half, Opening, Script, Step, Wait, say
from sandbox.grok.voice import clip_completion

STEPS = 24  # how many progress lines a clip has at most
STEP_S = 0.2  # and how close together
NO_CLIP = ("video_mod", "empty", "nothing", "apierror", "http", *LOST)
WITHHELD = ("video_mod", "refusal")
INTHINK = ("video_inthink", "video_round")
OF_THE_CLIP = ("mb", "slowfile", "shortfile", "longfile")  # what happens to the clip's file and not to its poster's
NO_POSTER = b"<!doctype html><title>Sign in</title><h1>Please sign in to see this picture</h1>"
UPSCALING = "正在对视频进行超分辨率\n"


def clip_order(exchange: Exchange, order: VideoOrder, source: bytes) -> ClipOrder:
    """Return what is to be filmed."""
    seconds = max(0.1, min(60, exchange.faults.number("seconds", order.seconds)))
    return ClipOrder(exchange.prompt, order.size, seconds, source)


def publish_clip(exchange: Exchange, order: ClipOrder, filmed: Filmed) -> tuple[str, str]:
    """Keep the files of a clip and return the links of clip and poster."""
    clip = exchange.demo.publish(exchange.request, "video", clip_path(order), filmed.clip, exchange.faults)
    return clip, publish_poster(exchange, order, filmed.poster)


def clip_path(order: ClipOrder) -> str:
    """Return where the file of a clip is kept."""
    return f"{ACCOUNT}/{_id_of(order)}/generated_video.mp4"


def publish_poster(exchange: Exchange, order: ClipOrder, still: bytes) -> str:
    """Keep a still of a clip and return its link."""
    path = f"{ACCOUNT}/{_id_of(order)}/preview_image.jpg"
    raw = NO_POSTER if "posterhtml" in exchange.faults else still
    faults = exchange.faults.without(*OF_THE_CLIP)
    return exchange.demo.publish(exchange.request, "image", path, raw, faults)


def _id_of(order: ClipOrder) -> str:
    return stable_uuid("clip", order.prompt, order.size, order.seconds, digest(order.source))


def clip_reply(exchange: Exchange, call: ChatCall, order: VideoOrder, source: bytes) -> Reply:
    """Return both forms of a clip as a chat answer."""
    maker = _Maker(exchange, call, order, source)
    return Reply(call.model, call.is_stream, maker.script, maker.body)


class _Maker:
    def __init__(self, exchange: Exchange, call: ChatCall, order: VideoOrder, source: bytes) -> None:
        self._exchange = exchange
        self._call = call
        self._faults = exchange.style
        self._order = clip_order(exchange, order, source)
        self._is_upscaled = order.resolution == "720p"

    async def script(self) -> Script:
        """Yield progress while the clip is made elsewhere, then the clip, finish, [DONE]."""
        with self._exchange.generating("video") as generation:
            making = asyncio.create_task(self._exchange.demo.studio.film(self._order))
            try:
                yield Wait(self._exchange.first_s)
                if "nothing" not in self._faults:
                    yield Opening()
                for step in self._progress(await self._preview()):
                    yield step
                filmed = await making
            finally:
                making.cancel()  # the studio finishes the clip for whoever asks next
            if not self._faults.any(*WITHHELD):
                generation.finish()
            for step in self._result(filmed):
                yield step
            yield Finish()
            yield Done()

    async def _preview(self) -> list[Step]:
        if "video_preview" not in self._faults:
            return []
        still = await self._exchange.demo.studio.still(self._order)
        return [say(f"![preview]({publish_poster(self._exchange, self._order, still)})\n")]

    def _progress(self, preview: list[Step]) -> Iterator[Step]:
        """Yield the progress lines with the time between them; the middle is marked for faults."""
        total_s = self._exchange.demo.settings.video_s
        percents = self._percents(total_s)
        yield from self._tag("<think>\n")
        for index, percent in enumerate(percents):
            if index == len(percents) // 2:
                yield Half()
                yield from preview
            yield from self._line(percent)
            yield Wait(total_s / max(1, len(percents) - 1) if index < len(percents) - 1 else 0)
        if not percents:
            yield from (Wait(total_s / 2), Half(), Wait(total_s / 2))
        if self._is_upscaled and percents:
            yield say(UPSCALING)
        yield from self._tag("\n</think>\n")

    def _percents(self, total_s: float) -> list[int]:
        if self._call.effort == "none" or "video_noprogress" in self._faults:
            return []
        count = max(4, min(STEPS, round(total_s / STEP_S)))
        rising = [max(1, round(100 * index / count)) for index in range(count + 1)]
        if "video_back" in self._faults:
            back = [20, 20, 55, 40, 40, 90, 5, 70]
            return [*rising[:2], *back, *rising[-3:]]
        return rising

    def _line(self, percent: int) -> Iterator[Step]:
        if "video_reasoning" in self._faults:
            yield Delta({"reasoning_content": f"视频正在生成 {percent}%\n"})
        elif "video_round" in self._faults:
            yield say(f"[round=1/1] progress={percent}%\n")
        else:
            yield say(f"正在生成视频中，当前进度{percent}%\n")

    def _tag(self, tag: str) -> Iterator[Step]:
        if self._faults.any(*INTHINK):
            yield say(tag)

    def _result(self, filmed: Filmed) -> list[Step]:
        if "video_mod" in self._faults:
            return []
        return [say(REFUSAL if "refusal" in self._faults else self._shown(filmed))]

    def _shown(self, filmed: Filmed) -> str:
        """Return the clip as the proxy or a fork of it shows it."""
        clip, poster = publish_clip(self._exchange, self._order, filmed)
        if self._faults.any("video_url", "url_line"):
            return f"{clip}\n"
        if "video_markdown" in self._faults:
            return f"[video]({clip})"
        if "video_tag" in self._faults:
            return f'<video controls src="{html.escape(clip)}"></video>'
        still = "" if "video_nothumb" in self._faults else f' poster="{html.escape(poster)}"'
        return (
            f'<video id="video" controls="" preload="none"{still}>\n'
            f'  <source id="mp4" src="{html.escape(clip)}" type="video/mp4">\n</video>'
        )

    async def body(self) -> dict[str, object]:
        """Return only the HTML, after the whole time."""
        if self._faults.any(*NO_CLIP):
            return clip_completion(self._call.model, "")
        if "refusal" in self._faults:
            return clip_completion(self._call.model, REFUSAL)
        with self._exchange.generating("video") as generation:
            _, filmed = await asyncio.gather(
                self._exchange.wait(self._exchange.first_s + self._exchange.demo.settings.video_s),
                self._exchange.demo.studio.film(self._order),
            )
            generation.finish()
        return clip_completion(self._call.model, self._shown(filmed))
