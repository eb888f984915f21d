"""Sending a request again: the waits between attempts, with the clock and the sleep handed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import UpstreamError
from bot.grok.retry import delay_s, may_have_generated, may_retry


@dataclass(frozen=True, slots=True)
class Patience:
    """How time passes. random: 0..1, spreads the waits of many clients. most_attempts: fewer than `retry` allows."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    random: Callable[[], float]
    most_attempts: int | None = None


class Attempts:
    """The attempts at one request. ends_at: by the clock; no wait goes beyond it."""

    def __init__(self, patience: Patience, deadline_s: float) -> None:
        self.ends_at = patience.clock() + deadline_s
        self._patience = patience
        self._made = 0

    async def wait_or_raise(self, error: UpstreamError, *, started: bool) -> None:
        """Wait until the next attempt, or raise `error` if there is to be none. started: see `may_retry`."""
        self._made += 1
        wait_s = delay_s(self._made, error.retry_after_s, self._patience.random)
        most = self._patience.most_attempts
        is_late = self._patience.clock() + wait_s >= self.ends_at or (most is not None and self._made >= most)
        if is_late or not may_retry(error, attempt=self._made, started=started):
            raise error
        await self._patience.sleep(wait_s)

    async def wait_or_raise_order(self, error: UpstreamError, *, saw_reply: bool) -> None:
        """Do the same for an order that costs quota: it is sent again only while nothing can have been generated.

        saw_reply: see `may_have_generated`, whose answer `error` carries from here on.
        """
        error.may_have_generated = may_have_generated(error, saw_reply=saw_reply)
        await self.wait_or_raise(error, started=error.may_have_generated)
