"""Ask a question: what is remembered goes along, the answer streams back, the exchange is stored when it ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.errors import UpstreamEmpty
from bot.grok.types import ChatMessage, ChatParameters, ChatRequest, InlineImage
from bot.services.context import Asked, Context, ContextService
from bot.services.line import Line
from bot.services.posts import NewVersion, PostService, PostState, Version
from bot.services.preferences import PreferenceService, Tuning
from bot.services.question import (
    REMEMBERED_MATERIAL_CHARS,
    ChatUpdate,
    Opened,
    Question,
    Waiting,
    told_material,
)
from bot.services.scope import Place, Scope, ScopeService
from bot.services.speech import plain, quoted
from bot.services.writing import Writer, Written
from bot.store.memory import Memory, NewTurn
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, Post

log = logging.getLogger(__name__)

CONTINUE = "Go on exactly where your last answer stopped, in the same language and format, and repeat nothing of it."


@dataclass(frozen=True, slots=True)
class ChatModels:
    """The models that answer. vision: for questions with pictures; "" takes the usual one."""

    usual: str
    vision: str = ""


@dataclass(frozen=True, slots=True)
class ChatParts:
    """What answering a question needs.

    since: from when on a server remembers, by its id; compact: is told of a scope that has grown, and returns at once.
    """

    writer: Writer
    memory: Memory
    posts: PostService
    scopes: ScopeService
    context: ContextService
    preferences: PreferenceService
    line: Line
    since: Callable[[int | None], Awaitable[datetime | None]]
    compact: Callable[[Scope, datetime | None], None]


@dataclass(frozen=True, slots=True)
class _Draft:
    """An answer about to be written. continued: the version that it makes longer, None for a new one."""

    key: str
    place: Place
    scope: Scope
    since: datetime | None
    request: ChatRequest
    context: Context
    is_json: bool = False
    continued: Version | None = None


class ChatService:
    """Questions, answers, and what buttons under an answer ask for. now: aware."""

    def __init__(
        self, parts: ChatParts, models: ChatModels, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._parts = parts
        self._models = models
        self._now = now

    async def ask(self, question: Question) -> AsyncGenerator[ChatUpdate, None]:
        """Yield Opened, Waiting while others are before it, the answer as it comes, and Finished.

        However it ends (an error, cancelled, closed early), what people saw of it is kept with its question.
        Raises the UpstreamError tree, and InputError; close the iterator with `aclosing`.
        """
        place, author = question.place, question.author
        scope = await self._parts.scopes.resolve(place, author.id)
        tuning = await self._parts.preferences.of(place)
        since = await self._parts.since(place.guild_id)
        material = told_material(question.material)
        images = tuple(picture.image for picture in question.pictures)
        asked = Asked(author.id, author.name, question.prompt, material, images)
        context = await self._parts.context.build(scope, asked, tuning, since=since, is_fresh=question.is_fresh)
        key = await self._open(question, scope, material)
        yield Opened(key)
        model = question.model or self._model(tuning, context)
        draft = _Draft(key, place, scope, since, _request(model, context.messages, tuning), context, tuning.is_json)
        async with aclosing(self._write(draft, author.id)) as updates:
            async for update in updates:
                yield update

    async def regenerate(self, key: str, place: Place, model: str | None = None) -> AsyncGenerator[ChatUpdate, None]:
        """Write another version of an answer, as if it were asked again when it was. Events and errors as of `ask`."""
        state = await self._parts.posts.state(key)
        draft = await self._draft_again(state, place, model)
        async with aclosing(self._write(draft, state.post.asker_id)) as updates:
            async for update in updates:
                yield update

    async def go_on(self, key: str, place: Place) -> AsyncGenerator[ChatUpdate, None]:
        """Make the shown version longer. Events and errors as of `ask`."""
        state = await self._parts.posts.state(key)
        draft = await self._draft_again(state, place, state.version.model if state.version else None, is_longer=True)
        async with aclosing(self._write(draft, state.post.asker_id)) as updates:
            async for update in updates:
                yield update

    async def _open(self, question: Question, scope: Scope, material: str) -> str:
        post = NewPost(
            scope=scope.key,
            channel_id=question.place.channel_id,
            guild_id=question.place.guild_id,
            asker_id=question.author.id,
            asker_name=question.author.name,
            prompt=question.prompt,
            material=material,
            heading=question.heading,
            model=question.model,
            is_fresh=question.is_fresh,
            message_id=question.message_id,
            created_at=self._now(),
        )
        pictures = [StoredPicture(each.name, each.image.mime, each.image.data) for each in question.pictures]
        return await self._parts.posts.open(post, pictures, is_private=question.is_private)

    async def _draft_again(
        self, state: PostState, place: Place, model: str | None, *, is_longer: bool = False
    ) -> _Draft:
        """Return a draft with the memory as it stood before the question."""
        post, key = state.post, state.key
        scope = await self._parts.scopes.resolve(place, post.asker_id)
        if scope.key != post.scope:  # somebody switched it since
            scope = Scope(post.scope, scope.mode)
        tuning = await self._parts.preferences.of(place)
        since = await self._parts.since(place.guild_id)
        pictures = tuple(InlineImage(each.data, each.mime) for each in await self._parts.posts.pictures(key))
        asked = Asked(post.asker_id, post.asker_name, post.prompt, post.material, pictures)
        context = await self._parts.context.build(
            scope, asked, tuning, since=since, before=post.exchange_id, is_fresh=post.is_fresh
        )
        messages = context.messages
        if is_longer and state.version is not None:
            messages = (*messages, ChatMessage("assistant", plain(state.version.text)), ChatMessage("user", CONTINUE))
        request = _request(model or post.model or self._model(tuning, context), messages, tuning, is_json=not is_longer)
        continued = state.version if is_longer else None
        return _Draft(key, place, scope, since, request, context, tuning.is_json and not is_longer, continued)

    def _model(self, tuning: Tuning, context: Context) -> str:
        if context.has_pictures and self._models.vision:
            return self._models.vision
        return tuning.model or self._models.usual

    async def _write(self, draft: _Draft, person_id: int) -> AsyncGenerator[ChatUpdate, None]:
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

    async def _keep(self, draft: _Draft, written: Written) -> None:
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
        self._parts.compact(draft.scope, draft.since)

    def _version(self, draft: _Draft, written: Written) -> NewVersion:
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
            used=_facts(draft.context),
            created_at=self._now(),
        )

    async def _remember(self, draft: _Draft, state: PostState, version: NewVersion) -> int | None:
        """Store the exchange whole, or the new text of its answer; a private one is not stored."""
        if state.is_private:
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


def _request(model: str, messages: tuple[ChatMessage, ...], tuning: Tuning, *, is_json: bool = True) -> ChatRequest:
    parameters = ChatParameters(
        temperature=tuning.temperature,
        max_tokens=tuning.max_tokens,
        response_format="json_object" if tuning.is_json and is_json else None,
    )
    return ChatRequest(model, messages, parameters)


def _facts(context: Context) -> dict[str, int]:
    used = context.used
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
