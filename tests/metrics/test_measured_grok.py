from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from bot import errors
from bot.errors import MediaError, UpstreamEmpty, UpstreamError, UpstreamRateLimited, UpstreamTimeout
from bot.grok.types import (
    ChatEvent,
    ChatMessage,
    ChatReply,
    ChatRequest,
    Finished,
    ImageRequest,
    MediaFile,
    MediaRef,
    Model,
    ReasoningDelta,
    TextDelta,
    VideoEvent,
    VideoProgress,
    VideoReady,
    VideoRequest,
)
from bot.metrics.grok import MeasuredGrok
from bot.metrics.instruments import OUTCOMES, Instruments, outcome_of

ASK = ChatRequest("grok-4", (ChatMessage("user", "hi"),))
PICTURE, CLIP = ImageRequest("draw-1", "a heron"), VideoRequest("film-1", "a heron")
REF = MediaRef(url="https://grok.example.org/1.mp4")
DONE = Finished("stop")


class Grok:
    """Does what a test lays out; every step takes a second of its clock."""

    def __init__(self, *steps: Any) -> None:  # Any: events, results and errors of every method
        self.steps = list(steps)
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def one(self, *_args: object, **_options: object) -> Any:
        self.now += 1
        step = self.steps.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step

    async def many(self, _request: object) -> AsyncGenerator[Any, None]:
        while self.steps:
            yield await self.one()

    stream_chat = stream_video = follow_video = many
    chat = generate_images = fetch = models = one


class Measured:
    def __init__(self, *steps: Any) -> None:
        self.inner = Grok(*steps)
        self.registry = CollectorRegistry()
        fake: Any = self.inner  # Any: it has what is called
        self.grok = MeasuredGrok(fake, Instruments(self.registry), len, self.inner.clock)

    def requests(self) -> dict[tuple[str, str], float]:
        """Return the requests by kind and outcome, without noughts."""
        [family] = [each for each in self.registry.collect() if each.name == "grokcord_requests"]
        rows = [each for each in family.samples if each.name.endswith("_total") and each.value]
        return {(each.labels["kind"], each.labels["outcome"]): each.value for each in rows}

    def value(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"grokcord_{name}", labels) or 0.0


async def drained(events: AsyncGenerator[Any, None]) -> list[Any]:
    async with aclosing(events):
        return [event async for event in events]


async def test_an_answer_is_timed_to_its_first_piece_and_to_its_end_and_its_tokens_count() -> None:
    measured = Measured(TextDelta(""), ReasoningDelta("hmm"), TextDelta("heron"), DONE)
    assert await drained(measured.grok.stream_chat(ASK)) == [
        TextDelta(""),
        ReasoningDelta("hmm"),
        TextDelta("heron"),
        DONE,
    ]
    assert measured.requests() == {("chat", "ok"): 1}
    assert measured.value("first_token_seconds_sum") == 2  # the empty piece is none
    assert measured.value("first_token_seconds_count") == 1
    assert measured.value("request_seconds_sum", kind="chat") == 4
    assert measured.value("tokens_relayed_total") == len("hmmheron")


async def test_an_answer_that_breaks_off_is_no_whole_one_but_its_tokens_came() -> None:
    measured = Measured(TextDelta("her"), UpstreamTimeout())
    with pytest.raises(UpstreamTimeout):
        await drained(measured.grok.stream_chat(ASK))
    assert measured.requests() == {("chat", "timeout"): 1}
    assert measured.value("request_seconds_count", kind="chat") == 0
    assert measured.value("tokens_relayed_total") == 3


@pytest.mark.parametrize(
    ("last", "outcome"), [(TextDelta("her"), "given_up"), (DONE, "ok")], ids=["before its end", "after its end"]
)
async def test_an_answer_that_is_left_counts_by_what_had_come(last: ChatEvent, outcome: str) -> None:
    measured = Measured(last, TextDelta("never wanted"))
    async with aclosing(measured.grok.stream_chat(ASK)) as events:
        async for _event in events:
            break
    assert measured.requests() == {("chat", outcome): 1}


async def test_a_cancelled_request_was_given_up() -> None:
    measured = Measured(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await measured.grok.generate_images(PICTURE)
    assert measured.requests() == {("image", "given_up"): 1}


@pytest.mark.parametrize(
    ("kind", "result", "call"),
    [
        ("chat", ChatReply("heron", "", DONE), lambda grok: grok.chat(ASK)),
        ("image", (REF,), lambda grok: grok.generate_images(PICTURE)),
        (
            "file",
            MediaFile(Path("1.mp4"), 3, "video/mp4", "mp4"),
            lambda grok: grok.fetch(REF, Path(), kind="video", max_bytes=9),
        ),
        ("models", (Model("grok-4"),), lambda grok: grok.models()),
    ],
)
async def test_whole_results_are_counted_by_kind(kind: str, result: Any, call: Callable[[MeasuredGrok], Any]) -> None:
    measured = Measured(result, MediaError("size") if kind == "file" else UpstreamRateLimited(retry_after_s=3))
    assert await call(measured.grok) == result
    with pytest.raises(UpstreamError):
        await call(measured.grok)
    assert measured.requests() == {(kind, "ok"): 1, (kind, "no_file" if kind == "file" else "busy"): 1}
    assert measured.value("request_seconds_count", kind=kind) == 1


@pytest.mark.parametrize("follow", [False, True])
async def test_a_clip_ends_well_with_the_clip(follow: bool) -> None:
    events: list[VideoEvent] = [VideoProgress(50), VideoReady(REF)]
    measured = Measured(*events)
    asked = measured.grok.follow_video("job-1") if follow else measured.grok.stream_video(CLIP)
    assert await drained(asked) == events
    assert measured.requests() == {("video", "ok"): 1}
    assert measured.value("request_seconds_sum", kind="video") == 2


def test_every_error_of_an_upstream_has_an_outcome_of_its_own() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, UpstreamError)]
    outcomes = {kind: outcome_of(kind("size") if kind is MediaError else kind()) for kind in kinds}
    assert len(set(outcomes.values())) == len(kinds) > 10
    assert outcomes[UpstreamEmpty] == "empty"
    assert outcome_of(ZeroDivisionError()) == "unforeseen"
    assert {*outcomes.values(), "ok", "given_up", "unforeseen"} == set(OUTCOMES)
