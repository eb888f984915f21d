"""Errors as the proxy words them.

Source: grok2api v1.5.0, recorded replies 01-* to 04-*.
"""

from __future__ import annotations

import json

from aiohttp import web


class ApiError(Exception):
    """A refusal with the proxy's JSON body: `{"error": {message, type, param, code}}`."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None,
        kind: str = "invalid_request_error",
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.kind = kind
        self.param = param

    def response(self) -> web.Response:
        """Return this error as an HTTP answer."""
        return json_response({"error": self.body()}, status=self.status)

    def body(self) -> dict[str, object]:
        """Return the object under `error`."""
        return {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}


def json_response(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with compact JSON whose non-ASCII text is not escaped, as the proxy does."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    # content_type instead of a header: the proxy names no charset for JSON.
    return web.Response(body=raw, status=status, content_type="application/json", headers=headers)


def bad_request(message: str, param: str, code: str) -> ApiError:
    """Return a 400 about one field."""
    return ApiError(400, message, code=code, param=param)


def missing_field(param: str) -> ApiError:
    """Return the 400 for an absent field; the proxy never answers 422."""
    return bad_request("Field required", param, "missing")


def no_tokens() -> ApiError:
    """Return the 429 of a proxy whose accounts are used up."""
    return ApiError(
        429,
        "No available tokens. Please try again later.",
        code="rate_limit_exceeded",
        kind="rate_limit_error",
    )


def upstream_failed(message: str, status: int = 502) -> ApiError:
    """Return the error for a failure behind the proxy."""
    return ApiError(status, message, code="upstream_error", kind="server_error")
