"""Show an order on one card: it moves while the work goes on, and ends in a result or one clear sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from bot.errors import GrokBotError
from bot.ui import text
from bot.ui.cards import Phase, failed_face, waiting_face, working_face
from bot.ui.face import Face
from bot.ui.progress import Progress

TICK_S = 1.0


class OrderView:
    """What people see of one order. Hand `faces` to a `LiveMessage` that looks every `TICK_S`.

    title: what is being made. has_percent: whether a bar is shown.
    """

    def __init__(
        self, title: str, prompt: str, *, has_percent: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._title = title
        self._prompt = prompt
        self._has_percent = has_percent
        self._phase: Phase = "working"
        self._progress = Progress(clock)
        self._end: Face | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the order began."""
        return self._progress.elapsed_s

    def announce(self, percent: float | None) -> None:
        """Take a percentage from the server."""
        self._progress.announce(percent)

    def enter(self, phase: Phase) -> None:
        """Go on to the next phase."""
        self._phase = phase

    def end(self, face: Face) -> None:
        """Show the result."""
        self._end = face

    def fail(self, error: Exception | None) -> None:
        """Show the one clear sentence; None: the program is being restarted."""
        self._end = failed_face(text.failed_title(self._title), self._prompt, _sentence(error))

    def faces(self) -> Sequence[Face]:
        """Return the card as it should look now."""
        if self._end is not None:
            return [self._end]
        title = text.phase_title(self._title, self._phase)
        whole_s = float(int(self._progress.elapsed_s))
        if not self._has_percent:
            return [waiting_face(title, self._prompt, elapsed_s=whole_s)]
        return [
            working_face(
                title,
                self._prompt,
                phase=self._phase,
                percent=self._progress.percent,
                elapsed_s=whole_s,
                eta_s=self._progress.eta_s,
            )
        ]


def _sentence(error: Exception | None) -> str:
    if error is None:
        return text.SHUTTING_DOWN
    return text.sentence(error) if isinstance(error, GrokBotError) else text.BROKE_OFF
