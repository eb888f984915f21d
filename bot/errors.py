"""The exception tree: what went wrong, as facts. The sentences people read are chosen in `bot.ui.text`."""

from __future__ import annotations


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
    """

    is_retryable = False

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


class UpstreamOutOfCredits(UpstreamError):
    """The account's credits or spending limit are used up: waiting does not help."""


class UpstreamKeyRefused(UpstreamError):
    """The key is missing, wrong, or may not do this: only the operator can mend it."""


class UpstreamModelUnknown(UpstreamError):
    """The server does not know the model."""


class UpstreamRefused(UpstreamError):
    """The server rejects the request as it is (400, 413, 422 ...): sending it again is useless."""


class UpstreamUnsupported(UpstreamRefused):
    """The server cannot do this kind of request at all."""


class UpstreamInterrupted(UpstreamError):
    """A reply began and broke off, or ended without saying that it was complete."""

    is_retryable = True


class UpstreamEmpty(UpstreamError):
    """The server reported success and sent nothing: no text, no picture, no clip."""

    is_retryable = True


class UpstreamBlocked(UpstreamError):
    """The server finished without a result, or said that it withholds it (moderation).

    message: the text the model wrote in its place, if any.
    """


class MediaError(UpstreamError):
    """A result exists but its file cannot be had.

    reason: "address" (not allowed to fetch), "private" (server's `app_url` is not set), "size", "type",
    "gone" (404 or 410), "network".
    """

    def __init__(self, reason: str, message: str = "", *, status: int | None = None) -> None:
        super().__init__(message or reason, status=status)
        self.reason = reason


class GatewayAwayError(GrokBotError):
    """Discord did not say where its gateway is: trying again later may help."""


class TokenRefusedError(GrokBotError):
    """Discord refuses the bot's token."""


class StoreError(GrokBotError):
    """The database could not be opened, migrated, read or written."""


class SlotLostError(StoreError):
    """Another process has this process's slot now, so this one may no longer act in its name."""

    def __init__(self, number: int) -> None:
        super().__init__(f"slot {number} belongs to another process now")
        self.number = number


class StoreAway(StoreError):
    """The database's server does not answer; it may come back by itself."""
