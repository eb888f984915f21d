"""Orders for clips, put as the server's dialect has it: inside chat or as jobs (24 to 27)."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from bot.errors import (
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamRateLimited,
)
from bot.grok.attempts import Attempts, Patience
from bot.grok.dialects import ADAPTIVE
from bot.grok.dialects.forms import ClipForm
from bot.grok.endpoint import Endpoint
from bot.grok.exchange import exchange
from bot.grok.extract import FoundClip, ProgressScanner, find_clip, find_poster, without_pictures
from bot.grok.failures import says_busy
from bot.grok.finding import Finder
from bot.grok.http import Call, Wire
from bot.grok.jobs import VideoJobs
from bot.grok.other_forms import beyond, is_other_form, told
from bot.grok.reading import chunk_of, is_done
from bot.grok.replies import WHOLE
from bot.grok.sse import Event
from bot.grok.think import split_thinking
from bot.grok.types import (
    MediaRef,
    VideoEvent,
    VideoPoster,
    VideoProgress,
    VideoReady,
    VideoRequest,
    VideoStage,
)
from bot.grok.wording import clean
from bot.secret import Secret

_UPSCALING = "超分辨率"
_PROGRESS_LINE = re.compile(r"^.*\d\s*%.*$", re.MULTILINE)
_ENDS_OF_PICTURE = ">)"  # of a tag and of a Markdown picture: only then is it worth looking
_NO_ROUTE_STATUSES = (404, 405, 410, 415, 501)


class VideoReader:
    """Turn the events of one chat reply into progress and, at its end, the clip.

    saw_reply: something of a body came other than the word that nobody is free to begin.
    """

    def __init__(self, endpoint: Endpoint, secrets: tuple[Secret, ...] = ()) -> None:
        self.saw_reply = False
        self.is_done = False
        self.is_finished = False
        self._endpoint = endpoint
        self._secrets = secrets
        self._written: list[str] = []
        self._scanners = (ProgressScanner(), ProgressScanner())
        self._percent: float | None = None
        self._stage: VideoStage = "generating"
        self._poster: MediaRef | None = None

    def read(self, event: Event) -> list[VideoEvent]:
        """Return the progress that `event` announces, in its content or in its reasoning, and a poster told early."""
        if is_done(event):
            self.saw_reply = self.is_done = True
            return []
        try:
            chunk = chunk_of(event, self._secrets)
        except UpstreamError as error:
            self.saw_reply = self.saw_reply or not isinstance(error, UpstreamRateLimited)
            raise
        self.saw_reply = True
        if chunk is None:
            return []
        self.is_done = self.is_done or event.name == WHOLE
        told: list[VideoEvent] = []
        for choice in chunk.choices or ():
            if choice.index:
                continue
            if choice.said is not None:
                self._written.append(choice.said.text)
                told += self._progress(choice.said.text, self._scanners[0])
                told += self._progress(choice.said.thought, self._scanners[1])
                told += self._early_poster(choice.said.text)
            self.is_finished = self.is_finished or bool(choice.finish_reason)
        return told

    def end(self) -> Iterator[VideoEvent]:
        """Yield the clip. Raise if there is none, whatever the progress was: 100 % is no clip."""
        written = "".join(self._written)
        found = self._found(written)
        if not (self.is_done or self.is_finished) and not (found and found.is_enclosed):
            # A clip that is named in full exists and is paid for, even if the reply's end is missing.
            raise UpstreamInterrupted if self.saw_reply else UpstreamEmpty
        if found is None:
            raise self._nothing(written)
        yield VideoReady(found.clip, found.poster or self._poster)

    def broken(self, error: UpstreamError) -> UpstreamError:
        """Return `error`: progress that was shown need not be kept."""
        return error

    def _progress(self, text: str, scanner: ProgressScanner) -> list[VideoProgress]:
        if not text:
            return []
        percent = scanner.feed(text)
        if _UPSCALING in text:
            self._stage = "upscaling"
        elif percent is None:
            return []
        self._percent = self._percent if percent is None else percent
        return [VideoProgress(self._percent, self._stage)]

    def _early_poster(self, text: str) -> list[VideoPoster]:
        """Return the still that `text` completes, if the clip is not there yet."""
        if self._poster is not None or not any(end in text for end in _ENDS_OF_PICTURE):
            return []
        written = "".join(self._written)
        poster = find_poster(written, self._endpoint)
        if poster is None or self._found(written) is not None:
            return []
        self._poster = poster
        return [VideoPoster(poster)]

    def _found(self, written: str) -> FoundClip | None:
        return find_clip(split_thinking(written)[0], self._endpoint) or find_clip(written, self._endpoint)

    def _nothing(self, written: str) -> UpstreamError:
        words = without_pictures(split_thinking(written)[0].replace(_UPSCALING, ""))
        words = _PROGRESS_LINE.sub("", words).strip()
        if self._percent is None and says_busy(words):
            self.saw_reply = False  # a notice in the place of the reply: nothing was begun
            return UpstreamRateLimited(clean(words, *self._secrets))
        if words and words != "error":
            return UpstreamBlocked(clean(words, *self._secrets))
        return UpstreamBlocked() if self._percent is not None else UpstreamEmpty()


class Clips:
    """Takes orders for clips to one server."""

    def __init__(self, wire: Wire, patience: Patience, finder: Finder) -> None:
        self._wire = wire
        self._patience = patience
        self._finder = finder
        self._jobs = VideoJobs(wire, patience)

    async def generate(self, request: VideoRequest) -> AsyncGenerator[VideoEvent, None]:
        """Yield progress, then the clip. Another form is tried only if the server refused the first as such."""
        dialect = await self._finder.find()
        attempts = Attempts(self._patience, self._wire.timing.video_deadline_s)
        more = beyond(dialect.clip, ADAPTIVE.clip)
        refusals: list[UpstreamError] = []
        for form in (*dialect.clip, *more):
            async with aclosing(self._by(form, request, attempts)) as events:
                try:
                    async for event in events:
                        yield event
                except UpstreamError as error:
                    if not _may_be_put_otherwise(form, error):
                        raise
                    refusals.append(error)
                    continue
            if form in more:
                self._finder.doubt(dialect)
            return
        raise told(refusals)

    async def follow(self, job_id: str) -> AsyncGenerator[VideoEvent, None]:
        """Yield the progress of a job that was submitted earlier, then its clip."""
        async with aclosing(self._jobs.follow(job_id)) as events:
            async for event in events:
                yield event

    def _by(self, form: ClipForm, request: VideoRequest, attempts: Attempts) -> AsyncGenerator[VideoEvent, None]:
        call = form.call(request)
        return self._jobs.run(call, attempts.ends_at) if form.is_job else self._by_chat(call, attempts)

    async def _by_chat(self, call: Call, attempts: Attempts) -> AsyncGenerator[VideoEvent, None]:
        while True:
            reader = VideoReader(self._wire.endpoint, self._wire.secrets)
            try:
                async with aclosing(
                    exchange(self._wire, call, reader, attempts.ends_at, self._patience.clock)
                ) as events:
                    async for event in events:
                        yield event
                return
            except UpstreamError as error:
                await attempts.wait_or_raise_order(error, saw_reply=reader.saw_reply)


def _may_be_put_otherwise(form: ClipForm, error: UpstreamError) -> bool:
    """Tell whether another form may do. Where jobs are taken, what is said of this one is the answer."""
    return is_other_form(error) and (not form.is_job or error.status in _NO_ROUTE_STATUSES)
