"""Let one answer be written: thinking apart from text, JSON checked and asked for once more, nothing lost."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from bot.errors import UpstreamError
from bot.grok.protocol import Grok
from bot.grok.types import ChatMessage, ChatRequest, Finished, ReasoningDelta, TextDelta, says_anything
from bot.services.json_answers import json_problem
from bot.services.question import Restarted
from bot.services.speech import plain

JSON_AGAIN = "That is not valid JSON: {problem}. Answer again with nothing but the valid JSON."
_ENDED = {"length": "length", "content_filter": "filtered"}

WritingUpdate = TextDelta | ReasoningDelta | Restarted | Finished


@dataclass
class Written:
    """What was written so far.

    ended: "interrupted" until it ended otherwise: "stop", "length", "filtered", "stopped" (by a person, or because the
    bot was ended), or "json" (not valid JSON).
    start: what stood there before, for an answer that is continued.
    """

    start: str = ""
    pieces: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    thought_s: float = 0.0
    citations: tuple[str, ...] = ()
    ended: str = "interrupted"

    @property
    def text(self) -> str:
        """The whole answer."""
        return self.start + "".join(self.pieces)

    @property
    def has_text(self) -> bool:
        """Whether there is anything to read that was not there before."""
        new = "".join(self.pieces)
        return bool(new.strip()) if self.start.strip() else says_anything(new)


class Writer:
    """Asks a Grok server and keeps account of what it writes. clock: seconds, monotonic."""

    def __init__(self, grok: Grok, clock: Callable[[], float] = time.monotonic) -> None:
        self._grok = grok
        self._clock = clock

    async def write(
        self, request: ChatRequest, written: Written, *, is_json: bool = False
    ) -> AsyncGenerator[WritingUpdate, None]:
        """Yield the answer as it comes, `Finished` last. Raises the UpstreamError tree."""
        async with aclosing(self._attempt(request, written)) as updates:
            async for update in updates:
                yield update
        problem = json_problem(written.text) if is_json and written.has_text else None
        if problem is None:
            return
        async with aclosing(self._again(request, written, problem)) as updates:
            async for update in updates:
                yield update

    async def _again(self, request: ChatRequest, written: Written, problem: str) -> AsyncGenerator[WritingUpdate, None]:
        """Ask once more for valid JSON; where nothing comes of it, the first answer stands."""
        first = written.text
        asked = (ChatMessage("assistant", plain(first)), ChatMessage("user", JSON_AGAIN.format(problem=problem)))
        written.pieces.clear()
        yield Restarted()
        try:
            repeated = replace(request, messages=(*request.messages, *asked))
            async with aclosing(self._attempt(repeated, written)) as updates:
                async for update in updates:
                    yield update
        except UpstreamError:
            if written.has_text:
                raise
        finally:
            if not written.has_text:
                written.pieces[:] = [first]
            if json_problem(written.text) is not None:
                written.ended = "json"
        if written.text == first:
            yield Restarted()
            yield TextDelta(first)

    async def _attempt(self, request: ChatRequest, written: Written) -> AsyncGenerator[WritingUpdate, None]:
        thinking_since: float | None = None
        async with aclosing(self._grok.stream_chat(request)) as events:
            async for event in events:
                match event:
                    case TextDelta():
                        written.pieces.append(event.text)
                        if thinking_since is not None:
                            written.thought_s += self._clock() - thinking_since
                            thinking_since = None
                    case ReasoningDelta():
                        written.thoughts.append(event.text)
                        thinking_since = self._clock() if thinking_since is None else thinking_since
                    case Finished():
                        if thinking_since is not None:
                            written.thought_s += self._clock() - thinking_since
                        written.citations = event.citations
                        written.ended = _ENDED.get(event.reason, "stop")
                yield event
