"""What an order cannot do without waits for the database to come back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import StoreError

AGAIN_AFTER_S = 1.0

log = logging.getLogger(__name__)

T = TypeVar("T")


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Return what `work` does, as soon as the database lets it. It must be harmless to begin it again.

    A process whose slot is another's waits here until it is cut off: it must neither act nor give up.
    """
    while True:
        try:
            return await work()
        except StoreError as away:
            log.warning("an order waits for the database error=%s", away)
            await asyncio.sleep(AGAIN_AFTER_S)
