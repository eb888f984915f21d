"""Chat: the request's body, and the reading of a reply."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from bot.errors import UpstreamBlocked, UpstreamEmpty, UpstreamError, UpstreamInterrupted
from bot.grok.chunks import citations_of, finish_of, usage_of
from bot.grok.reading import chunk_of, is_done
from bot.grok.replies import WHOLE
from bot.grok.shapes import Choice, Chunk
from bot.grok.sse import Event
from bot.grok.think import ThinkFilter, split_thinking
from bot.grok.types import (
    ChatEvent,
    ChatMessage,
    ChatParameters,
    ChatRequest,
    Finished,
    FinishReason,
    InlineImage,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from bot.secret import Secret


def chat_payload(request: ChatRequest, *, stream: bool) -> dict[str, object]:
    """Return the JSON body. `stream` is always in it: without it servers differ. Blank messages are left out."""
    messages = [_message(message) for message in request.messages if message.text.strip() or message.images]
    return {"model": request.model, "messages": messages, "stream": stream, **_parameters(request.parameters)}


def user_message(text: str, images: Iterable[InlineImage] = ()) -> dict[str, object]:
    """Return a user's message. Plain text stays a string: some servers look for a prompt in nothing else."""
    return _message(ChatMessage("user", text, tuple(images)))


def data_uri(image: InlineImage) -> str:
    """Return a picture as a data URI."""
    return f"data:{image.mime};base64,{base64.b64encode(image.data).decode('ascii')}"


class ChatReader:
    """Turn the events of one reply into chat events: the answer is choice 0, thinking is kept apart.

    has_started: something was shown.
    """

    def __init__(self, secrets: tuple[Secret, ...] = ()) -> None:
        self.has_started = False
        self.is_done = False
        self._secrets = secrets
        self._thinking = ThinkFilter()
        self._saw_event = False
        self._has_text = False
        self._has_thought = False
        self._finish: FinishReason | None = None
        self._usage: Usage | None = None
        self._citations: dict[str, None] = {}

    @property
    def is_finished(self) -> bool:
        """Tell whether a finish reason came; counts may follow it."""
        return self._finish is not None

    def read(self, event: Event) -> list[ChatEvent]:
        """Return what one event adds to the answer."""
        self._saw_event = True
        if is_done(event):
            self.is_done = True
            return []
        try:
            chunk = chunk_of(event, self._secrets)
        except UpstreamError as error:
            raise self.broken(error) from None
        if chunk is None:
            return []
        self._note(chunk)
        choice = next((choice for choice in chunk.choices or () if not choice.index), None)
        shown = self._read_choice(choice, is_whole=event.name == WHOLE) if choice else []
        if event.name == WHOLE:
            self.is_done = True
        return shown

    def end(self) -> Iterator[ChatEvent]:
        """Yield the end of the answer. Raise where it is incomplete, or where there is nothing in it."""
        shown: list[ChatEvent] = []
        for kind, text in self._thinking.close():
            self._show(shown, kind == "reasoning", text)
        yield from shown
        if not (self.is_done or self.is_finished):
            raise UpstreamInterrupted if self._saw_event else UpstreamEmpty
        reason = self._finish or "stop"
        if not self._has_text and reason == "content_filter":
            raise UpstreamBlocked
        if not (self._has_text or self._has_thought):
            raise UpstreamEmpty
        yield Finished(reason, self._usage, tuple(self._citations))

    def broken(self, error: UpstreamError) -> UpstreamError:
        """Return `error`, or, where part of the answer was shown, that it was interrupted."""
        if not self._has_text:
            return error
        return UpstreamInterrupted(
            error.message, status=error.status, code=error.code, retry_after_s=error.retry_after_s
        )

    def _note(self, chunk: Chunk) -> None:
        """Remember what is not text."""
        if chunk.usage:
            self._usage = usage_of(chunk.usage) or self._usage
        if chunk.citations or chunk.search_sources:
            self._citations.update(dict.fromkeys(citations_of(chunk.citations, chunk.search_sources)))

    def _read_choice(self, choice: Choice, *, is_whole: bool) -> list[ChatEvent]:
        shown: list[ChatEvent] = []
        said = choice.said
        if said is not None:
            if said.thought:
                self._show(shown, True, said.thought)
            if said.text:
                self._read_text(shown, said.text, is_whole=is_whole)
            if said.annotations:
                self._citations.update(dict.fromkeys(citations_of(said.annotations)))
        if choice.finish_reason:
            self._finish = finish_of(choice.finish_reason)
        return shown

    def _read_text(self, shown: list[ChatEvent], text: str, *, is_whole: bool) -> None:
        if is_whole:
            answer, reasoning = split_thinking(text)
            self._show(shown, True, reasoning)
            self._show(shown, False, answer)
            return
        for kind, part in self._thinking.feed(text):
            self._show(shown, kind == "reasoning", part)

    def _show(self, shown: list[ChatEvent], is_thought: bool, text: str) -> None:
        if not text:
            return
        self.has_started = self.has_started or not text.isspace()
        if is_thought:
            self._has_thought = self._has_thought or not text.isspace()
            shown.append(ReasoningDelta(text))
        else:
            self._has_text = self._has_text or not text.isspace()
            shown.append(TextDelta(text))


def _message(message: ChatMessage) -> dict[str, object]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    parts: list[dict[str, object]] = [{"type": "text", "text": message.text}] if message.text.strip() else []
    parts += [{"type": "image_url", "image_url": {"url": data_uri(image)}} for image in message.images]
    return {"role": message.role, "content": parts}


def _parameters(parameters: ChatParameters) -> dict[str, object]:
    """Return what was set, by the API's names."""
    values: dict[str, object] = {
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "max_tokens": parameters.max_tokens,
        "frequency_penalty": parameters.frequency_penalty,
        "presence_penalty": parameters.presence_penalty,
        "stop": parameters.stop,
        "n": parameters.n,
        "user": parameters.user,
        "response_format": parameters.response_format and {"type": parameters.response_format},
        "reasoning_effort": parameters.reasoning_effort,
    }
    return {name: value for name, value in values.items() if value is not None}
