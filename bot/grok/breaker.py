"""When an upstream is left alone: a state machine without a clock, one for each upstream and kind of call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.errors import (
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamKeyRefused,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnavailable,
)

FAILURES_IN_A_ROW = 4  # one that fails now and then is asked again; each call had its own attempts already
FIRST_BUSY_S = 30.0  # an empty pool that does not say how long
FIRST_FAILED_S = 10.0
LONGEST_REST_S = 600.0  # where we chose the time
LONGEST_ASKED_S = 3600.0  # where the server did: a mistaken day must not close it for a day
# A refused key or spent credits last until the operator does something. Meanwhile the next upstream serves; the rest is
# long because asking is useless, and ends by itself because nobody tells us when it was mended.
REFUSED_S = 300.0
PROBE_LIFE_S = 60.0  # a probe that says nothing for so long no longer keeps others from trying
PROBE_LOOK_S = 3.0  # how soon to look again while a probe is under way

State = Literal["closed", "open", "half-open"]
Reason = Literal["busy", "failed", "refused"]
Verdict = Literal["works", "busy", "failed", "refused", "says nothing"]


def verdict(error: UpstreamError) -> Verdict:
    """Return what an error tells of its upstream; most tell something of the request only."""
    match error:
        case UpstreamRateLimited():
            return "busy"
        case UpstreamKeyRefused() | UpstreamOutOfCredits():
            return "refused"
        case UpstreamUnavailable() | UpstreamInterrupted() | UpstreamEmpty():
            return "failed"
        case UpstreamBlocked():
            return "works"
        case _:
            return "says nothing"


@dataclass(slots=True)
class Breaker:
    """Closed: calls pass. Open: none does, until a moment. Half-open: a single one passes, and decides.

    Times are seconds since the epoch and handed in. rests: how many in a row; reason: of the last one.
    """

    until: float = 0.0
    rests: int = 0
    reason: Reason = "busy"
    failures: int = 0
    probe_at: float | None = None

    def state(self, now: float) -> State:
        """Return how it stands."""
        if not self.rests:
            return "closed"
        return "open" if now < self.until else "half-open"

    def left_s(self, now: float) -> float:
        """Return how long no call passes, 0.0 where one does now."""
        if not self.rests:
            return 0.0
        return PROBE_LOOK_S if now >= self.until and self._is_probing(now) else max(0.0, self.until - now)

    def enter(self, now: float) -> bool:
        """Tell whether a call may pass. In half-open, the first that is told so is the probe."""
        if self.left_s(now) > 0:
            return False
        if self.rests:
            self.probe_at = now
        return True

    def works(self) -> None:
        """Note that a call succeeded, or began to."""
        self.rests = self.failures = 0
        self.until, self.probe_at = 0.0, None

    def busy(self, now: float, retry_after_s: float | None = None) -> None:
        """Note an empty pool: open at once, for as long as the server says, else longer each time."""
        asked = None if retry_after_s is None else min(retry_after_s, LONGEST_ASKED_S)
        self._open(now, "busy", asked or FIRST_BUSY_S, is_growing=not asked)

    def failed(self, now: float) -> None:
        """Note a failure: some in a row open it, and a failed probe opens it again."""
        self.failures += 1
        if self.rests or self.failures >= FAILURES_IN_A_ROW:
            self._open(now, "failed", FIRST_FAILED_S)

    def refused(self, now: float) -> None:
        """Note that the key, or the account behind it, is not accepted."""
        self._open(now, "refused", REFUSED_S, is_growing=False)

    def says_nothing(self) -> None:
        """Note that a call ended without telling anything of the server: the next one is the probe."""
        self.probe_at = None

    def note(self, error: UpstreamError, now: float) -> None:
        """Note what an error tells."""
        match verdict(error):
            case "works":
                self.works()
            case "busy":
                self.busy(now, error.retry_after_s)
            case "failed":
                self.failed(now)
            case "refused":
                self.refused(now)
            case _:
                self.says_nothing()

    def _is_probing(self, now: float) -> bool:
        return self.probe_at is not None and now < self.probe_at + PROBE_LIFE_S

    def _open(self, now: float, reason: Reason, rest_s: float, *, is_growing: bool = True) -> None:
        """Open, unless it is open and what was asked before it opened comes back only now."""
        self.probe_at = None
        if self.state(now) == "open" and (self.reason == reason or reason == "failed"):
            if reason == "busy" and not is_growing:
                self.until = max(self.until, now + rest_s)
            return
        self.rests += 1
        self.reason = reason
        if is_growing:
            rest_s = min(rest_s * 2.0 ** min(self.rests - 1, 20), LONGEST_REST_S)
        self.until = now + rest_s
