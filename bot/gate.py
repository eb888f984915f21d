"""Decides about each event of Discord's whether the bot may act on it now, later, or never."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Gate:
    """Open while this process may act; held while that is being found out; shut when it may not.

    is_awake: asked before each event, whether the process has been running all the while. After a pause (a machine that
    was suspended, a process that was stopped) another process may have taken over, so events wait until that is known.
    """

    def __init__(self, is_awake: Callable[[], bool] = lambda: True) -> None:
        self._is_awake = is_awake
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_held = False
        self._is_shut = False

    def guard(self, act: Callable[[T], None]) -> Callable[[T], None]:
        """Return `act` as the gate lets it through: in order, each event once, or not at all."""

        def acting(event: T) -> None:
            if self._is_shut:
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
        self._waiting.clear()
