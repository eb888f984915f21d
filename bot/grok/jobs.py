"""Clips by order number: start a job, then ask how it is until it is done (point 27)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import quote

import msgspec

from bot.errors import (
    UNREADABLE_JSON,
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamJobGone,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from bot.grok.attempts import Attempts, Patience
from bot.grok.extract import to_ref
from bot.grok.failures import error_from_event
from bot.grok.http import Call, Wire
from bot.grok.types import (
    MediaRef,
    VideoEvent,
    VideoPoster,
    VideoProgress,
    VideoReady,
    VideoSubmitted,
)

State = Literal["waiting", "done", "failed"]

_DONE = frozenset({"done", "completed", "complete", "succeeded", "success"})
_FAILED = frozenset({"failed", "error", "expired", "cancelled", "canceled", "rejected"})
_POSTERS = ("poster", "poster_url", "thumbnail", "thumbnail_url", "preview_image", "preview_image_url")
_GONE_STATUSES = (404, 410)
_FAILED_LOOKS = 5  # so many failed looks in a row are one long outage
_LOOK_S = 30.0
_LONGEST_PAUSE_S = 60.0  # whatever the server asks for: meanwhile the clip may be there


@dataclass(frozen=True, slots=True)
class Job:
    """How a job is. Unknown states count as waiting. is_withheld: the server says that moderation keeps the clip.

    url, poster: addresses as the server wrote them.
    """

    id: str
    state: State
    percent: float | None = None
    url: str | None = None
    is_withheld: bool = False
    poster: str | None = None


def parse_job(payload: object) -> Job:
    """Read any dialect's answer about a job: {"request_id"}, {"id", "status"}, {"status", "video": {"url"}}."""
    if not isinstance(payload, dict):
        raise UpstreamUnavailable("the server says nothing about the clip")
    name = payload.get("request_id") or payload.get("id")
    video = payload.get("video")
    video = video if isinstance(video, dict) else {}
    url = _address(video.get("url") or payload.get("url") or payload.get("video_url"))
    status = str(payload.get("status") or "").lower()
    percent = payload.get("progress")
    return Job(
        id=str(name) if isinstance(name, str | int) else "",
        state=_state(status, has_url=url is not None, has_error=bool(payload.get("error"))),
        percent=float(percent) if isinstance(percent, int | float) and 0 <= percent <= 100 else None,
        url=url,
        is_withheld=video.get("respect_moderation") is False or payload.get("respect_moderation") is False,
        poster=next((found for of in (video, payload) for key in _POSTERS if (found := _address(of.get(key)))), None),
    )


def _address(value: object) -> str | None:
    """Return an address written as a text, or as {"url"}."""
    if isinstance(value, dict):
        value = value.get("url")
    return value if isinstance(value, str) and value else None


def _state(status: str, *, has_url: bool, has_error: bool) -> State:
    if status in _DONE or (not status and has_url):
        return "done"
    return "failed" if status in _FAILED or (not status and has_error) else "waiting"


class VideoJobs:
    """Runs jobs on one server."""

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self._wire = wire
        self._patience = patience

    async def run(self, call: Call, ends_at: float) -> AsyncGenerator[VideoEvent, None]:
        """Start a job by `call` and yield its number, its progress, then its clip."""
        payload = await self._send(call, ends_at)
        with _begun():
            job = parse_job(payload)
        if job.id and job.state == "waiting":
            yield VideoSubmitted(job.id)
        async with aclosing(self._go_on(job.id, payload, ends_at, is_known=False)) as events:
            async for event in events:
                yield event

    async def follow(self, name: str) -> AsyncGenerator[VideoEvent, None]:
        """Yield the progress of a job that was started earlier, then its clip."""
        ends_at = self._patience.clock() + self._wire.timing.video_deadline_s
        with _begun():
            payload = await self._look(name, ends_at, is_known=False)  # it may be ordered just now
        async with aclosing(self._go_on(name, payload, ends_at, is_known=True)) as events:
            async for event in events:
                yield event

    async def _go_on(
        self, name: str, payload: object, ends_at: float, *, is_known: bool
    ) -> AsyncGenerator[VideoEvent, None]:
        """Yield what `payload` and each later answer say about a job, until it is done."""
        poster: MediaRef | None = None
        while True:
            with _begun():
                job = parse_job(payload)
            if job.percent is not None:
                yield VideoProgress(job.percent)
            told, poster = poster, self._ref(job.poster) or poster
            if job.state != "waiting":
                break
            if poster is not None and poster != told:
                yield VideoPoster(poster)
            with _begun():
                if not name:
                    raise UpstreamEmpty
                await self._patience.sleep(self._wire.timing.poll_s)
                payload = await self._look(name, ends_at, is_known=is_known)
                is_known = True
        with _begun():
            ready = VideoReady(self._clip(job, name, payload), poster)
        yield ready

    async def _send(self, call: Call, ends_at: float) -> object:
        # Some servers answer only when the clip is finished.
        left_s = max(ends_at - self._patience.clock(), 1.0)
        call = replace(call, read_s=left_s)
        attempts = Attempts(self._patience, left_s)
        while True:
            try:
                body = await self._wire.fetch(call)
                break
            except UpstreamError as error:
                await attempts.wait_or_raise_order(error, saw_reply=False)
        with _begun():  # it was taken, whatever the answer looks like
            return _json(body)

    async def _look(self, name: str, ends_at: float, *, is_known: bool) -> object:
        """Ask how the job is; it goes on while the way to it is broken for a moment.

        is_known: the server knew it, so one that is unknown is gone. Else a server of several machines may know its new
        job on one of them first: it is gone when it stays unknown.
        """
        failures = 0
        while True:
            if self._patience.clock() >= ends_at:
                raise UpstreamTimeout
            try:
                return _json(await self._wire.fetch(Call(f"videos/{quote(name, safe='')}", read_s=_LOOK_S)))
            except UpstreamError as error:
                failures += 1
                # A page of a gateway is not the server's word.
                is_gone = error.status in _GONE_STATUSES and not isinstance(error, UpstreamUnavailable)
                if is_gone and (is_known or failures >= _FAILED_LOOKS):
                    raise UpstreamJobGone(error.message, status=error.status, code=error.code) from error
                if failures >= _FAILED_LOOKS or not (is_gone or error.is_retryable):
                    raise
                pause_s = min(error.retry_after_s or 0.0, _LONGEST_PAUSE_S, ends_at - self._patience.clock())
                await self._patience.sleep(max(pause_s, self._wire.timing.poll_s))

    def _clip(self, job: Job, name: str, payload: object) -> MediaRef:
        if job.is_withheld:
            raise UpstreamBlocked
        if job.state == "failed":
            raise error_from_event(payload, secrets=self._wire.secrets)
        ref = self._ref(job.url)
        if ref is None and not name:
            raise UpstreamEmpty
        return ref or MediaRef(url=self._wire.endpoint.url(f"videos/{quote(name, safe='')}/content"))

    def _ref(self, address: str | None) -> MediaRef | None:
        return to_ref(address, self._wire.endpoint) if address else None


@contextmanager
def _begun() -> Iterator[None]:
    """Mark every failure within: the server has taken the job, so a clip may have been made."""
    try:
        yield
    except UpstreamError as error:
        error.may_have_generated = True
        raise


def _json(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except UNREADABLE_JSON as broken:
        raise UpstreamUnavailable from broken
