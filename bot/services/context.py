"""What is told to the model with a question: who it is, what is remembered, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.errors import InputError
from bot.grok.types import ChatMessage, InlineImage
from bot.services.budget import PICTURE_TOKENS, estimated_tokens
from bot.services.preferences import Tuning
from bot.services.prompts import MATERIAL_HEADING, system_prompt
from bot.services.recall import Recall, Speakers, Used, told_summary
from bot.services.scope import Scope
from bot.services.speech import quoted
from bot.store.memory import Memory, Turn
from bot.store.posts import Posts
from bot.store.summaries import Summaries

__all__ = ["Asked", "Context", "ContextService", "Picture", "Preview", "Row", "Used"]

PICTURES_LIMIT = 4  # of a question and the newest exchanges together
EXCHANGES_WITH_PICTURES = 6  # as far back as people mean when they say "the picture"
ANSWER_RESERVE_TOKENS = 4096  # when nobody chose a length

Picture = InlineImage


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked now. material: files and quoted messages as text, "" if there are none."""

    author_id: int
    author_name: str
    prompt: str
    material: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """A request's messages. summarisable: some turns fell out and no summary tells of them."""

    messages: tuple[ChatMessage, ...]
    used: Used
    summarisable: bool

    @property
    def has_pictures(self) -> bool:
        """Whether a model that sees is needed."""
        return any(message.images for message in self.messages)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that the next request will hold.

    turn: None for the summary. told: the text, word for word as the model is told it. tokens: an estimate, with the
    pictures. pictures: how many go along with it.
    """

    kind: Literal["summary", "turn"]
    turn: Turn | None
    text: str
    told: str
    tokens: int
    pinned: bool
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What the next request will hold, in its order. stored: all turns that are remembered.

    system_tokens: of what is told before everything else, with persona and style. pictures: how many go along.
    """

    rows: tuple[Row, ...]
    used: Used
    system_tokens: int
    stored: int

    @property
    def pictures(self) -> int:
        """How many pictures go along."""
        return sum(row.pictures for row in self.rows)


class ContextService:
    """Puts requests together.

    budget_tokens: how much of the memory goes along at most. context_tokens: what the model takes in all, with its
    answer. Both are compared with estimates.
    """

    def __init__(
        self, memory: Memory, summaries: Summaries, posts: Posts, *, budget_tokens: int, context_tokens: int
    ) -> None:
        self._recall = Recall(memory, summaries)
        self._posts = posts
        self._budget_tokens = budget_tokens
        self._context_tokens = context_tokens

    async def build(
        self,
        scope: Scope,
        asked: Asked,
        preferences: Tuning,
        *,
        since: datetime | None,
        before: int | None = None,
        is_fresh: bool = False,
    ) -> Context:
        """Return the request for a question: the system's word, what is remembered, and the question last.

        since: what is older has expired. before: the memory as it stood before that exchange. is_fresh: without the
        memory. Raises InputError("question_large") when the question alone is too much for the model.
        """
        system = _system(preferences)
        left = self._left(system, asked, preferences)
        asker = (asked.author_id, asked.author_name)
        if is_fresh:
            question = _question(asked, Speakers((), asker))
            return Context((ChatMessage("system", system), question), Used(), summarisable=False)
        remembered = await self._recall.read(scope, since=since, before=before)
        speakers = Speakers(remembered.turns, asker)
        chosen = remembered.chosen(min(self._budget_tokens, left), speakers)
        seen = await self._pictures(chosen.newest, PICTURES_LIMIT - len(asked.pictures), left - chosen.used.tokens)
        messages = (
            ChatMessage("system", system),
            *([told_summary(chosen.summary)] if chosen.summary else []),
            *(_message(turn, speakers, seen) for turn in chosen.turns),
            _question(asked, speakers),
        )
        return Context(messages, chosen.used, summarisable=chosen.used.dropped > 0)

    async def preview(
        self, scope: Scope, asker: tuple[int, str], *, since: datetime | None, preferences: Tuning
    ) -> Preview:
        """Return what the next request of a person will hold, as far as that is known before the question.

        asker: id and name.
        """
        system = _system(preferences)
        left = self._left(system, Asked(0, "", ""), preferences)
        remembered = await self._recall.read(scope, since=since)
        speakers = Speakers(remembered.turns, asker)
        chosen = remembered.chosen(min(self._budget_tokens, left), speakers)
        seen = await self._pictures(chosen.newest, PICTURES_LIMIT, left - chosen.used.tokens)
        rows = [_row(turn, speakers, seen) for turn in chosen.turns]
        if chosen.summary is not None:
            told = told_summary(chosen.summary).text
            rows.insert(0, Row("summary", None, chosen.summary.text, told, estimated_tokens(told), pinned=False))
        return Preview(tuple(rows), chosen.used, estimated_tokens(system), remembered.stored)

    def _left(self, system: str, asked: Asked, preferences: Tuning) -> int:
        """Return the tokens that are left for the memory beside the rest of the request and its answer."""
        reserve = min(preferences.max_tokens or ANSWER_RESERVE_TOKENS, self._context_tokens // 4)
        question = estimated_tokens(_with_material(asked.prompt, asked)) + len(asked.pictures) * PICTURE_TOKENS
        room = self._context_tokens - reserve - estimated_tokens(system)
        if question > room:
            raise InputError("question_large", tokens=question, limit=max(room, 0))
        return room - question

    async def _pictures(self, newest: Sequence[Turn], most: int, left: int) -> dict[int, tuple[Picture, ...]]:
        """Return the pictures that the newest exchanges came with, by exchange, as far as there is room for them."""
        room = min(most, left // PICTURE_TOKENS)
        ids = list(dict.fromkeys(turn.exchange_id for turn in reversed(newest)))[:EXCHANGES_WITH_PICTURES]
        if room <= 0 or not ids:
            return {}
        found = await self._posts.pictures_of_exchanges(ids)
        seen: dict[int, tuple[Picture, ...]] = {}
        for exchange_id in ids:
            seen[exchange_id] = tuple(InlineImage(each.data, each.mime) for each in found.get(exchange_id, ())[:room])
            room -= len(seen[exchange_id])
        return seen


def _system(preferences: Tuning) -> str:
    return system_prompt(preferences.persona, preferences.style, is_json=preferences.is_json)


def _message(turn: Turn, speakers: Speakers, seen: Mapping[int, tuple[Picture, ...]]) -> ChatMessage:
    images = seen.get(turn.exchange_id, ()) if turn.role == "user" else ()
    return ChatMessage(turn.role, speakers.turn(turn), images)


def _row(turn: Turn, speakers: Speakers, seen: Mapping[int, tuple[Picture, ...]]) -> Row:
    message = _message(turn, speakers, seen)
    tokens = speakers.tokens(turn) + len(message.images) * PICTURE_TOKENS
    return Row("turn", turn, turn.text, message.text, tokens, turn.pinned, len(message.images))


def _question(asked: Asked, speakers: Speakers) -> ChatMessage:
    said = _with_material(speakers.said(asked.author_id, asked.prompt), asked)
    return ChatMessage("user", said, asked.pictures)


def _with_material(said: str, asked: Asked) -> str:
    return f"{said}\n\n{MATERIAL_HEADING}\n{quoted(asked.material)}" if asked.material.strip() else said
