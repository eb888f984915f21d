"""Errors as text, so that what went wrong with an order can be told by a process after this one."""

from __future__ import annotations

import json

from bot import errors
from bot.errors import GrokBotError, InputError, MediaError, UnforeseenError, UpstreamError, UpstreamModelUnknown

_UPSTREAM = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, UpstreamError) and kind is not MediaError
}

_UPSTREAM_FACTS = ("status", "code", "retry_after_s")


def packed(error: GrokBotError) -> str:
    """Return an error as JSON: its class and its facts."""
    match error:
        case InputError():
            facts: dict[str, object] = {"code": error.code, "facts": {k: str(v) for k, v in error.facts.items()}}
        case UnforeseenError():
            facts = {"incident": error.incident}
        case MediaError():
            facts = {"reason": error.reason, "message": error.message, "status": error.status}
        case UpstreamError():
            facts = {
                "message": error.message,
                "status": error.status,
                "code": error.code,
                "retry_after_s": error.retry_after_s,
            }
            if isinstance(error, UpstreamModelUnknown):
                facts |= {"model": error.model, "nearest": list(error.nearest)}
        case _:
            facts = {}
    return json.dumps({"error": type(error).__name__, **facts})


def unpacked(written: str) -> GrokBotError:
    """Return the error that `packed` wrote; one of a later version becomes a plain GrokBotError."""
    facts = json.loads(written)
    name = facts.pop("error")
    if name == InputError.__name__:
        return _input_error(facts["code"], facts["facts"])
    if name == MediaError.__name__:
        return MediaError(facts["reason"], facts["message"], status=facts["status"])
    if name == UnforeseenError.__name__:
        return UnforeseenError(facts["incident"])
    if name in _UPSTREAM:
        known = {fact: facts[fact] for fact in _UPSTREAM_FACTS if fact in facts}
        error = _UPSTREAM[name](facts["message"], **known)
        if isinstance(error, UpstreamModelUnknown):
            error.model, error.nearest = facts.get("model", ""), tuple(facts.get("nearest", ()))
        return error
    return GrokBotError(name)


def _input_error(code: str, facts: dict[str, str]) -> InputError:
    error = InputError(code)
    error.facts = dict(facts)  # whatever they are called
    return error
