from __future__ import annotations

import pytest

from bot.errors import (
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnsupported,
)
from bot.grok.retry import LONGEST_WAIT_S, delay_s, may_retry

TABLE: list[tuple[UpstreamError, int]] = [
    (UpstreamUnavailable(), 3),
    (UpstreamUnavailable(status=200), 3),
    *((UpstreamUnavailable(status=status), 3) for status in (425, 500, 502, 503, 529)),
    *((UpstreamTimeout(status=status), 3) for status in (408, 504)),
    (UpstreamTimeout(), 1),
    (UpstreamRateLimited(status=429), 3),
    (UpstreamRateLimited(), 3),
    (UpstreamRateLimited(status=502), 3),
    (UpstreamRateLimited(status=429, retry_after_s=2), 3),
    (UpstreamRateLimited(status=429, retry_after_s=60), 1),
    (UpstreamUnavailable(status=503, retry_after_s=LONGEST_WAIT_S + 1), 1),
    (UpstreamUnavailable(status=403), 1),
    (UpstreamUnavailable(status=501), 1),
    (UpstreamInterrupted(), 2),
    (UpstreamEmpty(), 2),
    (UpstreamOutOfCredits(status=429), 1),
    (UpstreamKeyRefused(status=401), 1),
    (UpstreamModelUnknown(status=404), 1),
    (UpstreamRefused(status=422), 1),
    (UpstreamUnsupported(status=405), 1),
    (UpstreamBlocked(), 1),
]


@pytest.mark.parametrize(("error", "attempts"), TABLE, ids=repr)
def test_each_failure_has_its_number_of_attempts(error: UpstreamError, attempts: int) -> None:
    made = 1
    while may_retry(error, attempt=made, started=False):
        made += 1
    assert made == attempts


@pytest.mark.parametrize(("error", "_attempts"), TABLE, ids=repr)
def test_nothing_is_repeated_once_it_started(error: UpstreamError, _attempts: int) -> None:
    assert not may_retry(error, attempt=1, started=True)


def test_the_server_says_how_long_to_wait() -> None:
    assert delay_s(1, 4.0, lambda: 0.0) == 4.0
    assert delay_s(1, 4.0, lambda: 1.0) == 4.4  # not everybody comes back in the same instant
    assert delay_s(1, 0.0, lambda: 0.9) == 0.0


def test_without_its_word_the_wait_doubles_and_is_spread() -> None:
    assert [delay_s(attempt, None, lambda: 0.5) for attempt in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert delay_s(1, None, lambda: 0.0) == 0.25
    assert delay_s(99, None, lambda: 0.5) == LONGEST_WAIT_S
