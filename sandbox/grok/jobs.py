"""Clips in xAI's form: an order gives a number, the number is asked until the clip is done.

Source: xAI's REST reference of videos; vercel/ai, packages/xai.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from sandbox.grok.clips import clip_order, publish_clip, publish_poster
from sandbox.grok.demo import BODY, Demo
from sandbox.grok.errors import ApiError, json_response
from sandbox.grok.exchange import Exchange
from sandbox.grok.film import ClipOrder, Filmed
from sandbox.grok.models import VIDEO_MODEL, kind_of
from sandbox.grok.orders import job_order, required_text
from sandbox.grok.replies import whole_reply
from sandbox.grok.seeds import stable_uuid

REMEMBERED = 200
POSTER_SHARE = 0.3  # of the clip's time: from then on its still is told


@dataclass(frozen=True, slots=True)
class Job:
    """A clip under way."""

    exchange: Exchange
    order: ClipOrder
    model: str
    started_at: float
    making: asyncio.Task[Filmed]
    still: asyncio.Task[bytes]


class Jobs:
    """All clips ordered, by their number."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    async def order(self, request: web.Request) -> web.Response:
        """Answer `POST /v1/videos/generations`."""
        body = request[BODY]
        exchange = Exchange.begin(request, required_text(body, "prompt"))
        model = str(body.get("model") or VIDEO_MODEL)
        kind_of(model)
        replaced = whole_reply(exchange.faults, model=model)
        if replaced is not None:
            return replaced
        image = body.get("image")
        source = await self._demo.load(str(image.get("url"))) if isinstance(image, dict) else b""
        order = clip_order(exchange, job_order(body), source)
        number = stable_uuid("job", time.monotonic_ns())
        making = asyncio.create_task(self._make(exchange, order))
        still = asyncio.create_task(self._demo.studio.still(order))
        self._jobs[number] = Job(exchange, order, model, time.monotonic(), making, still)
        if len(self._jobs) > REMEMBERED:
            self._jobs.popitem(last=False)[1].making.cancel()
        return json_response({"request_id": number})

    async def _make(self, exchange: Exchange, order: ClipOrder) -> Filmed:
        """Make the clip, in no less time than is set; whether anybody asks for it does not matter."""
        generation = self._demo.ledger.begin(exchange.prompt, "video")
        filmed, _ = await asyncio.gather(self._demo.studio.film(order), asyncio.sleep(self._demo.settings.video_s))
        if not exchange.faults.any("video_fail", "video_expired", "video_mod"):
            generation.finish()
        return filmed

    async def status(self, request: web.Request) -> web.Response:
        """Answer `GET /v1/videos/{id}`."""
        job = self._jobs.get(request.match_info["id"])
        if job is None:
            raise ApiError(404, "The requested video does not exist", code="not_found", kind="not_found_error")
        return json_response(self._state(job))

    def _state(self, job: Job) -> dict[str, object]:
        faults = job.exchange.faults
        share = (time.monotonic() - job.started_at) / max(0.001, self._demo.settings.video_s)
        if share < 1 or not job.making.done():
            return {"status": "pending", "progress": min(99, int(100 * share)), **self._poster(job, share)}
        if "video_expired" in faults:
            return {"status": "expired"}
        if "video_fail" in faults or job.making.cancelled() or job.making.exception():
            error = {"code": "internal_error", "message": "The video could not be generated."}
            return {"status": "failed", "error": error}
        done: dict[str, object] = {"status": "done", "model": job.model, "progress": 100, **self._poster(job, share)}
        if "video_mod" in faults:
            return {**done, "video": {"duration": job.order.seconds, "respect_moderation": False}}
        link, _ = publish_clip(job.exchange, job.order, job.making.result())
        clip = {"url": link, "duration": job.order.seconds, "respect_moderation": True}
        return {**done, "video": clip, "usage": {"cost_in_usd_ticks": 0}}

    def _poster(self, job: Job, share: float) -> dict[str, object]:
        """Return the still, told early on: no server known does that, and a client may hope for it."""
        is_there = job.still.done() and not job.still.cancelled() and job.still.exception() is None
        if share < POSTER_SHARE or not is_there or job.exchange.faults.any("video_nothumb", "video_mod"):
            return {}
        return {"thumbnail": publish_poster(job.exchange, job.order, job.still.result())}

    async def close(self) -> None:
        """Give up every clip."""
        tasks = [task for job in self._jobs.values() for task in (job.making, job.still)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


JOBS: web.AppKey[Jobs] = web.AppKey("jobs", Jobs)
