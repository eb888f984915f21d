"""What the log speaks of: the ids of the request, the answer or the order that a task is busy with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

Id = int | str
Event = Mapping[str, Any]  # Any: JSON of Discord's gateway

_NONE: Mapping[str, Id] = MappingProxyType({})
_ids: ContextVar[Mapping[str, Id]] = ContextVar("ids", default=_NONE)

# How an event's own id is called in the log; tasks that begin with the event inherit it.
_EVENTS = {"INTERACTION_CREATE": "interaction", "MESSAGE_CREATE": "message", "MESSAGE_UPDATE": "message"}


def ids() -> Mapping[str, Id]:
    """Return the ids of the current task, by what each is of."""
    return _ids.get()


def note_ids(**more: Id) -> None:
    """Let every line carry these ids too, until the task ends; tasks that it begins from now on inherit them."""
    _ids.set({**_ids.get(), **more})


@contextmanager
def only_about(**these: Id) -> Iterator[None]:
    """Let every line carry these ids and no others, whichever task began this one."""
    before = _ids.set(these)
    try:
        yield
    finally:
        _ids.reset(before)


def with_ids(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:  # Any: as above
    """Return the parser of a gateway event as one whose tasks know the ids of the event, if it asks for anything."""
    kind = _EVENTS.get(name)
    if kind is None:
        return parse

    def parse_with_ids(event: Event) -> None:
        channel = event.get("channel_id")
        with only_about(**{kind: event.get("id", 0)}, **({"channel": channel} if channel else {})):
            parse(event)

    return parse_with_ids
