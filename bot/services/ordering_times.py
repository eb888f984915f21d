"""What can be said of the time that orders take: the place in line, and when it is probably whose turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from bot.store.orders import InLine


@dataclass(frozen=True, slots=True)
class Standing:
    """A waiting order. place: 1 is next. eta_s: until its turn comes, None where nothing is known."""

    place: int
    eta_s: float | None


def place_in_line(order_id: int, waiting: Sequence[InLine]) -> int:
    """Return how many turns away an order is, 1 for the next, 0 when it does not wait.

    waiting: oldest first. People are served in turns, each their oldest order first: everybody's first order comes
    before anybody's second one, even if it was placed later.
    """
    seen: Counter[int] = Counter()
    turns: list[tuple[int, int]] = []
    for each in waiting:
        turns.append((seen[each.asker_id], each.id))
        seen[each.asker_id] += 1
    return next((place for place, (_, each_id) in enumerate(sorted(turns), 1) if each_id == order_id), 0)


def usual_s(durations: Sequence[float]) -> float | None:
    """Return how long an order of a model usually takes, None where nothing is known."""
    return median(durations) if durations else None


def standing(order_id: int, waiting: Sequence[InLine], durations: Sequence[float], at_once: int) -> Standing | None:
    """Return where a waiting order stands; None when it does not wait. at_once: how many are carried out together."""
    place = place_in_line(order_id, waiting)
    if not place:
        return None
    usual = usual_s(durations)
    return Standing(place, None if usual is None else ceil(place / at_once) * usual)
