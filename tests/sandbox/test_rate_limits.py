from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.limits import Limits, Rule
from sandbox.server import Options, Sandbox
from tests.sandbox.play import HandClock, Rest, channel_id

EDIT = Rule("edit", 5, 5.0, ("channel",))


def test_window_starts_with_the_first_request_and_ends_as_a_whole() -> None:
    limits = Limits()
    verdicts = [limits.take(EDIT, ("1",), at) for at in (0.0, 1.0, 2.0, 3.0, 4.0, 4.5, 5.0)]
    assert [v.is_allowed for v in verdicts] == [True] * 5 + [False, True]
    assert [v.remaining for v in verdicts] == [4, 3, 2, 1, 0, 0, 4]
    assert verdicts[5].retry_after_s == pytest.approx(0.5)
    assert verdicts[6].reset_after_s == pytest.approx(5.0)


def test_buckets_of_different_channels_do_not_touch() -> None:
    limits = Limits()
    assert all(limits.take(EDIT, (str(n % 2),), 0.0).is_allowed for n in range(10))
    assert not limits.take(EDIT, ("0",), 0.0).is_allowed


def test_whole_bot_gets_fifty_in_any_second() -> None:
    limits = Limits()
    spread = [limits.take(EDIT, (str(n),), n * 0.01) for n in range(51)]
    assert [v.is_allowed for v in spread] == [True] * 50 + [False]
    assert spread[50].scope == "global"
    assert spread[50].retry_after_s == pytest.approx(0.5)
    assert limits.take(EDIT, ("51",), 1.0).is_allowed  # the request of time 0 is a second old
    assert not limits.take(EDIT, ("52",), 1.005).is_allowed


def test_refused_requests_do_not_count() -> None:
    limits = Limits()
    for at in (0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.3):
        limits.take(EDIT, ("1",), at)
    assert limits.take(EDIT, ("2",), 0.9).is_allowed
    assert limits.take(EDIT, ("1",), 5.0).remaining == 4


def test_callbacks_stand_outside_the_whole_bots_limit() -> None:
    limits, free = Limits(), Rule("callback", 1000, 5.0, is_global=False)
    for n in range(50):
        limits.take(EDIT, (str(n),), 0.0)
    assert limits.take(free, (), 0.0).is_allowed


def test_limits_that_are_off_still_tell_their_numbers() -> None:
    limits = Limits(is_enforced=False)
    verdicts = [limits.take(EDIT, ("1",), 0.0) for _ in range(60)]
    assert all(v.is_allowed for v in verdicts)
    assert (verdicts[0].remaining, verdicts[59].remaining) == (4, 0)


class TestOverTheSocket:
    @pytest.fixture
    def hand(self) -> HandClock:
        return HandClock()

    @pytest.fixture
    async def rest(self, hand: HandClock, session: aiohttp.ClientSession) -> AsyncIterator[Rest]:
        async with Sandbox(Options(token="t0ken"), hand.clock()) as sandbox:
            yield Rest(sandbox, session)

    async def test_sixth_message_in_five_seconds_is_429(self, rest: Rest, hand: HandClock) -> None:
        path = f"/channels/{channel_id(rest.sandbox)}/messages"
        answers = [await rest.ask("POST", path, {"content": "x"}) for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
        refused = answers[5]
        assert (refused.headers["X-RateLimit-Scope"], refused.headers["Retry-After"]) == ("user", "6")
        assert refused.headers["Via"]
        assert refused.body["global"] is False
        assert refused.body["retry_after"] == pytest.approx(5, abs=0.01)
        hand.turn(5)
        assert (await rest.ask("POST", path, {"content": "x"})).status == 200

    async def test_edits_have_a_bucket_of_their_own(self, rest: Rest) -> None:
        path = f"/channels/{channel_id(rest.sandbox)}/messages"
        made = await rest.ask("POST", path, {"content": "x"})
        edited = await rest.ask("PATCH", f"{path}/{made.body['id']}", {"content": "y"})
        assert edited.headers["X-RateLimit-Remaining"] == "4"
        assert edited.headers["X-RateLimit-Bucket"] != made.headers["X-RateLimit-Bucket"]

    async def test_whole_bots_429_says_that_it_is_global(self, rest: Rest) -> None:
        paths = [f"/channels/{number}" for number in range(51)]
        answers = [await rest.ask("GET", path) for path in paths]
        assert [answer.status for answer in answers] == [404] * 50 + [429]
        assert answers[50].body["global"] is True
        assert answers[50].headers["X-RateLimit-Global"] == "true"
        assert answers[50].headers["X-RateLimit-Scope"] == "global"
