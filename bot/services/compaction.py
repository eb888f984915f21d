"""Summaries of what no longer goes along with a question, written by the model itself, in the background."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol

from bot.errors import StoreError, UpstreamEmpty, UpstreamError
from bot.grok.types import ChatMessage, ChatReply, ChatRequest
from bot.services.budget import estimated_tokens, fitted
from bot.services.line import Line
from bot.services.prompts import SUMMARISE_PROMPT, SUMMARY_HEADING
from bot.services.recall import TURNS_READ, Recall, Remembered, Speakers
from bot.services.scope import Scope
from bot.services.speech import quoted, tags
from bot.store.memory import Memory, Turn
from bot.store.summaries import Summaries, Summary

SUMMARY_LIMIT_TOKENS = 400
CHUNK_TOKENS = 6000  # of turns summarised at once
TURN_LIMIT_CHARS = 6000
FIRST_DELAY_S = 60.0
LONGEST_DELAY_S = 3600.0
DEADLINE_S = 300.0

Later = Callable[[float, Callable[[], None]], object]

log = logging.getLogger(__name__)


class Model(Protocol):
    """Who writes the summaries."""

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer in one piece. Raises the UpstreamError tree."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    """A scope to look at. since: from when on it remembers, as it was at `asked_s`."""

    scope: Scope
    since: datetime | None
    asked_s: float

    def since_at(self, now_s: float) -> datetime | None:
        """Return from when on the scope remembers now."""
        return self.since + timedelta(seconds=now_s - self.asked_s) if self.since else None


class Compactor:
    """Keeps the summaries. One is written at a time, and none is begun while anybody waits for an answer.

    model: its name. budget_tokens: how much of a memory goes along. later: calls something after some seconds.
    """

    def __init__(
        self,
        grok: Model,
        memory: Memory,
        summaries: Summaries,
        line: Line,
        *,
        model: str,
        budget_tokens: int,
        clock: Callable[[], float] = time.monotonic,
        later: Later | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._grok = grok
        self._memory = memory
        self._summaries = summaries
        self._recall = Recall(memory, summaries)
        self._line = line
        self._model = model
        self._budget_tokens = budget_tokens
        self._clock = clock
        self._later = later
        self._now = now
        self._tasks: dict[str, _Task] = {}
        self._delays_s: dict[str, float] = {}  # of scopes whose last summary failed, until they are tried again
        self._group: asyncio.TaskGroup | None = None
        self._worker: asyncio.Task[None] | None = None

    def consider(self, scope: Scope, since: datetime | None) -> None:
        """Have a scope looked at when there is time. Returns at once."""
        task = _Task(scope, since, self._clock())
        if scope.key not in self._delays_s:
            self._want(task)

    async def run(self) -> None:
        """Have the summaries written that are needed, for as long as the bot runs."""
        try:
            async with asyncio.TaskGroup() as self._group:
                while True:
                    self._start()  # what was wanted before; from now on each wish starts a worker of the group
                    await asyncio.sleep(LONGEST_DELAY_S)
        finally:
            self._group = None

    async def _work(self) -> None:
        while self._tasks:
            await self._line.calm()
            await self._look_at(self._tasks.pop(next(iter(self._tasks))))

    def _start(self) -> None:
        if self._group is not None and self._tasks and (self._worker is None or self._worker.done()):
            self._worker = self._group.create_task(self._work())

    def _want(self, task: _Task) -> None:
        self._tasks[task.scope.key] = task
        self._start()

    async def _look_at(self, task: _Task) -> None:
        key = task.scope.key
        try:
            async with asyncio.timeout(DEADLINE_S):
                has_more = await self.compact(task.scope, task.since_at(self._clock()))
        except (UpstreamError, StoreError, TimeoutError) as failed:
            delay_s = min(self._delays_s.get(key, FIRST_DELAY_S / 2) * 2, LONGEST_DELAY_S)
            log.warning("no summary was written, trying again in %.0f s error=%s", delay_s, type(failed).__name__)
            self._delays_s[key] = delay_s
            later = self._later or asyncio.get_running_loop().call_later
            later(delay_s, lambda: self._want(task))
            return
        self._delays_s.pop(key, None)
        if has_more:
            self._want(replace(task, asked_s=self._clock(), since=task.since_at(self._clock())))

    async def compact(self, scope: Scope, since: datetime | None) -> bool:
        """Summarise the oldest turns of a scope out of which something has fallen. Returns whether there is more to do.

        The newest half of what fits is left alone, so that it is some time until the next summary. Raises the
        UpstreamError tree.
        """
        if await self._recall.has_expired(scope, since):
            return False  # what has expired must not be told of; it is forgotten soon
        earlier = await self._summaries.find(scope.key)
        remembered = await self._recall.read(scope, since=since)
        left_out = await self._left_out(scope, since, remembered, earlier)
        covered = _first_chunk(left_out)
        if not covered:
            return False
        summary = Summary(
            scope=scope.key,
            upto_exchange_id=covered[-1].exchange_id,
            text=await self._written(covered, earlier),
            turns=len(covered) + (earlier.turns if earlier else 0),
            model=self._model,
            created_at=self._now(),
        )
        is_kept = await self._summaries.keep(summary, covered, earlier)
        log.info("summary scope=%s turns=%d kept=%s", scope.key, summary.turns, is_kept)
        return is_kept and len(covered) < len(left_out)

    async def _left_out(
        self, scope: Scope, since: datetime | None, remembered: Remembered, earlier: Summary | None
    ) -> tuple[Turn, ...]:
        """Return the turns to be summarised, oldest first: none as long as nothing has fallen out."""
        speakers = Speakers(remembered.turns, None)
        if not remembered.chosen(self._budget_tokens, speakers).used.dropped or not remembered.newest:
            return ()
        kept = fitted(remembered.newest, self._budget_tokens // 2, speakers.tokens)
        first = kept[0] if kept else remembered.newest[-1]
        span = replace(scope.span(since, first.exchange_id), after=earlier.upto_exchange_id if earlier else 0)
        return await self._memory.newest(span, TURNS_READ)

    async def _written(self, turns: Sequence[Turn], earlier: Summary | None) -> str:
        """Return a summary of the turns and of the earlier summary, by the model."""
        said = [f"{SUMMARY_HEADING}\n{quoted(earlier.text)}"] if earlier else []
        said += transcript(turns)
        messages = (ChatMessage("system", SUMMARISE_PROMPT), ChatMessage("user", "\n\n".join(said)))
        text = (await self._grok.chat(ChatRequest(self._model, messages))).text.strip()
        if not text:
            raise UpstreamEmpty
        return cut_to_tokens(text, SUMMARY_LIMIT_TOKENS)


def transcript(turns: Sequence[Turn]) -> list[str]:
    """Return the turns as data: who wrote, and the quoted lines."""
    names = tags((turn.author_id, turn.author_name) for turn in turns if turn.role == "user")
    return [
        f"[{names[turn.author_id]}] wrote:\n{quoted(_cut(turn.text))}"
        if turn.role == "user"
        else f"You answered:\n{quoted(_cut(turn.text))}"
        for turn in turns
    ]


def cut_to_tokens(text: str, limit: int) -> str:
    """Return a text, or its beginning, cut after a word, with an ellipsis, in at most `limit` estimated tokens."""
    if estimated_tokens(text) <= limit:
        return text
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        if estimated_tokens(f"{text[:middle]}…") <= limit:
            least = middle
        else:
            most = middle - 1
    head = text[:least]
    return f"{head.rsplit(None, 1)[0] if ' ' in head else head}…"


def _first_chunk(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return the oldest whole exchanges that may be summarised at once, at least one."""
    chunk: list[Turn] = []
    room = CHUNK_TOKENS
    for _, exchange in groupby(turns, key=lambda turn: turn.exchange_id):
        some = list(exchange)
        room -= sum(estimated_tokens(_cut(turn.text)) for turn in some)
        if chunk and room < 0:
            break
        chunk += some
    return tuple(chunk)


def _cut(text: str) -> str:
    return text if len(text) <= TURN_LIMIT_CHARS else f"{text[:TURN_LIMIT_CHARS]}…"
