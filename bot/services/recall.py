"""What of a memory goes along with a question, and how its turns are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.grok.types import ChatMessage
from bot.services.budget import estimated_tokens, fitted
from bot.services.prompts import SUMMARY_HEADING
from bot.services.scope import Scope
from bot.services.speech import plain, quoted, tags, told
from bot.store.memory import Memory, Turn
from bot.store.summaries import Summaries, Summary

TURNS_READ = 400  # the budget nearly always cuts earlier


@dataclass(frozen=True, slots=True)
class Used:
    """What of the memory goes along.

    turns: told as they were said, the pinned ones among them. summarised: told by the summary. dropped: stored, and
    told in no way. tokens: an estimate of all that is remembered and told.
    """

    turns: int = 0
    pinned: int = 0
    summarised: int = 0
    dropped: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """What goes along: a summary, the pinned turns from before the newest exchanges, and those, oldest first."""

    summary: Summary | None
    pinned: tuple[Turn, ...]
    newest: tuple[Turn, ...]
    used: Used

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns in the order in which they are told."""
        return (*self.pinned, *self.newest)


class Speakers:
    """How the turns of several people are told to one of them. asker: id and name, None when nobody asks."""

    def __init__(self, turns: Sequence[Turn], asker: tuple[int, str] | None) -> None:
        people = [(turn.author_id, turn.author_name) for turn in turns if turn.role == "user"]
        people += [asker] if asker else []
        self._tags = tags(people)
        self._asker_id = asker[0] if asker else None
        self._told: dict[int, str] = {}

    def turn(self, turn: Turn) -> str:
        """Return a turn as it is told."""
        if turn.id not in self._told:
            is_answer = turn.role == "assistant"
            self._told[turn.id] = plain(turn.text) if is_answer else self.said(turn.author_id, turn.text)
        return self._told[turn.id]

    def said(self, author_id: int, text: str) -> str:
        """Return what somebody said as it is told: what others than the asker said is quoted."""
        is_own = self._asker_id in {author_id, None}
        return told(self._tags[author_id], text, is_shared=len(self._tags) > 1, is_own=is_own)

    def tokens(self, turn: Turn) -> int:
        """Estimate the size of a turn as it is told."""
        return estimated_tokens(self.turn(turn))


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a scope remembers. newest: at most TURNS_READ, oldest first, whole exchanges. stored: how many there are."""

    newest: tuple[Turn, ...]
    pinned: tuple[Turn, ...]
    summary: Summary | None
    stored: int

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn that was read."""
        known = {turn.id for turn in self.newest}
        return (*(turn for turn in self.pinned if turn.id not in known), *self.newest)

    def chosen(self, room: int, speakers: Speakers) -> Chosen:
        """Return what goes along in so many tokens: what is pinned, then the summary, then the newest exchanges.

        Pinned turns that would not fit even alone stay out, the oldest first.
        """
        pinned: list[Turn] = []
        left = room
        for turn in reversed(self.pinned):
            size = speakers.tokens(turn)
            if size <= left:
                pinned.insert(0, turn)
                left -= size
        paid = {turn.id for turn in pinned}
        summary = self.summary if self.summary and summary_tokens(self.summary) <= left else None
        left -= summary_tokens(summary) if summary else 0
        newest = fitted(self.newest, left, lambda turn: 0 if turn.id in paid else speakers.tokens(turn))
        left -= sum(speakers.tokens(turn) for turn in newest if turn.id not in paid)
        shown = {turn.id for turn in newest}
        before = tuple(turn for turn in pinned if turn.id not in shown)
        return Chosen(summary, before, newest, self._used(summary, (*before, *newest), room - left))

    def _used(self, summary: Summary | None, told_turns: Sequence[Turn], tokens: int) -> Used:
        upto = summary.upto_exchange_id if summary else 0
        covered = summary.turns if summary else 0
        summarised = max(0, covered - sum(turn.exchange_id <= upto for turn in told_turns))
        return Used(
            turns=len(told_turns),
            pinned=sum(turn.pinned for turn in told_turns),
            summarised=summarised,
            dropped=max(0, self.stored - len(told_turns) - summarised),
            tokens=tokens,
        )


class Recall:
    """Reads what a scope remembers."""

    def __init__(self, memory: Memory, summaries: Summaries) -> None:
        self._memory = memory
        self._summaries = summaries

    async def read(self, scope: Scope, *, since: datetime | None, before: int | None = None) -> Remembered:
        """Return what is remembered. since: what is older has expired. before: as it stood before that exchange."""
        span = scope.span(since, before)
        newest = await self._memory.newest(span, TURNS_READ)
        summary = await self._summary(scope, since, before)
        if len(newest) < TURNS_READ:
            return Remembered(newest, tuple(turn for turn in newest if turn.pinned), summary, len(newest))
        whole = tuple(turn for turn in newest if turn.exchange_id != newest[0].exchange_id)
        stored = (await self._memory.count(span)).turns
        return Remembered(whole, await self._memory.pinned(span), summary, stored)

    async def _summary(self, scope: Scope, since: datetime | None, before: int | None) -> Summary | None:
        """Return the scope's summary, or that of what it took over; none that tells of more than is meant."""
        found = await self._summaries.find(scope.key)
        if found is None and scope.parent is not None:
            found = await self._summaries.find(scope.parent)
            if found is not None and found.upto_exchange_id > scope.parent_upto:
                found = None
        if found is None or (before is not None and found.upto_exchange_id >= before):
            return None
        return None if await self.has_expired(scope, since) else found

    async def has_expired(self, scope: Scope, since: datetime | None) -> bool:
        """Tell whether anything has expired and is not forgotten yet: a summary may tell of it."""
        if since is None:
            return False
        keys = [scope.key] + ([scope.parent] if scope.parent else [])
        expired = [await self._memory.exchange_at(key, since) for key in keys]
        return bool(expired[0]) or any(0 < number <= scope.parent_upto for number in expired[1:])


def told_summary(summary: Summary) -> ChatMessage:
    """Return a summary as it is told: as data, for a model wrote it from what people said."""
    return ChatMessage("user", f"{SUMMARY_HEADING}\n{quoted(summary.text)}")


def summary_tokens(summary: Summary) -> int:
    """Estimate the size of a summary as it is told."""
    return estimated_tokens(told_summary(summary).text)
