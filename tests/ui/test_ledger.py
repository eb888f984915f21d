from __future__ import annotations

from math import inf

import pytest

from bot.ui.ledger import GLOBAL_SPARE, LEAST_GAP_S, UNKNOWN_GAP_S, RateLedger, Route, route_of

TOKEN = "aW50ZXJhY3Rpb24_-="
CHANNEL = 100000000000000007
EDIT = route_of("PATCH", f"/api/v10/channels/{CHANNEL}/messages/100000000000000001")
SEND = route_of("POST", f"/api/v10/channels/{CHANNEL}/messages")
ORIGINAL = route_of("PATCH", f"/api/v10/webhooks/1/{TOKEN}/messages/@original")
FOLLOWUP = route_of("POST", f"/api/v10/webhooks/1/{TOKEN}")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> RateLedger:
    return RateLedger(clock)


def told(limit: int, remaining: int, reset_after_s: float, bucket: str = "edits") -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": bucket,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": f"{reset_after_s:.3f}",
    }


def last_at(ledger: RateLedger, route: Route) -> float:
    return ledger.ready_at(route, may_spend_spare=True, is_paced=False)


def next_at(ledger: RateLedger, route: Route) -> float:
    return ledger.ready_at(route, may_spend_spare=False, is_paced=True)


def page_at(ledger: RateLedger, route: Route) -> float:
    return ledger.ready_at(route, may_spend_spare=False, is_paced=False)


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("PATCH", f"/api/v10/webhooks/1/{TOKEN}/messages/@original", ("/webhooks/messages/@original", f"1/{TOKEN}")),
        ("PATCH", f"/webhooks/1/{TOKEN}/messages/{CHANNEL}", ("/webhooks/messages/:id", f"1/{TOKEN}")),
        ("POST", f"/webhooks/1/{TOKEN}?wait=true", ("/webhooks", f"1/{TOKEN}")),
        ("POST", f"/api/v10/channels/{CHANNEL}/typing", ("/channels/typing", str(CHANNEL))),
        ("PATCH", f"/channels/{CHANNEL}/messages/{CHANNEL}", ("/channels/messages/:id", str(CHANNEL))),
        ("GET", f"/users/{CHANNEL}", ("/users/:id", "")),
    ],
)
def test_a_route_is_named_without_ids_but_its_major_one(method: str, path: str, route: tuple[str, str]) -> None:
    assert route_of(method, path) == Route(method, *route)


def test_only_interaction_callbacks_are_free_of_the_global_limit() -> None:
    assert not route_of("POST", f"/api/v10/interactions/{CHANNEL}/{TOKEN}/callback").counts_globally
    assert ORIGINAL.counts_globally
    assert EDIT.counts_globally


def test_an_unknown_bucket_takes_one_request_at_a_time(ledger: RateLedger) -> None:
    assert last_at(ledger, EDIT) == 100.0
    claim = ledger.started(EDIT)
    assert last_at(ledger, EDIT) == inf
    ledger.withdrawn(claim)
    assert last_at(ledger, EDIT) == 100.0


@pytest.mark.parametrize(
    ("limit", "window_s", "gap_s"), [(5, 5.0, 1.25), (5, 2.0, 0.5), (30, 10.0, LEAST_GAP_S), (2, 3.0, 3.015)]
)
def test_ordinary_edits_are_spread_evenly_over_whatever_window_there_is(
    ledger: RateLedger, limit: int, window_s: float, gap_s: float
) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(limit, limit - 1, window_s))
    assert next_at(ledger, EDIT) == pytest.approx(100.0 + gap_s)


def test_a_server_without_headers_is_edited_once_a_second_and_at_once_at_the_end(ledger: RateLedger) -> None:
    ledger.ended(ledger.started(EDIT), 200, {})
    assert next_at(ledger, EDIT) == 100.0 + UNKNOWN_GAP_S
    assert last_at(ledger, EDIT) == 100.0


def test_one_call_of_a_window_is_kept_for_the_last_text(ledger: RateLedger) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(5, 1, 2.0))
    assert next_at(ledger, EDIT) == pytest.approx(102.015)
    assert page_at(ledger, EDIT) == pytest.approx(102.015)
    assert last_at(ledger, EDIT) == 100.0


def test_a_bucket_of_one_has_nothing_to_keep(ledger: RateLedger, clock: Clock) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(1, 0, 1.0))
    assert last_at(ledger, EDIT) == next_at(ledger, EDIT) == pytest.approx(101.015)
    clock.now = 101.02
    assert next_at(ledger, EDIT) == 101.02


def test_requests_in_flight_are_counted_before_their_replies_come(ledger: RateLedger) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(5, 4, 5.0))
    claims = [ledger.started(EDIT) for _ in range(4)]
    assert last_at(ledger, EDIT) == pytest.approx(105.015)  # the window after this one has room for one more
    ledger.started(EDIT)
    assert last_at(ledger, EDIT) == inf
    ledger.withdrawn(claims[0])
    assert last_at(ledger, EDIT) == pytest.approx(105.015)


def test_a_reply_overtaken_by_a_newer_one_gives_nothing_back(ledger: RateLedger, clock: Clock) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(5, 4, 5.0))
    slow, quick, another = ledger.started(EDIT), ledger.started(EDIT), ledger.started(EDIT)
    ledger.ended(quick, 200, told(5, 2, 5.0))
    ledger.ended(another, 200, told(5, 1, 5.0))
    clock.now = 102.0
    ledger.ended(slow, 200, told(5, 3, 5.0))
    claim = ledger.started(EDIT)
    assert last_at(ledger, EDIT) == pytest.approx(105.015)
    ledger.withdrawn(claim)
    assert last_at(ledger, EDIT) == 102.0


def test_a_new_window_is_believed_at_once(ledger: RateLedger, clock: Clock) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(5, 0, 1.0))
    clock.now = 101.1
    ledger.ended(ledger.started(EDIT), 200, told(5, 4, 5.0))
    assert last_at(ledger, EDIT) == 101.1


def test_a_request_without_a_reply_counts_until_its_window_must_be_over(ledger: RateLedger, clock: Clock) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(1, 0, 5.0))
    clock.now = 106.0
    lost = ledger.started(EDIT)
    clock.now = 106.5
    ledger.lost(lost)
    assert last_at(ledger, EDIT) == pytest.approx(111.515)


def test_a_request_without_a_reply_is_accounted_for_by_the_next_reply(ledger: RateLedger, clock: Clock) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(5, 4, 5.0))
    ledger.lost(ledger.started(EDIT))
    clock.now = 101.0
    ledger.ended(ledger.started(EDIT), 200, told(5, 2, 4.0))
    ledger.started(EDIT)
    assert last_at(ledger, EDIT) == 101.0


def test_a_429_closes_its_bucket_for_as_long_as_it_says_and_is_counted(ledger: RateLedger) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(5, 4, 5.0))
    ledger.ended(ledger.started(EDIT), 429, {"Retry-After": "7.5", "X-RateLimit-Scope": "shared"})
    assert ledger.refused == 1
    assert last_at(ledger, EDIT) == pytest.approx(107.515)
    assert ledger.globally_ready_at(is_urgent=False) == 100.0


def test_a_late_reply_does_not_open_a_bucket_that_429_closed(ledger: RateLedger, clock: Clock) -> None:
    ledger.ended(ledger.started(EDIT), 200, told(5, 4, 5.0))
    late = ledger.started(EDIT)
    ledger.ended(ledger.started(EDIT), 429, {"Retry-After": "7.5", "X-RateLimit-Scope": "user"})
    clock.now = 101.0
    ledger.ended(late, 200, told(5, 3, 4.0))
    assert last_at(ledger, EDIT) == pytest.approx(107.515)


def test_a_global_429_closes_everything(ledger: RateLedger) -> None:
    ledger.ended(ledger.started(EDIT), 429, {"Retry-After": "3", "X-RateLimit-Scope": "global"})
    assert ledger.globally_ready_at(is_urgent=True) == pytest.approx(103.015)
    assert last_at(ledger, EDIT) == 100.0


@pytest.mark.parametrize("retry_after", [None, "soon"])
def test_a_429_that_does_not_say_how_long_waits_a_moment(ledger: RateLedger, retry_after: str | None) -> None:
    ledger.ended(ledger.started(EDIT), 429, {"Retry-After": retry_after} if retry_after else {})
    assert last_at(ledger, EDIT) == pytest.approx(100.0 + UNKNOWN_GAP_S + 0.015)


def test_an_interactions_calls_are_taken_to_share_a_bucket_until_discord_tells(ledger: RateLedger) -> None:
    ledger.started(ORIGINAL)
    assert last_at(ledger, FOLLOWUP) == inf


def test_a_bucket_that_two_routes_turn_out_to_share_is_one_with_all_that_is_in_flight(ledger: RateLedger) -> None:
    ledger.ended(ledger.started(SEND), 200, told(3, 2, 5.0, "shared"))
    first, _second = ledger.started(EDIT), ledger.started(EDIT)
    ledger.ended(first, 200, told(3, 1, 5.0, "shared"))
    assert last_at(ledger, SEND) == pytest.approx(105.015)  # one is left, and the second edit is on its way to it
    assert last_at(ledger, EDIT) == last_at(ledger, SEND)


def test_a_route_that_leaves_its_familys_bucket_takes_its_requests_along(ledger: RateLedger) -> None:
    ledger.ended(ledger.started(ORIGINAL), 200, told(5, 4, 5.0, "edits"))
    first, _second = ledger.started(FOLLOWUP), ledger.started(FOLLOWUP)
    ledger.ended(first, 200, told(2, 1, 5.0, "sends"))
    assert last_at(ledger, FOLLOWUP) == pytest.approx(105.015)
    assert last_at(ledger, ORIGINAL) == 100.0


def test_channels_do_not_share_their_windows(ledger: RateLedger) -> None:
    other = route_of("PATCH", "/channels/100000000000000008/messages/100000000000000001")
    ledger.ended(ledger.started(EDIT), 200, told(5, 0, 5.0))
    assert last_at(ledger, other) == 100.0


def test_fifty_requests_fit_into_any_second_and_the_last_six_are_for_the_urgent(
    ledger: RateLedger, clock: Clock
) -> None:
    for index in range(50 - GLOBAL_SPARE):
        ledger.ended(ledger.started(Route("GET", f"/{index}", "")), 200, {})
    assert ledger.globally_ready_at(is_urgent=False) == pytest.approx(101.015)
    assert ledger.globally_ready_at(is_urgent=True) == 100.0
    for index in range(GLOBAL_SPARE):
        ledger.ended(ledger.started(Route("GET", f"/urgent/{index}", "")), 200, {})
    assert ledger.globally_ready_at(is_urgent=True) == pytest.approx(101.015)
    clock.now = 101.02
    assert ledger.globally_ready_at(is_urgent=False) == 101.02


@pytest.mark.parametrize(("processes", "in_all", "ordinary"), [(1, 50, 44), (2, 25, 19), (5, 10, 5), (100, 4, 2)])
def test_processes_of_one_bot_take_their_part_of_the_second(
    clock: Clock, processes: int, in_all: int, ordinary: int
) -> None:
    ledger = RateLedger(clock, processes=processes)
    sent = 0
    while ledger.globally_ready_at(is_urgent=False) == 100.0:
        ledger.ended(ledger.started(Route("GET", f"/{sent}", "")), 200, {})
        sent += 1
    assert sent == ordinary
    while ledger.globally_ready_at(is_urgent=True) == 100.0:
        ledger.ended(ledger.started(Route("GET", f"/{sent}", "")), 200, {})
        sent += 1
    assert sent == in_all
    assert ledger.ordinary_gap_s == pytest.approx(1 / ordinary)


def test_with_fifty_in_flight_only_a_reply_opens_the_way(ledger: RateLedger, clock: Clock) -> None:
    claims = [ledger.started(Route("GET", f"/{index}", "")) for index in range(50)]
    assert ledger.globally_ready_at(is_urgent=True) == inf
    ledger.ended(claims[0], 200, {})
    assert ledger.globally_ready_at(is_urgent=True) == pytest.approx(101.015)
    ledger.withdrawn(claims[1])
    assert ledger.globally_ready_at(is_urgent=True) == 100.0
    ledger.started(Route("GET", "/more", ""))
    clock.now = 100.5
    ledger.lost(claims[2])  # counted all the same: it may have arrived
    assert ledger.globally_ready_at(is_urgent=True) == pytest.approx(101.015)


def test_interaction_callbacks_do_not_fill_the_second(ledger: RateLedger) -> None:
    for index in range(60):
        route = route_of("POST", f"/interactions/{CHANNEL + index}/{TOKEN}/callback")
        ledger.ended(ledger.started(route), 204, {})
    assert ledger.globally_ready_at(is_urgent=False) == 100.0


def test_windows_of_interactions_long_gone_are_forgotten(ledger: RateLedger, clock: Clock) -> None:
    for index in range(3000):
        clock.now += 1.0
        route = route_of("PATCH", f"/webhooks/1/token{index}/messages/@original")
        ledger.ended(ledger.started(route), 200, told(5, 4, 5.0))
    assert ledger.buckets_known < 1000


def test_edits_that_discord_took_are_counted(ledger: RateLedger) -> None:
    for route, status in ((EDIT, 200), (ORIGINAL, 200), (EDIT, 429), (EDIT, 500), (SEND, 200), (FOLLOWUP, 200)):
        ledger.ended(ledger.started(route), status, {})
    assert (ledger.edited, ledger.refused) == (2, 1)
