"""Clips as jobs: an order gives a number, the number is asked until the clip is done.

Source: xAI's REST reference of videos; vercel/ai, packages/xai; OpenAI's reference of videos, whose answers are in
`job_forms`.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from sandbox.grok.clips import clip_order, clip_path, publish_clip, publish_poster
from sandbox.grok.delivery import hand_out
from sandbox.grok.demo import BODY, Demo
from sandbox.grok.errors import ApiError, json_response
from sandbox.grok.exchange import Exchange
from sandbox.grok.film import ClipOrder, Filmed
from sandbox.grok.forms import read_form
from sandbox.grok.job_forms import Fails, form_state
from sandbox.grok.models import VIDEO_MODEL, kind_of
from sandbox.grok.orders import VideoOrder, form_order, job_order, required_text
from sandbox.grok.replies import whole_reply
from sandbox.grok.seeds import stable_uuid

REMEMBERED = 200
POSTER_SHARE = 0.3  # of the clip's time: from then on its still is told


@dataclass(frozen=True, slots=True)
class Job:
    """A clip under way. is_form: it was ordered by a form, and its answers are OpenAI's."""

    number: str
    exchange: Exchange
    order: ClipOrder
    model: str
    started_at: float
    making: asyncio.Task[Filmed]
    still: asyncio.Task[bytes]
    is_form: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether it ended without a clip."""
        return "video_fail" in self.exchange.faults or self.making.cancelled() or self.making.exception() is not None


class Jobs:
    """All clips ordered, by their number."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    async def order(self, request: web.Request) -> web.Response:
        """Answer `POST /v1/videos/generations`."""
        body = request[BODY]
        exchange, model, replaced = _taken(request, body)
        if replaced is not None:
            return replaced
        image = body.get("image")
        source = await self._demo.load(str(image.get("url"))) if isinstance(image, dict) else b""
        return json_response({"request_id": self._begin(exchange, model, job_order(body), source).number})

    async def order_by_form(self, request: web.Request) -> web.Response:
        """Answer `POST /v1/videos`."""
        if request.content_type != "multipart/form-data":
            raise ApiError(415, "Unsupported content type", code="unsupported_content_type")
        fields, picture = await read_form(request)
        exchange, model, replaced = _taken(request, fields)
        if replaced is not None:
            return replaced
        order = form_order(fields, self._demo.settings.kind.lengths)
        job = self._begin(exchange, model, order, picture or b"", is_form=True)
        return json_response(self._state(job))

    def _begin(
        self, exchange: Exchange, model: str, wanted: VideoOrder, source: bytes, *, is_form: bool = False
    ) -> Job:
        order = clip_order(exchange, wanted, source)
        number = ("video_" if is_form else "") + stable_uuid("job", time.monotonic_ns())
        making = asyncio.create_task(self._make(exchange, order))
        still = asyncio.create_task(self._demo.studio.still(order))
        job = self._jobs[number] = Job(number, exchange, order, model, time.monotonic(), making, still, is_form)
        if len(self._jobs) > REMEMBERED:
            self._jobs.popitem(last=False)[1].making.cancel()
        return job

    async def _make(self, exchange: Exchange, order: ClipOrder) -> Filmed:
        """Make the clip, in no less time than is set; whether anybody asks for it does not matter."""
        generation = self._demo.ledger.begin(exchange.prompt, "video")
        filmed, _ = await asyncio.gather(self._demo.studio.film(order), asyncio.sleep(self._demo.settings.video_s))
        if not exchange.faults.any("video_fail", "video_expired", "video_mod"):
            generation.finish()
        return filmed

    async def status(self, request: web.Request) -> web.Response:
        """Answer `GET /v1/videos/{id}`."""
        return json_response(self._state(self._find(request)))

    async def content(self, request: web.Request) -> web.StreamResponse:
        """Answer `GET /v1/videos/{id}/content` with the clip itself."""
        job = self._find(request)
        if not job.making.done() or _failure(job):
            raise ApiError(409, "The video is not ready", code="video_not_ready")
        publish_clip(job.exchange, job.order, job.making.result())
        path = clip_path(job.order)
        return await hand_out(request, "video", path, self._demo.files.find("video", path))

    def _find(self, request: web.Request) -> Job:
        job = self._jobs.get(request.match_info["id"])
        if job is None:
            raise ApiError(404, "The requested video does not exist", code="not_found", kind="not_found_error")
        return job

    def _state(self, job: Job) -> dict[str, object]:
        faults = job.exchange.faults
        share = (time.monotonic() - job.started_at) / max(0.001, self._demo.settings.video_s)
        is_under_way = share < 1 or not job.making.done()
        if job.is_form:
            fails: Fails = None if is_under_way else _failure(job)
            return form_state(job.number, job.model, job.order, min(99, int(100 * share)), fails)
        if is_under_way:
            return {"status": "pending", "progress": min(99, int(100 * share)), **self._poster(job, share)}
        if "video_expired" in faults:
            return {"status": "expired"}
        if job.has_failed:
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


def _failure(job: Job) -> Fails:
    if "video_mod" in job.exchange.faults:
        return "withheld"
    return "failed" if job.has_failed else ""


def _taken(request: web.Request, order: dict[str, object]) -> tuple[Exchange, str, web.Response | None]:
    """Return what an order begins, the model it names, and the answer that a fault wants instead of the real one."""
    exchange = Exchange.begin(request, required_text(order, "prompt"))
    model = str(order.get("model") or VIDEO_MODEL)
    kind_of(model)
    return exchange, model, whole_reply(exchange.faults, model=model)


JOBS: web.AppKey[Jobs] = web.AppKey("jobs", Jobs)
