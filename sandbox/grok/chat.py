"""Chat answers: text at a pace, with or without reasoning before it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from sandbox.grok.calls import ChatCall
from sandbox.grok.errors import ApiError
from sandbox.grok.exchange import LOST, Exchange, Reply
from sandbox.grok.faults import Faults
from sandbox.grok.manners import BROKEN_JSON, continuation, cut, halved, json_answer, summary, wants_json, wants_summary
from sandbox.grok.seeds import stable_uuid
from sandbox.grok.steps import Delta, Done, Finish, Opening, Script, Step, Tokens, Wait, say
from sandbox.grok.voice import CITATIONS, completion
from sandbox.grok.writer import answer, pieces_of, think

MAX_TOKENS = 200_000
ACCOUNT = "users/00000000-aaaa-4bbb-8ccc-000000000001/generated"
EMPTY = ("empty", "nothing", "apierror", "http", *LOST)
THINK_FAULTS = ("think", "search", "think_split", "think_unclosed", "think_noopen", "think_only", "think_twice")
FIELD_FAULTS = ("reasoning_content", "reasoning", "reasoning_both")
# The form of OpenAI's web search, which later proxies send too.
ANNOTATIONS = [
    {"type": "url_citation", "url_citation": {"url": url, "title": f"Source {n}", "start_index": 0, "end_index": 0}}
    for n, url in enumerate(CITATIONS, 1)
]
FALSE_LINE_ENDS = "These are no line ends: \u2028 and \u2029 and \x85 and \x0b and \x0c, they belong to the text.\n\n"
LITERAL = "A tag can be text, too:\n\n```html\n<think>this is part of the answer</think>\n```\n\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said. thought: the reasoning, "" for none; pieces: the text as it is streamed.

    is_cut: the tokens that were allowed did not do.
    """

    thought: str
    pieces: list[str]
    is_cut: bool = False

    @property
    def text(self) -> str:
        """The text in one."""
        return "".join(self.pieces)


def chat_reply(exchange: Exchange, call: ChatCall) -> Reply:
    """Return both forms of the answer to a chat request."""
    maker = _Maker(exchange, call)
    return Reply(call.model, call.is_stream, maker.script, maker.body, is_chat=True)


class _Maker:
    def __init__(self, exchange: Exchange, call: ChatCall) -> None:
        self._exchange = exchange
        is_proxy_only = exchange.demo.settings.is_proxy_only
        self._call = replace(call, options={}) if is_proxy_only else call
        self._faults = exchange.faults
        self._sources = ANNOTATIONS if "search" in exchange.faults and not is_proxy_only else []

    async def script(self) -> Script:
        """Yield the answer in the proxy's order: role, reasoning, text, finish, [DONE]."""
        made = await self._compose()
        yield Wait(self._exchange.first_s)
        if "nothing" not in self._faults:
            yield Opening()
        if "chatimage" in self._faults:
            for step in await self._drawn():
                yield step
        else:
            for step in [*_reasoning(made.thought, self._exchange.style), *await self._text(made)]:
                yield step
        if self._sources:
            yield Delta({"annotations": self._sources})
        yield Finish("length" if made.is_cut else "stop")
        yield Done()

    async def body(self) -> dict[str, object]:
        """Return the answer in one, after the time a stream would have taken."""
        faults = self._faults
        if faults.any(*EMPTY):
            return completion(self._call.model, "")
        made = await self._compose()
        text = made.text
        if "chatimage" in faults:
            text = "I generated images with the prompt\n" + "".join(await self._pictures())
        elif "card" in faults:
            text = f"Here is a picture:\n{(await self._pictures(1))[0]}{text}"
        await asyncio.sleep(self._exchange.first_s + len(made.pieces) / self._exchange.per_s)
        reason = "length" if "length" in faults or made.is_cut else "content_filter" if "filter" in faults else "stop"
        return completion(self._call.model, text, reason=reason, more=self._more_fields(made.thought))

    async def _compose(self) -> Answer:
        faults = self._faults
        if "tokens" in faults:
            count = min(max(int(faults.number("tokens", 100)), 0), MAX_TOKENS)
            return Answer("", [f"w{index} " for index in range(count)])
        prompt = self._exchange.prompt
        is_forced = faults.any(*THINK_FAULTS, *FIELD_FAULTS) and self._call.effort != "none"
        wants_thought = (self._call.thinks and "plain" not in faults) or is_forced
        text = "" if "think_only" in faults else self._say(prompt, await self._sights())
        lead = (FALSE_LINE_ENDS if "u2028" in faults else "") + (LITERAL if "think_literal" in faults else "")
        pieces, is_cut = cut(halved(lead + text) if "length" in faults else pieces_of(lead + text), self._call)
        return Answer(think(prompt) if wants_thought else "", pieces, is_cut)

    def _say(self, prompt: str, sights: list[str]) -> str:
        """Return the answer in the form the request asks for."""
        if wants_json(self._call):
            said = BROKEN_JSON if "badjson" in self._faults else json_answer(self._call, prompt)
            return f"```json\n{said}\n```" if "fencedjson" in self._faults else said
        rest = continuation(self._call, prompt, sights)
        if rest is not None:
            return rest
        return summary(self._call, prompt) if wants_summary(self._call, prompt) else answer(self._call, prompt, sights)

    async def _sights(self) -> list[str]:
        """Describe the pictures that came with the question; one that cannot be had is said to be so."""
        return [await self._describe(image) for image in self._call.asking.images]

    async def _describe(self, image: str) -> str:
        try:
            return await self._exchange.demo.studio.describe(await self._exchange.demo.load(image))
        except ApiError as refused:
            return f"one I could not look at ({refused.message})"

    async def _text(self, made: Answer) -> list[Step]:
        card: list[Step] = []
        if "card" in self._faults:
            card = [say("Here is a picture:"), *map(say, await self._pictures(1))]
        return [*card, Tokens(made.pieces)] if made.pieces else card

    def _more_fields(self, thought: str) -> dict[str, object]:
        """Return the sources and the reasoning of an answer that is not streamed; the proxy shows no reasoning."""
        faults = self._exchange.style
        fields: dict[str, object] = {"annotations": self._sources}
        if thought and "reasoning_both" in faults:
            return {**fields, "reasoning_content": thought, "reasoning": thought}
        name = next((name for name in ("reasoning_content", "reasoning") if name in faults), None)
        return {**fields, name: thought} if thought and name else fields

    async def _drawn(self) -> list[Step]:
        """Return pictures made within a chat answer: progress as reasoning, then Markdown."""
        progress = [f"正在生成第{n}张图片中，当前进度{percent}%\n" for n in (1, 2) for percent in (50, 100)]
        thought: list[Step] = [say("<think>\n"), Tokens(progress, per_s=8, is_thought=True), say("\n</think>\n")]
        return [Tokens(pieces_of("I'll draw that.")), *thought, *map(say, await self._pictures())]

    async def _pictures(self, count: int = 2) -> list[str]:
        exchange, links = self._exchange, []
        for variant in range(count):
            painted = await exchange.demo.studio.paint(exchange.prompt, (1024, 1024), variant)
            id_ = stable_uuid("chat picture", exchange.prompt, variant)
            path = f"{ACCOUNT}/{id_}/image.jpg"
            link = exchange.demo.publish(exchange.request, "image", path, painted.final, exchange.faults)
            links.append(f"![{id_}]({link})\n")
        return links


def _reasoning(thought: str, faults: Faults) -> list[Step]:
    """Return the reasoning as the proxy or another server streams it."""
    if not thought:
        return []
    pieces = pieces_of(thought)
    if "reasoning_both" in faults:
        return [Delta({"reasoning_content": piece, "reasoning": piece}) for piece in pieces]
    if "reasoning_content" in faults:
        return [Tokens(pieces, "reasoning_content")]
    if "reasoning" in faults:
        details = {"type": "reasoning.summary", "summary": thought}
        return [Tokens(pieces, "reasoning"), Delta({"content": "", "reasoning": None, "reasoning_details": [details]})]
    return _tagged(pieces, faults)


def _tagged(pieces: list[str], faults: Faults) -> list[Step]:
    search: list[Step] = [say("[WebSearch] what the demo knows\n")] if "search" in faults else []
    seconds = faults.number("think", 0)
    per_s = len(pieces) / seconds if seconds > 0 else None
    inner: list[Step] = [Tokens(pieces, per_s=per_s, is_thought=True), *search]
    if "think_split" in faults:
        return [*map(say, ("<th", "ink", ">\n")), *inner, *map(say, ("\n</", "thi", "nk>\n"))]
    if "think_unclosed" in faults:
        return [say("<think>\n"), *inner]
    if "think_noopen" in faults:
        return [*inner, say("\n</think>\n")]
    block = [say("<think>\n"), *inner, say("\n</think>\n")]
    return [*block, *block] if "think_twice" in faults else block
