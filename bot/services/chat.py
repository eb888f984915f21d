"""Ask a question: what is remembered goes along, the answer streams back, the exchange is stored when it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from bot.errors import UpstreamEmpty
from bot.services.drafting import ChatModels, ChatParts, Draft, Drafts
from bot.services.posts import NewVersion, PostState
from bot.services.question import (
    REMEMBERED_MATERIAL_CHARS,
    ChatUpdate,
    Opened,
    Question,
    Waiting,
)
from bot.services.scope import Place
from bot.services.speech import quoted
from bot.services.writing import Written
from bot.store.memory import NewTurn
from bot.store.posts import Post

log = logging.getLogger(__name__)

__all__ = ["ChatModels", "ChatParts", "ChatService", "remembered_question"]


class ChatService:
    """Questions, answers, and what buttons under an answer ask for. now: aware."""

    def __init__(
        self, parts: ChatParts, models: ChatModels, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._parts = parts
        self._drafts = Drafts(parts, models, now)
        self._now = now

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return self._parts.line.waiting

    async def ask(self, question: Question) -> AsyncGenerator[ChatUpdate, None]:
        """Yield Opened, Waiting while others are before it, the answer as it comes, and Finished.

        However it ends (an error, cancelled, closed early), what people saw of it is kept with its question.
        Raises the UpstreamError tree, and InputError; close the iterator with `aclosing`.
        """
        draft = await self._drafts.new(question)
        yield Opened(draft.key)
        async with aclosing(self._write(draft, question.author.id)) as updates:
            async for update in updates:
                yield update

    async def regenerate(self, key: str, place: Place, model: str | None = None) -> AsyncGenerator[ChatUpdate, None]:
        """Write another version of an answer, as if it were asked again when it was. Events and errors as of `ask`."""
        state = await self._parts.posts.state(key)
        draft = await self._drafts.again(state, place, model)
        async with aclosing(self._write(draft, state.post.asker_id)) as updates:
            async for update in updates:
                yield update

    async def go_on(self, key: str, place: Place) -> AsyncGenerator[ChatUpdate, None]:
        """Make the shown version longer. Events and errors as of `ask`."""
        state = await self._parts.posts.state(key)
        draft = await self._drafts.again(state, place, state.version.model if state.version else None, is_longer=True)
        async with aclosing(self._write(draft, state.post.asker_id)) as updates:
            async for update in updates:
                yield update

    async def _write(self, draft: Draft, person_id: int) -> AsyncGenerator[ChatUpdate, None]:
        written = Written(draft.continued.text if draft.continued is not None else "")
        spot = self._parts.line.stand(draft.place.channel_id, person_id)
        async with spot:
            while spot.place:
                yield Waiting(spot.place)
                await spot.moved()
            yield Waiting(0)
            try:
                async with aclosing(self._parts.writer.write(draft.request, written, is_json=draft.is_json)) as updates:
                    async for update in updates:
                        yield update
            except asyncio.CancelledError:
                written.ended = "stopped"
                raise
            finally:  # a stop, an error and an early close end up here as well
                await _to_the_end(self._keep(draft, written))
        if not written.has_text:
            raise UpstreamEmpty

    async def _keep(self, draft: Draft, written: Written) -> None:
        """Store what was written: as a version of the answer, and in the memory when there is text."""
        if not written.has_text and (draft.continued or not "".join(written.thoughts).strip()):
            return
        version = self._version(draft, written)
        state = await self._parts.posts.find_state(draft.key)
        if state is None:  # forgotten while it was written
            return
        exchange_id = await self._remember(draft, state, version) if written.has_text else None
        if draft.continued:
            await self._parts.posts.replace_version(draft.key, draft.continued.number, version)
        else:
            await self._parts.posts.add_version(draft.key, version, exchange_id)
        if not draft.is_off:
            self._parts.compact(draft.scope, draft.since)

    def _version(self, draft: Draft, written: Written) -> NewVersion:
        """Return what was written; a longer version keeps the thoughts and sources of its beginning."""
        before = draft.continued
        thoughts = [before.thoughts if before else "", "".join(written.thoughts)]
        return NewVersion(
            text=written.text if written.has_text else "",
            thoughts="\n".join(each for each in thoughts if each.strip()),
            thought_s=written.thought_s + (before.thought_s if before else 0.0),
            citations=tuple(dict.fromkeys((*(before.citations if before else ()), *written.citations))),
            model=draft.request.model,
            ended=written.ended,
            used=_facts(draft),
            created_at=self._now(),
        )

    async def _remember(self, draft: Draft, state: PostState, version: NewVersion) -> int | None:
        """Store the exchange whole, or the new text of its answer; what only the process knows of is not stored."""
        if not state.is_stored:
            return None
        post = state.post
        if post.exchange_id is not None:
            await self._parts.memory.rewrite_answer(post.exchange_id, version.text, version.model)
            return post.exchange_id
        asked = _turn(post, remembered_question(post), version.model, post.created_at, post.message_id)
        answer = _turn(post, version.text, version.model, self._now(), None)
        exchange_id = await self._parts.memory.remember(
            draft.scope.key, asked, answer, guild_id=post.guild_id, post_id=post.id
        )
        return exchange_id or None  # 0: forgotten at this very moment


def remembered_question(post: Post) -> str:
    """Return what is remembered of a question: its words, and the beginning of what went along."""
    if not post.material:
        return post.prompt
    material = post.material
    if len(material) > REMEMBERED_MATERIAL_CHARS:
        material = f"{material[:REMEMBERED_MATERIAL_CHARS]}\n(cut)"
    return f"{post.prompt}\n\n{quoted(material)}"


def _turn(post: Post, text: str, model: str, created_at: datetime, message_id: int | None) -> NewTurn:
    return NewTurn(
        text=text,
        author_id=post.asker_id,
        author_name=post.asker_name,
        model=model,
        created_at=created_at,
        message_id=message_id,
        channel_id=post.channel_id,
    )


def _facts(draft: Draft) -> dict[str, int]:
    if draft.is_off:
        return {"off": 1}
    used = draft.context.used
    return {
        "turns": used.turns,
        "pinned": used.pinned,
        "summarised": used.summarised,
        "dropped": used.dropped,
    }


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:  # Any: what coroutines send and get does not matter
    """Await something that a cancellation must not cut; the cancellation takes effect when it is done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled() and task.exception() is not None:
            log.warning("what was written could not be kept error=%s", type(task.exception()).__name__)
        raise
