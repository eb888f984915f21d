"""Ask a question: what is remembered goes along, the answer streams back, the exchange is stored when it ends."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import InputError, UpstreamEmpty
from bot.grok.client import GrokClient
from bot.grok.types import ChatMessage, ChatRequest, Finished, ReasoningDelta, TextDelta
from bot.services.budget import fitted
from bot.services.scope import Scope
from bot.store.memory import Memory, NewTurn, Span, Turn
from bot.store.posts import NewPost, NewVersion, Posts

__all__ = ["Author", "ChatService", "Finished", "Question", "ReasoningDelta", "Remembered", "TextDelta"]

PROMPT_LIMIT_CHARS = 6000  # Discord: a string option
TURNS_READ = 200  # the budget nearly always cuts earlier
NAME_LIMIT_CHARS = 32  # Discord: display names

SYSTEM_PROMPT = (
    "You are Grok, talking with people in a Discord channel. Answer in the language of the question. "
    "Use Discord's Markdown: short paragraphs, lists, and fenced code blocks with their language. "
    "When several people talk, each question begins with the speaker's name in brackets; do not imitate that."
)


@dataclass(frozen=True, slots=True)
class Author:
    """A person. name: as the channel sees it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, and where. message_id: the message that asks, None for a command."""

    scope: Scope
    author: Author
    prompt: str
    message_id: int | None = None
    channel_id: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """The exchange was stored. Always the last event of a question that got any answer."""

    exchange_id: int


ChatUpdate = TextDelta | ReasoningDelta | Finished | Remembered


class ChatService:
    """Questions and their memory.

    model: the model to ask. budget_tokens: how much of the memory goes along, as estimated tokens.
    """

    def __init__(
        self,
        grok: GrokClient,
        memory: Memory,
        posts: Posts,
        *,
        model: str,
        budget_tokens: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._grok = grok
        self._memory = memory
        self._posts = posts
        self._model = model
        self._budget_tokens = budget_tokens
        self._now = now

    @staticmethod
    def checked_prompt(prompt: str) -> str:
        """Return the prompt without outer white space. Raises InputError when it is blank or too long."""
        bare = prompt.strip()
        if not bare:
            raise InputError("prompt_blank")
        if len(bare) > PROMPT_LIMIT_CHARS:
            raise InputError("prompt_long", chars=len(bare), limit=PROMPT_LIMIT_CHARS)
        return bare

    async def ask(self, question: Question) -> AsyncGenerator[ChatUpdate, None]:
        """Yield the answer as it comes, then Finished and Remembered.

        However the stream ends (interrupted, cancelled, closed early), what people saw of the answer is remembered
        with its question. Raises the UpstreamError tree; close the iterator with `aclosing`.
        """
        asked_at = self._now()
        turns = await self._memory.newest(Span(question.scope.key), TURNS_READ)
        request = ChatRequest(self._model, self._messages(question, turns))
        written: list[str] = []
        try:
            async with aclosing(self._grok.stream_chat(request)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        written.append(event.text)
                    yield event
        except BaseException:
            await self._remember(question, "".join(written), asked_at)
            raise
        exchange_id = await self._remember(question, "".join(written), asked_at)
        if exchange_id is None:
            raise UpstreamEmpty
        yield Remembered(exchange_id)

    async def posted(self, exchange_id: int, question: Question, message_ids: tuple[int, ...]) -> None:
        """Note in which messages an answer stands, so that a Reply button finds its conversation again."""
        scope, now = question.scope, self._now()
        post_id = await self._posts.open(
            NewPost(
                scope.key,
                question.channel_id,
                None,
                question.author.id,
                question.author.name,
                question.prompt,
                "",
                "",
                None,
                False,
                question.message_id,
                now,
            )
        )
        answers = [turn for turn in await self._memory.exchange(exchange_id) if turn.role == "assistant"]
        for answer in answers:
            version = NewVersion(answer.text, "", 0.0, (), answer.model, "stop", {}, now)
            await self._posts.add_version(post_id, version, exchange_id)
        await self._posts.place(post_id, message_ids, question.channel_id)

    def _messages(self, question: Question, turns: tuple[Turn, ...]) -> tuple[ChatMessage, ...]:
        kept = fitted(turns, self._budget_tokens)
        people = {turn.author_id for turn in kept if turn.role == "user"} | {question.author.id}
        is_shared = len(people) > 1
        remembered = [
            ChatMessage("assistant", turn.text)
            if turn.role == "assistant"
            else ChatMessage("user", _spoken(turn.author_name, turn.text, is_shared=is_shared))
            for turn in kept
        ]
        asked = ChatMessage("user", _spoken(question.author.name, question.prompt, is_shared=is_shared))
        return (ChatMessage("system", SYSTEM_PROMPT), *remembered, asked)

    async def _remember(self, question: Question, answer: str, asked_at: datetime) -> int | None:
        """Store the exchange whole; an answer without any text is not one."""
        if not answer.strip():
            return None
        return await self._memory.remember(
            question.scope.key,
            NewTurn(
                text=question.prompt,
                author_id=question.author.id,
                author_name=question.author.name,
                model=self._model,
                created_at=asked_at,
                message_id=question.message_id,
                channel_id=question.channel_id,
            ),
            NewTurn(
                text=answer,
                author_id=question.author.id,
                author_name=question.author.name,
                model=self._model,
                created_at=self._now(),
                message_id=None,
                channel_id=question.channel_id,
            ),
        )


def _spoken(name: str, text: str, *, is_shared: bool) -> str:
    """Return what a person said, with their name where several people talk."""
    if not is_shared:
        return text
    plain = re.sub(r"[^\w .-]", "", name)[:NAME_LIMIT_CHARS].strip()
    return f"[{plain or 'someone'}] {text}"
