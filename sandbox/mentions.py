"""Whom a text pings, once `allowed_mentions` had its say.

Source: https://discord.com/developers/docs/resources/message#allowed-mentions-object
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from sandbox.model import Mentions
from sandbox.shapes import Json

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
_CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]*`", re.DOTALL)
_ALL = frozenset({"users", "roles", "everyone"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a sender lets ping. user_ids and role_ids: only these, when given; replied_user: None if not said."""

    parse: frozenset[str] = _ALL
    user_ids: frozenset[int] = frozenset()
    role_ids: frozenset[int] = frozenset()
    replied_user: bool | None = None

    def user(self, user_id: int) -> bool:
        """Return whether a mention of this user counts."""
        return "users" in self.parse or user_id in self.user_ids

    def role(self, role_id: int) -> bool:
        """Return whether a mention of this role counts."""
        return "roles" in self.parse or role_id in self.role_ids


EVERYTHING = Allowed()
INTERACTION_DEFAULT = Allowed(frozenset({"users"}))


def read_allowed(given: Json | None, default: Allowed = EVERYTHING) -> Allowed:
    """Return what a form's `allowed_mentions` says; `default` where it says nothing."""
    if given is None:
        return default
    return Allowed(
        frozenset(given.get("parse") or ()),
        frozenset(map(int, given.get("users") or ())),
        frozenset(map(int, given.get("roles") or ())),
        given.get("replied_user"),
    )


def find_mentions(
    text: str,
    allowed: Allowed,
    *,
    users: Container[int],
    roles: Container[int],
    may_ping_everyone: bool,
    replied_to: int | None = None,
) -> Mentions:
    """Return the pings of a text; mentions inside code do not count.

    users, roles: who exists. replied_to: the author of the message replied to, if that pings at all.
    """
    if "@" not in text and replied_to is None:
        return Mentions()
    plain = _CODE.sub("", text)
    user_ids = [user_id for user_id in _ids(_USER, plain) if user_id in users and allowed.user(user_id)]
    if replied_to is not None and allowed.replied_user is not False:
        user_ids.append(replied_to)
    role_ids = [role_id for role_id in _ids(_ROLE, plain) if role_id in roles and allowed.role(role_id)]
    everyone = may_ping_everyone and "everyone" in allowed.parse and bool(_EVERYONE.search(plain))
    return Mentions(tuple(dict.fromkeys(user_ids)), tuple(dict.fromkeys(role_ids)), everyone)


def _ids(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    return (int(found) for found in pattern.findall(text))


def texts_of(components: Iterable[Json]) -> Iterator[str]:
    """Yield the texts of components V2, which ping as content does."""
    for component in components:
        if isinstance(text := component.get("content"), str):
            yield text
        yield from texts_of(component.get("components") or ())
