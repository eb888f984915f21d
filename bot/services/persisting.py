"""Do what has to be done to the memory also when the store fails at first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import StoreError

AGAIN_AFTER_S = 5.0
GIVE_UP_AFTER_S = 3600.0  # a file that is damaged does not mend itself

log = logging.getLogger(__name__)


class Persisting:
    """Tries again while the store fails. sleep: waits between two tries."""

    def __init__(self, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._newest: dict[int, object] = {}

    async def on(self, message_id: int, work: Callable[[], Awaitable[None]]) -> None:
        """Do something about a message until it works, or until something newer is to be done about that message."""
        mark = object()
        self._newest[message_id] = mark
        try:
            for _ in range(int(GIVE_UP_AFTER_S / AGAIN_AFTER_S)):
                if self._newest.get(message_id) is not mark:
                    return None
                try:
                    return await work()
                except StoreError as failed:
                    log.debug("what became of a message waits for the memory error=%s", type(failed).__name__)
                await self._sleep(AGAIN_AFTER_S)
            log.warning("what became of a message was not followed: the memory stayed away")
        finally:
            if self._newest.get(message_id) is mark:
                del self._newest[message_id]
