"""From what a server answered to the error tree. Source: section "Errors" of the API notes (points 29 to 33)."""

from __future__ import annotations

import http
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from bot.errors import (
    UNREADABLE_JSON,
    UpstreamBlocked,
    UpstreamError,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnsupported,
)
from bot.grok.dates import read_date
from bot.grok.wording import clean, is_page
from bot.secret import Secret

_SILENT_STATUSES = (408, 504, 524)
_UNSUPPORTED_STATUSES = (404, 405, 410, 501)
_KEY_STATUSES = (401, 403)

# What a failure is called, most telling first: the same thing comes with many statuses, and hides in a 502 or a 200.
_SIGNS: tuple[tuple[type[UpstreamError], re.Pattern[str]], ...] = tuple(
    (error, re.compile(pattern, re.IGNORECASE))
    for error, pattern in (
        (
            UpstreamOutOfCredits,
            r"\bcredits?\b|spending.limit|billing|insufficient.quota|insufficient.(?:funds|balance)",
        ),
        (
            UpstreamRateLimited,
            r"no available token|chat failed, 429|rate.?limit|too many requests|upstream_(?:model_)?cooling"
            r"|upstream_quota_exhausted|concurrency_limit|upstream_saturated"
            # No account (token) is free; requests too frequent; rate limit; quota used up; cooling down.
            r"|(?:没有|无|暂无)可用的?(?:token|令牌|账号|帐号|账户)|请求(?:过于|太)频繁|频率(?:限制|超限)|限流|额度(?:已|不足|用)|冷却",
        ),
        (
            UpstreamKeyRefused,
            r"(?:incorrect|invalid|missing|no|wrong|blocked|disabled).{0,12}(?:api.?key|authentication token)"
            r"|invalid_api_key|authentication_error|api.key is (?:currently )?(?:blocked|disabled)",
        ),
        (
            UpstreamModelUnknown,
            r"model_not_(?:found|supported|allowed)|unknown model|no such model"
            r"|\bmodel\b.{0,80}(?:does not exist|not found|not available|is not an? )",
        ),
        (
            UpstreamBlocked,
            r"moderat|content.policy|content_filter|safety|flagged|generation blocked|blocked_no_final",
        ),
        (
            UpstreamUnsupported,
            r"unsupported_parameter|unsupported_(?:model|operation|endpoint)|not_implemented"
            r"|(?:does not|doesn't|not) support(?:ed)?.{0,40}(?:chat|completions|endpoint|model)"
            r"|(?:chat|completions|endpoint).{0,60}not support",
        ),
        (UpstreamTimeout, r"idle.timeout|timed? out|gateway timeout"),
    )
)

_BUSY = dict(_SIGNS)[UpstreamRateLimited]
_NOTICE_CHARS = 200  # longer ones are a model's own words, which may speak of anything


@dataclass(frozen=True, slots=True)
class Problem:
    """What a body says went wrong. Fields are "" where it does not say."""

    message: str = ""
    code: str = ""
    kind: str = ""


def says_busy(words: str) -> bool:
    """Tell whether what was written instead of a picture or a clip says that no account is free."""
    return len(words) <= _NOTICE_CHARS and bool(_BUSY.search(words))


def error_from_response(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    secrets: tuple[Secret, ...] = (),
    now: datetime | None = None,
) -> UpstreamError:
    """Return the error an HTTP answer stands for. now: what an HTTP date in Retry-After is compared with."""
    text = body.decode("utf-8", "replace")
    if is_page(text):
        return _from_page(status)
    problem = problem_in(_json_or_none(body))
    if problem is None:
        problem = Problem(message=text)
    fallback = http.HTTPStatus(status).phrase if status in http.HTTPStatus._value2member_map_ else ""
    return _build(problem, status, retry_after_s(headers, now), secrets, fallback)


def error_from_event(payload: object, *, secrets: tuple[Secret, ...] = ()) -> UpstreamError:
    """Return the error that a payload inside a successful reply stands for: its numeric code counts as a status."""
    problem = problem_in(payload) or Problem()
    status = int(problem.code) if re.fullmatch(r"[45]\d\d", problem.code) else None
    return _build(problem, status, None, secrets, "")


def problem_in(payload: object) -> Problem | None:
    """Find the message and code in an error payload of any dialect; None if the payload is no object."""
    if not isinstance(payload, dict):
        return Problem(message=payload) if isinstance(payload, str) else None
    error = payload.get("error")
    if isinstance(error, dict):
        inner = _plain(error.get("message")) or _plain(error.get("error")) or _detail(error.get("detail"))
        return Problem(inner, _plain(error.get("code")), _plain(error.get("type")))
    if isinstance(error, str) and error:
        return Problem(error, _plain(payload.get("code")), _plain(payload.get("type")))
    message = _plain(payload.get("message")) or _detail(payload.get("detail"))
    return Problem(message, _plain(payload.get("code")), _plain(payload.get("type")))


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Read Retry-After: seconds or an HTTP date. Source: RFC 9110, 10.2.3."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        until = read_date(value)
        if until is None:
            return None
        seconds = (until - (now or datetime.now(UTC))).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _build(
    problem: Problem, status: int | None, wait_s: float | None, secrets: tuple[Secret, ...], fallback: str
) -> UpstreamError:
    error = _class_of(problem, status)
    message = clean(problem.message, *secrets) or fallback
    return error(message, status=status, code=clean(problem.code, *secrets), retry_after_s=wait_s)


def _class_of(problem: Problem, status: int | None) -> type[UpstreamError]:
    words = f"{problem.message[:2000]} | {problem.code} | {problem.kind}"
    if status == http.HTTPStatus.UNAUTHORIZED:
        return UpstreamKeyRefused
    if status == http.HTTPStatus.PAYMENT_REQUIRED:
        return UpstreamOutOfCredits
    for error, sign in _SIGNS:
        if sign.search(words):
            return error
    if problem.code == "blocked":
        return UpstreamBlocked
    return _class_of_status(status, problem.kind)


def _class_of_status(status: int | None, kind: str) -> type[UpstreamError]:
    if status is None:
        return UpstreamRefused if kind == "invalid_request_error" else UpstreamUnavailable
    if status == http.HTTPStatus.TOO_MANY_REQUESTS:
        return UpstreamRateLimited
    if status in _KEY_STATUSES:
        return UpstreamKeyRefused
    if status in _SILENT_STATUSES:
        return UpstreamTimeout
    if status in _UNSUPPORTED_STATUSES:
        return UpstreamUnsupported
    if status < http.HTTPStatus.INTERNAL_SERVER_ERROR and status != http.HTTPStatus.TOO_EARLY:
        return UpstreamRefused
    return UpstreamUnavailable


def _from_page(status: int) -> UpstreamError:
    """Judge by the status alone: a page of HTML comes from something before the server and means nothing to people."""
    error = UpstreamTimeout if status in _SILENT_STATUSES else UpstreamUnavailable
    if status == http.HTTPStatus.TOO_MANY_REQUESTS:
        return UpstreamRateLimited(status=status)
    if status == http.HTTPStatus.UNAUTHORIZED:
        return UpstreamKeyRefused(status=status)
    return error(status=status)


def _json_or_none(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except UNREADABLE_JSON:
        return None


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _detail(value: object) -> str:
    """FastAPI's `detail`: a string, or a list of {"msg", "loc"}."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(_one_detail, value)))
    return _plain(value)


def _one_detail(item: object) -> str:
    if not isinstance(item, dict):
        return _plain(item)
    place = item.get("loc")
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    message = _plain(item.get("msg"))
    return f"{where}: {message}" if where and message else message
