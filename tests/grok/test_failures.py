from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import errors
from bot.errors import UpstreamError
from bot.grok.failures import error_from_event, error_from_response, retry_after_s
from bot.grok.wording import MESSAGE_LIMIT_CHARS, clean
from bot.secret import Secret

KEY = Secret("g2a_very-secret-key")

RESPONSES = {
    "no key": (
        401,
        b'{"error":{"message":"Missing authentication token","code":"invalid_api_key"}}',
        errors.UpstreamKeyRefused,
    ),
    "wrong key at xAI": (
        400,
        b'{"code":"c","error":"Incorrect API key provided: na***ys."}',
        errors.UpstreamKeyRefused,
    ),
    "no permission": (403, b'{"code":"c","error":"The caller has no permission"}', errors.UpstreamKeyRefused),
    "blocked key": (403, b'{"error":"Your API key is currently blocked"}', errors.UpstreamKeyRefused),
    "flagged input": (403, b'{"error":{"message":"Your input was flagged","code":403}}', errors.UpstreamBlocked),
    "no tokens": (
        429,
        b'{"error":{"message":"No available tokens.","code":"rate_limit_exceeded"}}',
        errors.UpstreamRateLimited,
    ),
    "429 inside 502": (502, b'{"error":{"message":"AppChatReverse: Chat failed, 429"}}', errors.UpstreamRateLimited),
    "cooling": (429, b'{"error":{"message":"x","code":"upstream_model_cooling"}}', errors.UpstreamRateLimited),
    "credits as 429": (
        429,
        b'{"error":"used all available credits or reached its monthly spending limit"}',
        errors.UpstreamOutOfCredits,
    ),
    "billing as 429": (429, b'{"error":{"message":"x","code":"billing_limit_exceeded"}}', errors.UpstreamOutOfCredits),
    "402": (402, b"{}", errors.UpstreamOutOfCredits),
    "model unknown as 400": (
        400,
        b'{"error":{"message":"The model does not exist or you do not have access.","code":"model_not_found"}}',
        errors.UpstreamModelUnknown,
    ),
    "model unknown as 404": (404, b'{"error":"The model m does not exist"}', errors.UpstreamModelUnknown),
    "model not allowed": (403, b'{"error":{"message":"no","code":"model_not_allowed"}}', errors.UpstreamModelUnknown),
    "no such path": (404, b'{"detail":"Not Found"}', errors.UpstreamUnsupported),
    "wrong method": (405, b'{"detail":"Method Not Allowed"}', errors.UpstreamUnsupported),
    "gone": (410, b"Live search is deprecated", errors.UpstreamUnsupported),
    "no video by chat": (
        400,
        b'{"error":{"message":"...","code":"unsupported_parameter"}}',
        errors.UpstreamUnsupported,
    ),
    "missing image": (
        400,
        b'{"error":{"message":"image_url is required","code":"missing_image"}}',
        errors.UpstreamRefused,
    ),
    "too large": (413, b'{"error":{"message":"body too large"}}', errors.UpstreamRefused),
    "bad field": (422, b'{"detail":[{"loc":["body","n"],"msg":"too big"}]}', errors.UpstreamRefused),
    "early": (425, b"", errors.UpstreamUnavailable),
    "down": (503, b'{"error":{"message":"x","code":"upstream_unavailable"}}', errors.UpstreamUnavailable),
    "overloaded": (529, b"{}", errors.UpstreamUnavailable),
    "blocked picture": (
        502,
        b'{"error":{"message":"Image generation blocked or no valid final image"}}',
        errors.UpstreamBlocked,
    ),
    "silent upstream": (504, b'{"error":{"message":"x"}}', errors.UpstreamTimeout),
    "gateway page": (502, b"<!DOCTYPE html><html><h1>502 nginx</h1></html>", errors.UpstreamUnavailable),
    "gateway page for 504": (504, b"<html>nginx</html>", errors.UpstreamTimeout),
    "challenge page": (403, b"\n<html>Just a moment...</html>", errors.UpstreamUnavailable),
    "unknown status": (599, b"", errors.UpstreamUnavailable),
}


@pytest.mark.parametrize(("status", "body", "kind"), RESPONSES.values(), ids=RESPONSES.keys())
def test_each_answer_becomes_its_own_error(status: int, body: bytes, kind: type[UpstreamError]) -> None:
    error = error_from_response(status, {}, body)
    assert type(error) is kind
    assert error.status == status


EVENTS = {
    "proxy": ({"error": {"message": "generation failed", "code": "internal"}}, errors.UpstreamUnavailable, None),
    "tokens": ({"error": {"message": "No available tokens"}}, errors.UpstreamRateLimited, None),
    "blocked": ({"error": {"message": "blocked_no_final_image", "code": "blocked"}}, errors.UpstreamBlocked, None),
    "number": ({"object": "error", "message": "bad", "code": 400}, errors.UpstreamRefused, 400),
    "typed": ({"error": {"message": "bad", "type": "invalid_request_error"}}, errors.UpstreamRefused, None),
    "idle": (
        {"type": "error", "error": {"code": "upstream_stream_idle_timeout", "message": "x"}},
        errors.UpstreamTimeout,
        None,
    ),
    "string": ({"error": "it broke"}, errors.UpstreamUnavailable, None),
    "nothing": (None, errors.UpstreamUnavailable, None),
}


@pytest.mark.parametrize(("payload", "kind", "status"), EVENTS.values(), ids=EVENTS.keys())
def test_an_error_inside_a_stream_becomes_its_own_error(
    payload: object, kind: type[UpstreamError], status: int | None
) -> None:
    error = error_from_event(payload)
    assert type(error) is kind
    assert error.status == status


MESSAGES = {
    "object": (b'{"error":{"message":"first","code":"c"},"message":"second","detail":"third"}', "first"),
    "string": (b'{"error":"first","message":"second","detail":"third"}', "first"),
    "message": (b'{"error":null,"message":"second","detail":"third"}', "second"),
    "detail": (b'{"detail":"third"}', "third"),
    "detail list": (b'{"detail":[{"loc":["body","n"],"msg":"too big"},{"msg":"odd"}]}', "body.n: too big; odd"),
    "plain": (b"upstream sent too big header", "upstream sent too big header"),
    "nothing": (b"", "Bad Request"),
    "page": (b"<html><title>400</title></html>", ""),
    "no message": (b'{"something":"else"}', "Bad Request"),
    "broken": (b'{"error":{"mess', "Bad Request"),
}


@pytest.mark.parametrize(("body", "message"), MESSAGES.values(), ids=MESSAGES.keys())
def test_the_message_is_looked_for_in_order(body: bytes, message: str) -> None:
    assert error_from_response(400, {}, body).message == message


def test_the_code_is_kept_whether_word_or_number() -> None:
    assert error_from_response(400, {}, b'{"error":{"message":"m","code":"model_not_found"}}').code == "model_not_found"
    assert error_from_response(400, {}, b'{"error":"m","code":17}').code == "17"


SECRETS = [
    "key g2a_very-secret-key here",
    "Authorization: Bearer abcdef123456",
    "sso=abc.def-ghi; path=/",
    "token eyJhbGciOiJIUzI1NiJ9.eyJzZXNzaW9uX2lkIjoiYSJ9.c2ln expired",
    "bad key xai-0123456789abcdef",
    "https://host/x?app_key=hunter2hunter2&a=1",
]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_never_reach_a_message(text: str) -> None:
    shown = error_from_response(500, {}, text.encode(), secrets=(KEY,)).message
    assert "[hidden]" in shown
    for secret in ("very-secret", "abcdef123", "abc.def", "eyJ", "0123456789", "hunter2"):
        assert secret not in shown


def test_a_message_can_neither_ping_nor_format_nor_run_on() -> None:
    shown = clean("**Hi** @everyone <@123> `x` [click](https://evil.example) ||s||\n# no\u202e")
    assert "@everyone" not in shown
    assert "<@" not in shown
    assert "evil" not in shown
    assert not set("*`|\n\u202e") & set(shown)
    assert len(clean("word " * 1000)) <= MESSAGE_LIMIT_CHARS
    assert clean("a_b model_not_found 2 < 3") == "a_b model_not_found 2 < 3"


NOW = datetime(2026, 2, 21, 12, 0, 0, tzinfo=UTC)
WAITS: dict[str, float | None] = {
    "7": 7.0,
    "0.5": 0.5,
    "-3": 0.0,
    "Sat, 21 Feb 2026 12:00:30 GMT": 30.0,
    "Sat, 21 Feb 2026 11:00:00 GMT": 0.0,
    "soon": None,
    "": None,
    "inf": None,
    "nan": None,
    "Mon, 01 Jan 99999999999 00:00:00 GMT": None,
    "Mon, 99999999999 Jan 2026 00:00:00 GMT": None,
    "Mon, 01 Jan 2026 00:00:00 +99999999999999": None,
}


@pytest.mark.parametrize(("value", "wait_s"), WAITS.items())
def test_retry_after_is_seconds_or_a_date(value: str, wait_s: float | None) -> None:
    assert retry_after_s({"retry-after": value}, NOW) == wait_s


def test_the_wait_a_server_asks_for_is_kept() -> None:
    error = error_from_response(429, {"retry-after": "12"}, b"{}")
    assert error.retry_after_s == 12
    assert error_from_response(429, {}, b"{}").retry_after_s is None
