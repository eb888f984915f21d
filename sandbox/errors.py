"""Discord's error replies.

Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
"""

from __future__ import annotations

from sandbox.shapes import Json


class ApiError(Exception):
    """A request is answered with an error. errors: the nested tree of a 50035."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """Return the reply's JSON."""
        body: Json = {"message": self.message, "code": self.code}
        return body if self.errors is None else {**body, "errors": self.errors}


_UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "Role": 10011,
    "User": 10013,
    "Webhook": 10015,
    "Interaction": 10062,
    "application command": 10063,
}


def unknown(what: str) -> ApiError:
    """Return the 404 for a thing that is not there."""
    return ApiError(404, _UNKNOWN[what], f"Unknown {what}")


def not_found() -> ApiError:
    """Return the 404 for an address that nothing answers."""
    return ApiError(404, 0, "404: Not Found")


def unauthorized() -> ApiError:
    """Return the 401 for a missing or wrong bot token."""
    return ApiError(401, 0, "401: Unauthorized")


def method_not_allowed() -> ApiError:
    """Return the 405 for an address that knows other methods."""
    return ApiError(405, 0, "405: Method Not Allowed")


def missing_access() -> ApiError:
    """Return the 403 for a channel the bot cannot see."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """Return the 403 for something the bot may not do there."""
    return ApiError(403, 50013, "Missing Permissions")


def no_mutual_guild() -> ApiError:
    """Return the 403 for a direct message to somebody the bot shares no guild with."""
    return ApiError(403, 50278, "Cannot send messages to this user due to having no mutual guilds")


def empty_message() -> ApiError:
    """Return the 400 for a message with nothing in it."""
    return ApiError(400, 50006, "Cannot send an empty message")


def not_the_author() -> ApiError:
    """Return the 403 for editing somebody else's message."""
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def wrong_token() -> ApiError:
    """Return the 401 for an interaction token that has expired or never was."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def already_acknowledged() -> ApiError:
    """Return the 400 for a second first reply."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def too_large() -> ApiError:
    """Return the 413 for a file over the limit."""
    return ApiError(413, 40005, "Request entity too large")


def invalid_json() -> ApiError:
    """Return the 400 for a body that is no JSON object."""
    return ApiError(400, 50109, "The request body contains invalid JSON.")


class Problems:
    """Collects what is wrong with a form and raises it as one 50035, nested by path as Discord does."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Note one problem. path: () for the form as a whole."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def __bool__(self) -> bool:
        return bool(self._tree)

    def check(self) -> None:
        """Raise what was noted, if anything."""
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)


def invalid(path: tuple[str | int, ...], code: str, message: str) -> ApiError:
    """Return the 400 for one wrong field."""
    problems = Problems()
    problems.add(path, code, message)
    return ApiError(400, 50035, "Invalid Form Body", problems._tree)
