"""The picture routes of the OpenAI form: `/v1/images/generations` and `/v1/images/edits`."""

from __future__ import annotations

import time
from contextlib import aclosing

from sandbox.grok.exchange import Exchange, Reply
from sandbox.grok.orders import ImageOrder
from sandbox.grok.pictures import REFUSAL, USAGE, PictureMaker, Stated, refuse_if_later, stream_failure
from sandbox.grok.steps import Event, Half, Script, Wait
from sandbox.grok.voice import to_json


def images_reply(exchange: Exchange, model: str, order: ImageOrder, *, is_stream: bool, source: bytes = b"") -> Reply:
    """Return both forms of pictures as the OpenAI routes give them."""
    maker = PictureMaker(exchange, order, source)
    form = _ImagesForm(exchange, order, maker)
    return Reply(model, is_stream, form.script, form.body, is_picture=True)


class _ImagesForm:
    def __init__(self, exchange: Exchange, order: ImageOrder, maker: PictureMaker) -> None:
        self._exchange = exchange
        self._order = order
        self._maker = maker
        self._field = "b64_json" if maker.is_b64 else "url"

    async def script(self) -> Script:
        """Yield partial and completed pictures; there is no [DONE]."""
        yield Wait(self._exchange.first_s)
        failed = stream_failure(self._exchange)
        if failed is not None:
            yield failed
            return
        is_first = True
        async with aclosing(self._maker.states()) as states:
            async for state in states:
                if state is not None:
                    yield self._event(state)
                if is_first:
                    yield Half()
                is_first = False

    def _event(self, state: Stated) -> Event:
        name = f"image_generation.{'completed' if state.is_last else 'partial_image'}"
        facts: dict[str, object] = {"type": name, self._field: state.value, "created_at": int(time.time())}
        facts |= {"size": self._order.size_name, "index": state.index}
        if not state.is_last:
            facts["partial_image_index"] = 0 if state.stage == "preview" else 1
        facts |= {"image_id": state.image_id, "stage": state.stage}
        if state.is_last:
            facts["usage"] = USAGE
        return Event(to_json(facts), name, len(state.value))

    async def body(self) -> dict[str, object]:
        """Return all pictures; one that failed is the word "error"."""
        refuse_if_later(self._exchange)
        if "refusal" in self._exchange.faults:
            return {"created": int(time.time()), "data": [], "usage": USAGE, "block_reason": REFUSAL}
        values = await self._maker.results()
        return {"created": int(time.time()), "data": [{self._field: value} for value in values], "usage": USAGE}
