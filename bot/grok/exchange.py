"""One request and its reply, from bytes to whatever a reader makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing, suppress
from typing import Protocol, TypeVar

from bot.errors import UpstreamError, UpstreamTimeout
from bot.grok.http import Call, Wire, translated
from bot.grok.replies import ReplyDecoder
from bot.grok.sse import Event
from bot.grok.unpacking import body_of

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

_TAIL_S = 1.0  # after a finish reason: counts and [DONE] follow at once, or not at all
_DRAIN_S = 0.1  # reading the end of the body lets the connection serve again


class Reader(Protocol[T_co]):
    """Makes something of a reply's events."""

    @property
    def is_finished(self) -> bool:
        """Tell whether a finish reason came."""
        ...

    @property
    def is_done(self) -> bool:
        """Tell whether nothing more will come."""
        ...

    def read(self, event: Event) -> Iterable[T_co]:
        """Return what `event` gives. Raise UpstreamError where it is one."""
        ...

    def end(self) -> Iterable[T_co]:
        """Return what the end gives. Raise UpstreamError if the reply was not complete."""
        ...

    def broken(self, error: UpstreamError) -> UpstreamError:
        """Return what to raise when the reply failed with `error`, given what was shown by then."""
        ...


# A model writes a token every 20 ms or so, and waking up for each costs more than reading it. So after a wait for the
# network, what comes next is left to gather for a moment that nobody sees: messages are edited far less often.
_WAITED_S = 0.005
_GATHER_S = 0.04


async def exchange(
    wire: Wire, call: Call, reader: Reader[T], ends_at: float, clock: Callable[[], float]
) -> AsyncGenerator[T, None]:
    """Send `call` and yield what `reader` makes of the reply. ends_at: the deadline by `clock`."""
    async with wire.open(call) as response:
        decoder = ReplyDecoder(response.headers.get("content-type", ""), status=response.status_code)
        async with aclosing(body_of(response)) as body:
            while not reader.is_done:
                asked_at, has_given = clock(), False
                try:
                    chunk = await _next(body, _limit_s(reader, ends_at - clock(), wire.timing.silence_s))
                    events = decoder.feed(chunk) if chunk else decoder.close()
                except UpstreamError as error:
                    if reader.is_finished:
                        break
                    raise reader.broken(error) from error.__cause__
                for event in events:
                    for item in reader.read(event):
                        has_given = True
                        yield item
                if not chunk:
                    break
                if has_given and clock() - asked_at > _WAITED_S:
                    await asyncio.sleep(_GATHER_S)
            for item in reader.end():
                yield item
            with suppress(UpstreamError):
                await _next(body, _DRAIN_S)


async def _next(body: AsyncIterator[bytes], limit_s: float | None) -> bytes:
    """Return the next bytes, b"" at the end of the body."""
    if limit_s is not None and limit_s <= 0:
        raise UpstreamTimeout  # a body that always has bytes ready never gives asyncio's timeout a chance
    with translated():
        try:
            if limit_s is None:
                return await anext(body)
            async with asyncio.timeout(limit_s):
                return await anext(body)
        except StopAsyncIteration:
            return b""
        except TimeoutError as late:
            raise UpstreamTimeout from late


def _limit_s(reader: Reader[object], left_s: float, silence_s: float) -> float | None:
    """Return how long the next read may take, None where the silence that httpx allows ends it in time."""
    if reader.is_finished:
        return min(left_s, _TAIL_S)
    return left_s if left_s < silence_s else None
