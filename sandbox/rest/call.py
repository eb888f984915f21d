"""One REST request as a value, and the routes that answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.errors import invalid
from sandbox.limits import Rule
from sandbox.shapes import Json
from sandbox.uploads import Form


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets. params: the path's variables; form: the JSON body and files."""

    params: Mapping[str, str]
    query: Mapping[str, str]
    form: Form

    def id(self, name: str) -> int:
        """Return a path variable that must be an id."""
        return as_id(self.params[name], (name,))

    def query_id(self, name: str) -> int | None:
        """Return a query variable that must be an id, None if it was not given."""
        return as_id(self.query[name], (name,)) if name in self.query else None

    @property
    def body(self) -> Json:
        """Return the JSON object that was sent, {} for an empty body."""
        if self.form.value is None:
            return {}
        if not isinstance(self.form.value, dict):
            raise invalid((), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return self.form.value


def as_id(value: object, path: tuple[str | int, ...]) -> int:
    """Return an id given as text or number."""
    text = str(value)
    if not text.isascii() or not text.isdecimal() or len(text) > 20:
        raise invalid(path, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


@dataclass(frozen=True, slots=True)
class Created:
    """A reply with status 201."""

    body: object


Reply = Json | list[Json] | Created | None
Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path template with its handler; None replies are 204. needs_token: asks for the bot's."""

    method: str
    path: str
    handler: Handler
    rule: Rule
    needs_token: bool = True


def rule(name: str, *major: str, limit: int = 10, window_s: float = 5.0, is_global: bool = True) -> Rule:
    """Return a rate-limit rule, by default generous as on most of Discord's routes."""
    return Rule(name, limit, window_s, major, is_global)
