"""The breaker's time line: what happens at which second, and how it stands afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot import errors
from bot.grok.breaker import (
    FAILURES_IN_A_ROW,
    LONGEST_ASKED_S,
    LONGEST_REST_S,
    PROBE_LIFE_S,
    Breaker,
    Verdict,
    verdict,
)

OK = "ok"
BUSY = "busy"
FAILED = "failed"
REFUSED = "refused"
NOTHING = "nothing"
ASK = "ask"  # a call that wants to pass

Row = tuple[float, str, str]

# second, what happens, how it stands afterwards: a state, and until when; or whether a call passed
TIME_LINES: dict[str, list[Row]] = {
    "an empty pool opens it at once, and one probe closes it": [
        (0, ASK, "passes"),
        (1, BUSY, "open until 31"),
        (2, ASK, "is kept back"),
        (30, ASK, "is kept back"),
        (31, ASK, "passes"),  # the probe
        (31, ASK, "is kept back"),
        (33, OK, "closed"),
        (33, ASK, "passes"),
        (33, ASK, "passes"),
    ],
    "an empty pool that says when": [
        (0, "busy for 42", "open until 42"),
        (41, ASK, "is kept back"),
        (42, ASK, "passes"),
    ],
    "a probe that finds the pool empty again doubles the rest": [
        (0, BUSY, "open until 30"),
        (30, ASK, "passes"),
        (30, BUSY, "open until 90"),
        (90, ASK, "passes"),
        (90, BUSY, "open until 210"),
        (210, ASK, "passes"),
        (211, OK, "closed"),
        (212, BUSY, "open until 242"),  # and it begins anew
    ],
    "several failures in a row open it": [
        (0, FAILED, "closed"),
        (1, FAILED, "closed"),
        (2, FAILED, "closed"),
        (3, FAILED, "open until 13"),
        (13, ASK, "passes"),
        (14, FAILED, "open until 34"),  # one failed probe is enough
        (34, ASK, "passes"),
        (35, OK, "closed"),
        (36, FAILED, "closed"),
    ],
    "failures with a success between them do not": [
        (0, FAILED, "closed"),
        (1, FAILED, "closed"),
        (2, FAILED, "closed"),
        (3, OK, "closed"),
        (4, FAILED, "closed"),
    ],
    "calls that were under way when it opened do not make the rest longer": [
        (0, BUSY, "open until 30"),
        (1, BUSY, "open until 30"),
        (2, FAILED, "open until 30"),
        (30, ASK, "passes"),
    ],
    "unless the server says how long": [
        (0, "busy for 10", "open until 10"),
        (1, "busy for 20", "open until 21"),
    ],
    "a refused key rests long": [
        (0, REFUSED, "open until 300"),
        (300, ASK, "passes"),
        (300, REFUSED, "open until 600"),
        (600, ASK, "passes"),
        (601, OK, "closed"),
    ],
    "a probe that tells nothing leaves the next one to try": [
        (0, BUSY, "open until 30"),
        (30, ASK, "passes"),
        (31, NOTHING, "half-open"),
        (31, ASK, "passes"),
    ],
    "a probe that hangs does not keep others back for ever": [
        (0, BUSY, "open until 30"),
        (30, ASK, "passes"),
        (30 + PROBE_LIFE_S - 1, ASK, "is kept back"),
        (30 + PROBE_LIFE_S, ASK, "passes"),
    ],
}


@dataclass
class FakeClock:
    now: float = 0.0


def happens(breaker: Breaker, event: str, clock: FakeClock) -> str:
    """Let something happen, and return how it stands afterwards."""
    if event == ASK:
        return "passes" if breaker.enter(clock.now) else "is kept back"
    if event.startswith("busy for "):
        breaker.busy(clock.now, float(event.removeprefix("busy for ")))
    else:
        actions = {
            OK: breaker.works,
            BUSY: lambda: breaker.busy(clock.now),
            FAILED: lambda: breaker.failed(clock.now),
            REFUSED: lambda: breaker.refused(clock.now),
            NOTHING: breaker.says_nothing,
        }
        actions[event]()
    state = breaker.state(clock.now)
    return f"open until {breaker.until:g}" if state == "open" else state


@pytest.mark.parametrize("rows", TIME_LINES.values(), ids=TIME_LINES)
def test_the_time_line(rows: list[Row]) -> None:
    breaker, clock = Breaker(), FakeClock()
    seen: list[Row] = []
    for second, event, _ in rows:
        clock.now = second
        seen.append((second, event, happens(breaker, event, clock)))
    assert seen == rows


def test_rests_grow_but_not_for_ever() -> None:
    breaker, now = Breaker(), 0.0
    for _ in range(40):
        breaker.busy(now)
        rest_s, now = breaker.until - now, breaker.until
    assert rest_s == LONGEST_REST_S


def test_what_the_server_asks_for_is_honoured_within_reason() -> None:
    breaker = Breaker()
    breaker.busy(0, 1200)
    assert breaker.until == 1200
    breaker.works()
    breaker.busy(0, 10 * LONGEST_ASKED_S)
    assert breaker.until == LONGEST_ASKED_S


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.UpstreamRateLimited(), "busy"),
        (errors.UpstreamKeyRefused(), "refused"),
        (errors.UpstreamOutOfCredits(), "refused"),
        (errors.UpstreamUnavailable(), "failed"),
        (errors.UpstreamTimeout(), "failed"),
        (errors.UpstreamInterrupted(), "failed"),
        (errors.UpstreamEmpty(), "failed"),
        (errors.UpstreamBlocked(), "works"),
        (errors.UpstreamRefused(), "says nothing"),
        (errors.UpstreamModelUnknown(), "says nothing"),
        (errors.UpstreamUnsupported(), "says nothing"),
        (errors.UpstreamJobGone(), "says nothing"),
    ],
)
def test_what_an_error_tells_of_its_upstream(error: errors.UpstreamError, expected: Verdict) -> None:
    assert verdict(error) == expected


def test_errors_move_it_by_what_they_tell() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_IN_A_ROW):
        breaker.note(errors.UpstreamTimeout(), 0)
    assert (breaker.state(0), breaker.reason) == ("open", "failed")
    breaker.works()
    breaker.note(errors.UpstreamRateLimited(retry_after_s=7), 0)
    assert (breaker.until, breaker.reason) == (7, "busy")
    breaker.note(errors.UpstreamKeyRefused(), 1)  # that is what the operator must hear of
    assert (breaker.until, breaker.reason) == (301, "refused")
