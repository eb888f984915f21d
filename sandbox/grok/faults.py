"""Failure on request: every way to go wrong, by name, and how a request asks for one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.grok.catalogue import FAULTS

TAG = re.compile(r"\[\[([^\[\]]{1,200})\]\] ?")
WORD = re.compile(r"([a-z][a-z0-9_]*?)(?:=([^\s=]+))?")
# Names that carry their value without a sign: http503, status429, silent_20.
GLUED = re.compile(r"(http|status|silent_)(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Faults:
    """What is to go wrong with one request: names, each with its value ("" for none)."""

    wishes: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.wishes

    def __or__(self, other: Faults) -> Faults:
        return Faults({**self.wishes, **other.wishes})

    def any(self, *names: str) -> bool:
        """Tell whether one of the names is wished for."""
        return any(name in self.wishes for name in names)

    def without(self, *names: str) -> Faults:
        """Return the other faults."""
        return Faults({name: value for name, value in self.wishes.items() if name not in names})

    def number(self, name: str, default: float) -> float:
        """Return the value of a wish, or the default if it is not wished for, has none, or is no number."""
        try:
            return float(self.wishes.get(name) or default)
        except ValueError:
            return default


NO_FAULTS = Faults()


def parse_wishes(words: str) -> Faults | None:
    """Return the wishes in `cut` or `tokens=1000 rate=50`; None if a word names no fault."""
    wishes: dict[str, str] = {}
    for word in words.split():
        if glued := GLUED.fullmatch(word):
            name, value = glued.group(1).rstrip("_"), glued.group(2)
        elif plain := WORD.fullmatch(word):
            name, value = plain.group(1), plain.group(2) or ""
        else:
            return None
        if name not in FAULTS:
            return None
        wishes[name] = value
    return Faults(wishes) if wishes else None


def take_tags(prompt: str) -> tuple[str, Faults]:
    """Return the prompt without its fault tags, and the faults; a tag that names none stays text.

    A client may have quoted a line for beginning with a bracket; without the tag there is no bracket.
    """
    wishes: dict[str, str] = {}

    def take(tag: re.Match[str]) -> str:
        found = parse_wishes(tag.group(1))
        if found is None:
            return tag.group(0)
        wishes.update(found.wishes)
        return ""

    rest = TAG.sub(take, prompt)
    return (rest.strip().removeprefix("> ").strip() if wishes else prompt), Faults(wishes)


@dataclass(slots=True)
class _Order:
    faults: Faults
    times: int
    path: str


class FaultQueue:
    """Faults laid out for coming requests, first come first served."""

    def __init__(self) -> None:
        self._orders: deque[_Order] = deque()

    def add(self, faults: Faults, times: int, path: str) -> None:
        """Lay out faults for the next requests whose path begins so; "" is every request that makes something."""
        self._orders.append(_Order(faults, times, path))

    def clear(self) -> None:
        """Forget what was laid out."""
        self._orders.clear()

    def take(self, path: str, *, makes_something: bool) -> Faults:
        """Return what the next request on this path has to suffer."""
        for order in self._orders:
            if path.startswith(order.path) if order.path else makes_something:
                order.times -= 1
                if order.times <= 0:
                    self._orders.remove(order)
                return order.faults
        return NO_FAULTS
