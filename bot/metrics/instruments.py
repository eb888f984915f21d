"""What is counted as it happens. Labels come from short, closed lists: no ids, no names of models, no words."""

from __future__ import annotations

from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from bot.errors import (
    MediaError,
    UpstreamBlocked,
    UpstreamEmpty,
    UpstreamError,
    UpstreamInterrupted,
    UpstreamJobGone,
    UpstreamKeyRefused,
    UpstreamModelUnknown,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamResting,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnsupported,
)

Kind = Literal["chat", "image", "video", "file", "models"]
KINDS: tuple[Kind, ...] = get_args(Kind)

OK = "ok"
GIVEN_UP = "given_up"  # stopped by a person, or by the end of the process
UNFORESEEN = "unforeseen"
# The first class that fits names the outcome, so the narrower stand before the wider.
_FAILURES: tuple[tuple[type[UpstreamError], str], ...] = (
    (UpstreamResting, "resting"),  # nobody was asked
    (UpstreamRateLimited, "busy"),
    (UpstreamOutOfCredits, "no_credits"),
    (UpstreamKeyRefused, "key_refused"),
    (UpstreamModelUnknown, "model_unknown"),
    (UpstreamUnsupported, "unsupported"),
    (UpstreamRefused, "refused"),
    (UpstreamTimeout, "timeout"),
    (UpstreamUnavailable, "unavailable"),
    (UpstreamInterrupted, "interrupted"),
    (UpstreamEmpty, "empty"),
    (UpstreamJobGone, "job_gone"),
    (UpstreamBlocked, "blocked"),
    (MediaError, "no_file"),
    (UpstreamError, "other"),
)
OUTCOMES = (OK, GIVEN_UP, UNFORESEEN, *(name for _, name in _FAILURES))

# Seconds. A first word comes within a few; a clip takes minutes.
_FIRST = (0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 90)
_WHOLE = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, 1200)


class Instruments:
    """The counters and histograms of one bot, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "grokcord_requests", "What was asked of the Grok servers, by how it ended.", ["kind", "outcome"],
            registry=registry,
        )  # fmt: skip
        self.first_token_s = Histogram(
            "grokcord_first_token_seconds", "From asking to the first piece of an answer or of its thoughts.",
            buckets=_FIRST, registry=registry,
        )  # fmt: skip
        self.request_s = Histogram(
            "grokcord_request_seconds", "From asking to the whole result, of what ended well.", ["kind"],
            buckets=_WHOLE, registry=registry,
        )  # fmt: skip
        self.tokens = Counter(
            "grokcord_tokens_relayed", "Tokens of answers and thoughts that came, as estimated.", registry=registry
        )
        self.upstream_429 = Counter(
            "grokcord_upstream_429", "Replies of the Grok servers with status 429, those asked again included.",
            registry=registry,
        )  # fmt: skip
        for kind in KINDS:  # so that rates begin at nought instead of at the first failure
            self.requests.labels(kind, OK)
            self.request_s.labels(kind)


def outcome_of(error: BaseException) -> str:
    """Return what a request that ended in an exception is counted as."""
    if not isinstance(error, Exception):  # cancelled, or nobody wanted the rest
        return GIVEN_UP
    return next((name for kind, name in _FAILURES if isinstance(error, kind)), UNFORESEEN)
