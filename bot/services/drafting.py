"""From a question to a request: what goes along with it, by which model, and under which key the answer is found."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import StoreError
from bot.grok.types import ChatMessage, ChatParameters, ChatRequest, InlineImage
from bot.services.context import Asked, Context, ContextService
from bot.services.line import Line
from bot.services.posts import PostService, PostState, Version
from bot.services.preferences import PreferenceService, Tuning
from bot.services.question import Question, told_material
from bot.services.scope import Place, Scope, ScopeService, shared_key
from bot.services.speech import plain
from bot.services.writing import Writer
from bot.store.memory import Memory
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost

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
class _Recalled:
    """What is known of a place and its memory. is_off: nothing, because the store cannot be read."""

    scope: Scope
    since: datetime | None
    tuning: Tuning
    context: Context
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer about to be written.

    is_off: without memory, because the store cannot be read. continued: the version that it makes longer, None for a
    new one.
    """

    key: str
    place: Place
    scope: Scope
    since: datetime | None
    request: ChatRequest
    context: Context
    is_json: bool = False
    is_off: bool = False
    continued: Version | None = None


class Drafts:
    """Makes drafts. A store that fails costs the memory, never the answer. now: aware."""

    def __init__(self, parts: ChatParts, models: ChatModels, now: Callable[[], datetime]) -> None:
        self._parts = parts
        self._models = models
        self._now = now

    async def new(self, question: Question) -> Draft:
        """Return the draft of an answer to a question, which is kept for it. Raises InputError."""
        place, author = question.place, question.author
        material = told_material(question.material)
        images = tuple(picture.image for picture in question.pictures)
        asked = Asked(author.id, author.name, question.prompt, material, images)
        recalled = await self._recalled(place, asked, is_fresh=question.is_fresh)
        key = await self._open(question, recalled, material)
        model = question.model or self._model(recalled)
        return _draft(key, place, recalled, _request(model, recalled.context.messages, recalled.tuning))

    async def again(self, state: PostState, place: Place, model: str | None, *, is_longer: bool = False) -> Draft:
        """Return a draft with the memory as it stood before the question.

        is_longer: the shown version is made longer; else the answer gets another one.
        """
        post = state.post
        pictures = tuple(InlineImage(each.data, each.mime) for each in await self._parts.posts.pictures(state.key))
        asked = Asked(post.asker_id, post.asker_name, post.prompt, post.material, pictures)
        recalled = await self._recalled(
            place, asked, is_fresh=post.is_fresh, scope_key=post.scope, before=post.exchange_id
        )
        messages = recalled.context.messages
        continued = state.version if is_longer else None
        if continued is not None:
            messages = (*messages, ChatMessage("assistant", plain(continued.text)), ChatMessage("user", CONTINUE))
        chosen = model or post.model or self._model(recalled)
        request = _request(chosen, messages, recalled.tuning, is_json=not is_longer)
        return _draft(state.key, place, recalled, request, is_longer=is_longer, continued=continued)

    async def _recalled(
        self, place: Place, asked: Asked, *, is_fresh: bool, scope_key: str = "", before: int | None = None
    ) -> _Recalled:
        """Return what goes along. scope_key: of the memory that was used then, "" for the one of now."""
        parts, tuning = self._parts, Tuning()
        try:
            tuning = await parts.preferences.of(place)
            scope = await parts.scopes.resolve(place, asked.author_id)
            if scope_key not in {"", scope.key}:  # somebody switched it since
                scope = Scope(scope_key, scope.mode)
            since = await parts.since(place.guild_id)
            context = await parts.context.build(scope, asked, tuning, since=since, before=before, is_fresh=is_fresh)
        except StoreError as failed:
            log.warning("answering without memory channel=%s error=%s", place.channel_id, type(failed).__name__)
            scope = Scope(shared_key(place.channel_id), "channel")
            context = await parts.context.build(scope, asked, tuning, since=None, is_fresh=True)
            return _Recalled(scope, None, tuning, context, is_off=True)
        return _Recalled(scope, since, tuning, context)

    async def _open(self, question: Question, recalled: _Recalled, material: str) -> str:
        post = NewPost(
            scope="" if recalled.is_off else recalled.scope.key,
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
        if question.is_private:
            return await self._parts.posts.open(post, pictures, "private")
        if not recalled.is_off:
            try:
                return await self._parts.posts.open(post, pictures, "stored")
            except StoreError as failed:
                log.warning("an answer is not stored channel=%s error=%s", post.channel_id, type(failed).__name__)
        return await self._parts.posts.open(post, pictures, "passing")

    def _model(self, recalled: _Recalled) -> str:
        if recalled.context.has_pictures and self._models.vision:
            return self._models.vision
        return recalled.tuning.model or self._models.usual


def _draft(
    key: str,
    place: Place,
    recalled: _Recalled,
    request: ChatRequest,
    *,
    is_longer: bool = False,
    continued: Version | None = None,
) -> Draft:
    return Draft(
        key,
        place,
        recalled.scope,
        recalled.since,
        request,
        recalled.context,
        is_json=recalled.tuning.is_json and not is_longer,
        is_off=recalled.is_off,
        continued=continued,
    )


def _request(model: str, messages: tuple[ChatMessage, ...], tuning: Tuning, *, is_json: bool = True) -> ChatRequest:
    parameters = ChatParameters(
        temperature=tuning.temperature,
        max_tokens=tuning.max_tokens,
        response_format="json_object" if tuning.is_json and is_json else None,
    )
    return ChatRequest(model, messages, parameters)
