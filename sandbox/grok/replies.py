"""Faults that replace the whole reply."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from sandbox.grok.errors import ApiError, json_response, no_tokens, upstream_failed
from sandbox.grok.faults import Faults
from sandbox.grok.steps import Done, Event, Step
from sandbox.grok.voice import to_json

BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"  # noqa: E501
LOGIN_PAGE = "<!doctype html><title>Sign in</title><h1>Please sign in to the network</h1>"
CREDITS = (
    "Your team has either used all available credits or reached its monthly spending limit. "
    "To continue making API requests, please purchase more credits or raise your spending limit."
)


def whole_reply(faults: Faults, *, model: str = "", is_stream: bool = False) -> web.Response | None:
    """Return the answer that stands in place of the real one, if a fault asks for that."""
    response = _page(faults) or _error(faults, model, is_stream)
    if response is not None and "retry_after" in faults:
        response.headers["Retry-After"] = f"{faults.number('retry_after', 1):g}"
    return response


def _page(faults: Faults) -> web.Response | None:
    if "html502" in faults:
        return web.Response(text=BAD_GATEWAY, status=502, content_type="text/html")
    if "html200" in faults:
        return web.Response(text=LOGIN_PAGE, content_type="text/html")
    return None


def _error(faults: Faults, model: str, is_stream: bool) -> web.Response | None:
    if "status" in faults:
        return _status(int(faults.number("status", 500))).response()
    if "notokens" in faults and not ("g2" in faults and is_stream):
        return no_tokens().response()
    if "notokens_sse" in faults and not is_stream:
        return no_tokens().response()
    if "http" in faults and "g2" in faults and not is_stream:
        return upstream_failed(f"AppChatReverse: Chat failed, {faults.number('http', 500):g}").response()
    if "error_event" in faults and not is_stream:
        return upstream_failed("Upstream request failed").response()
    return _vendor_error(faults, model)


def _vendor_error(faults: Faults, model: str) -> web.Response | None:
    if "credits" in faults:
        return json_response({"code": "resource-exhausted", "error": CREDITS}, status=429)
    if "error_string" in faults:
        body = {"code": "Client specified an invalid argument", "error": "The request holds an invalid argument."}
        return json_response(body, status=400)
    if "badkey400" in faults:
        text = "Incorrect API key provided: sk***mo. You can obtain an API key from the console."
        return json_response({"code": "Client specified an invalid argument", "error": text}, status=400)
    if "detail422" in faults:
        where = ["body", "messages"]
        return json_response({"detail": [{"loc": where, "msg": "field required", "type": "missing"}]}, status=422)
    if "model404" in faults:
        message = f"The model {model} does not exist or your team does not have access to it."
        return json_response({"code": "Some requested entity was not found", "error": message}, status=404)
    return None


def _status(status: int) -> ApiError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return no_tokens()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ApiError(status, "Invalid authentication token", code="invalid_api_key", kind="authentication_error")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ApiError(status, "Internal server error", code="internal_error", kind="server_error")
    return ApiError(max(status, 400), "The request was refused.", code="invalid_request")


def error_event(message: str, *, kind: str = "server_error", code: str = "upstream_error") -> Event:
    """Return an error inside a 200 stream, in the proxy's form."""
    return Event(to_json({"error": {"message": message, "type": kind, "code": code}}), "error")


def stream_only(faults: Faults, *, is_picture: bool) -> list[Step] | None:
    """Return the whole stream for faults that leave nothing of an answer; None if the answer is to be made."""
    refused = no_tokens()
    if faults.any("notokens_sse", "notokens"):
        return [error_event(refused.message, kind=refused.kind, code=str(refused.code)), Done()]
    if "error_event" in faults:
        return [error_event("Upstream request failed"), Done()]
    if "http" in faults:
        status = f"{faults.number('http', 500):g}"
        return [error_event(f"AppChatReverse: Chat failed, {status}"), Done()] if "g2" in faults else []
    if is_picture and "ratelimit" in faults:
        return []
    return None
