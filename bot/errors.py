"""The exception tree: what went wrong, as facts. The sentences people read are chosen in `bot.ui.text`."""

from __future__ import annotations

from typing import Literal

import msgspec

# What reading JSON raises that somebody else wrote, beside msgspec's own: text that is no UTF-8 (the error's arguments
# hold all that was read: show nothing of it), and lists within lists, some hundreds deep.
UNREADABLE_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

FitFailure = Literal["no_encoder", "damaged", "too_long", "failed"]


class GrokBotError(Exception):
    """Base of every error this project raises on purpose."""


class SettingError(GrokBotError):
    """A setting is missing or malformed; start-up ends with one line and exit code 78.

    name: the environment variable; problem: what is wrong with it, without its value.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem


class UnforeseenError(GrokBotError):
    """A mistake of ours that nobody foresaw. incident: the number under which the log tells of it."""

    def __init__(self, incident: str) -> None:
        super().__init__(incident)
        self.incident = incident


class InputError(GrokBotError):
    """A person gave something the bot cannot take.

    code: a key of `bot.ui.text`; facts: values for its sentence.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class UpstreamError(GrokBotError):
    """The Grok server, or the way to it, failed.

    message: what the server said, cleaned of secrets and markup, at most 300 characters; "" if it said nothing.
    status: HTTP status, None when none arrived. code: the server's own error code, "" if none.
    retry_after_s: seconds the server asked us to wait, None if it did not say.
    may_have_generated: whether a picture or clip may have been generated, and paid for, all the same. Where it is False
    the order may be sent again for free; where it is True nobody but a person may repeat it. Orders settle it for each
    failure (see `bot.grok.retry`); the classes say what holds where nobody looked.
    """

    is_retryable = False
    may_have_generated = True

    def __init__(
        self, message: str = "", *, status: int | None = None, code: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(message or type(self).__name__)
        self.message = message
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


class UpstreamUnavailable(UpstreamError):
    """No connection, a 5xx, or a gateway's error page: trying again may help."""

    is_retryable = True


class UpstreamTimeout(UpstreamUnavailable):
    """The server was silent for longer than is allowed."""


class UpstreamRateLimited(UpstreamError):
    """429 in any of its disguises: the pool is empty or cooling."""

    is_retryable = True
    may_have_generated = False


class UpstreamResting(UpstreamRateLimited):
    """Nothing was asked, because every upstream is left alone for a while: retry_after_s tells how long.

    code: "busy" where an account becomes free again, "failed" where none of them answers.
    """


class UpstreamOutOfCredits(UpstreamError):
    """The account's credits or spending limit are used up: waiting does not help."""

    may_have_generated = False


class UpstreamKeyRefused(UpstreamError):
    """The key is missing, wrong, or may not do this: only the operator can mend it."""

    may_have_generated = False


class UpstreamModelUnknown(UpstreamError):
    """The server does not know the model.

    model: what was asked for, "" where nobody noted it. nearest: the names that exist and come nearest to it.
    """

    may_have_generated = False
    model = ""
    nearest: tuple[str, ...] = ()


class UpstreamRefused(UpstreamError):
    """The server rejects the request as it is (400, 413, 422 ...): sending it again is useless."""

    may_have_generated = False


class UpstreamUnsupported(UpstreamRefused):
    """The server cannot do this kind of request at all."""


class UpstreamInterrupted(UpstreamError):
    """A reply began and broke off, or ended without saying that it was complete."""

    is_retryable = True


class UpstreamEmpty(UpstreamError):
    """The server reported success and sent nothing: no text, no picture, no clip."""

    is_retryable = True


class UpstreamJobGone(UpstreamError):
    """The server does not know the job any more (404 or 410): its clip cannot be had, whether it was made or not."""


class UpstreamBlocked(UpstreamError):
    """The server finished without a result, or said that it withholds it (moderation).

    message: the text the model wrote in its place, if any.
    """


class MediaError(UpstreamError):
    """A result exists but its file cannot be had.

    reason: "address" (not allowed to fetch), "private" (server's `app_url` is not set), "size", "type",
    "gone" (404 or 410), "network", "slow" (too slow, or not within its deadline), "cut" (a clip that breaks off),
    "disk" (full, read-only, or not ours to write).
    """

    def __init__(self, reason: str, message: str = "", *, status: int | None = None) -> None:
        super().__init__(message or reason, status=status)
        self.reason = reason


class CannotFit(GrokBotError):
    """A finished file cannot be made to fit an upload limit, or cannot be looked at at all.

    reason: "no_encoder" (PyAV is not installed), "damaged" (nobody can play it; fetch it again), "too_long" (nothing
    worth looking at would be left), "failed" (the worker did not succeed).
    """

    def __init__(self, reason: FitFailure) -> None:
        super().__init__(reason)
        self.reason: FitFailure = reason


class GatewayAwayError(GrokBotError):
    """Discord did not say where its gateway is: trying again later may help."""


class TokenRefusedError(GrokBotError):
    """Discord refuses the bot's token."""


class StoreError(GrokBotError):
    """The database could not be opened, migrated, read or written."""


class StoreAway(StoreError):
    """The database's server does not answer; it may come back by itself."""


class SlotLostError(StoreError):
    """Another process has this process's slot now, so this one may no longer act in its name."""

    def __init__(self, number: int) -> None:
        super().__init__(f"slot {number} belongs to another process now")
        self.number = number
