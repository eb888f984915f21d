"""Decides about each event of Discord's whether the bot may act on it now, later, or never."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

LINGER_S = 2.0  # Discord gives an interaction three seconds to be answered in

T = TypeVar("T")


class Gate:
    """Open while this process may act; held while that is being found out; shut when it may not.

    A gate that lingers belongs to a process that gave its place up and says goodbye: what only one process can answer,
    which Discord sees to, it lets through so late that a successor, if there is one yet, has answered before.

    is_awake: asked before each event, whether the process has been running all the while. After a pause (a machine that
    was suspended, a process that was stopped) another process may have taken over, so events wait until that is known.
    """

    def __init__(self, is_awake: Callable[[], bool] = lambda: True) -> None:
        self._is_awake = is_awake
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_held = False
        self._is_shut = False
        self._is_lingering = False

    def guard(self, act: Callable[[T], None], *, is_exclusive: bool = False) -> Callable[[T], None]:
        """Return `act` as the gate lets it through: in order, each event once, or not at all.

        is_exclusive: only one process can answer these events, whoever is first.
        """

        def acting(event: T) -> None:
            if self._is_shut:
                if self._is_lingering and is_exclusive:
                    asyncio.get_running_loop().call_later(LINGER_S, act, event)
                return
            if self._is_held or not self._is_awake():
                self._is_held = True
                self._waiting.append(lambda: act(event))
            else:
                act(event)

        return acting

    @property
    def is_open(self) -> bool:
        """Whether this process may act right now."""
        return not (self._is_shut or self._is_held) and self._is_awake()

    def hold(self) -> None:
        """Let events wait from now on."""
        self._is_held = True

    def open(self) -> None:
        """Let events through, first those that waited; a gate that is shut stays so."""
        self._is_held = False
        while self._waiting and not self._is_shut:
            self._waiting.popleft()()

    def shut(self) -> None:
        """Drop every event, those that wait too, from now on."""
        self._is_shut = True
        self._is_lingering = False
        self._waiting.clear()

    def linger(self) -> None:
        """Act only on what only one process can answer, and late; a gate that is shut stays so."""
        if not self._is_shut:
            self._is_shut = self._is_lingering = True
            self._waiting.clear()
