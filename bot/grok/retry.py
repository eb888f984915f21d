"""Whether and when to send a request again: plain decisions, no clock and no socket."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import (
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamRateLimited,
    UpstreamTimeout,
)

LONGEST_WAIT_S = 15.0  # a person is waiting: beyond this it is kinder to say when to come back

_ATTEMPTS = 3
_ATTEMPTS_AFTER_GENERATION = 2  # it broke off or came to nothing while the server was at work: that costs quota
_FIRST_DELAY_S = 0.5
_SPREAD = 0.1
_STATUSES_AFTER_WORK = frozenset({200, 408, 500, 502, 504})
_RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 529})


def may_retry(error: UpstreamError, *, attempt: int, started: bool) -> bool:
    """Tell whether the request may be sent again.

    attempt: how many times it was sent, from 1. started: something of the reply was shown, or something was generated
    that costs quota (always so for pictures and clips once a reply began).
    """
    if started or not error.is_retryable or attempt >= _attempts(error):
        return False
    if isinstance(error, UpstreamTimeout) and error.status is None:
        return False  # we waited out the whole allowed silence once already
    if error.retry_after_s is not None and error.retry_after_s > LONGEST_WAIT_S:
        return False
    if error.status is None or error.status < 400 or isinstance(error, UpstreamRateLimited):
        return True
    return error.status in _RETRYABLE_STATUSES


def may_have_generated(error: UpstreamError, *, saw_reply: bool) -> bool:
    """Tell whether a picture or clip may have been generated, and paid for, by a request that failed with `error`.

    saw_reply: some of a successful answer's body came.
    """
    if saw_reply or isinstance(error, UpstreamInterrupted | UpstreamEmpty | UpstreamTimeout):
        return True
    return error.status in _STATUSES_AFTER_WORK and not isinstance(error, UpstreamRateLimited)


def delay_s(attempt: int, retry_after_s: float | None, random: Callable[[], float]) -> float:
    """Return how long to wait after attempt number `attempt`: what the server asks, else doubling with jitter."""
    if retry_after_s is not None:
        return min(retry_after_s * (1.0 + _SPREAD * random()), LONGEST_WAIT_S)  # many were told the same moment
    return min(_FIRST_DELAY_S * 2.0 ** (attempt - 1), LONGEST_WAIT_S) * (0.5 + random())


def _attempts(error: UpstreamError) -> int:
    return _ATTEMPTS_AFTER_GENERATION if isinstance(error, UpstreamInterrupted | UpstreamEmpty) else _ATTEMPTS
