"""Which upstreams a request may go to, and in which order: a plain decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from bot.grok.types import CallKind
from bot.grok.upstream import Upstream


def candidates(
    upstreams: Sequence[Upstream], kind: CallKind, model: str, random: Callable[[], float]
) -> list[Upstream]:
    """Return those that serve it: the lowest order first, among equals by lot, each as often as its weight says."""
    fit = sorted((each for each in upstreams if each.serves(kind, model)), key=lambda each: each.order)
    return [each for _, equals in groupby(fit, key=lambda each: each.order) for each in _drawn(list(equals), random)]


def _drawn(equals: list[Upstream], random: Callable[[], float]) -> list[Upstream]:
    drawn: list[Upstream] = []
    while len(equals) > 1:
        mark = random() * sum(each.weight for each in equals)
        for each in equals:
            mark -= each.weight
            if mark < 0:
                break
        drawn.append(each)
        equals.remove(each)
    return drawn + equals
