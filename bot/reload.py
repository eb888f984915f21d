"""What is read again while the process runs, when it is told to by SIGHUP."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable

from bot.errors import GrokBotError

log = logging.getLogger(__name__)

Reread = Callable[[], object]


class Reloads:
    """A list of what to read again. A mistake in one of them is logged in one line, and what was before stays."""

    def __init__(self) -> None:
        self._rereads: list[Reread] = []

    def add(self, reread: Reread) -> None:
        """Let `reread` be called at every SIGHUP, in the event loop; it must not wait. It may raise GrokBotError."""
        self._rereads.append(reread)

    def listen(self) -> None:
        """Wait for SIGHUP in the running event loop. Where nothing is to be read again it does nothing but log."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.run)

    def run(self) -> None:
        """Read everything again."""
        log.info("reading again what can be changed while running")
        for reread in self._rereads:
            try:
                reread()
            except GrokBotError as bad:
                log.error("nothing was changed: %s", bad)
