"""The figures of a run, printed when it is over."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from statistics import mean

from tests.chaos.verdict import Case


def say(line: str) -> None:
    """Write a line that pytest shows with -s, and with a test that failed."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_orders(case: Case) -> None:
    """Print how many orders there were, and how they ended."""
    ends = Counter(row.state for row in case.rows)
    told = ", ".join(f"{count} {state}" for state, count in sorted(ends.items()))
    say(f"orders: {len(case.rows)} ({told}); of them with a ping of their own: all but {len(case.pingless())}")
    untaken = case.untaken()
    thinking = sum(each.interaction_id in case.sights.thinking for each in untaken)
    say(f"commands while nobody was there: {len(untaken) - thinking}; kept, never answered: {len(case.withdrawn())}")
    say(f"commands that were acknowledged and then forgotten: {thinking}")


def print_times(what: str, times_s: Sequence[float]) -> None:
    """Print the longest and the mean of some times."""
    if times_s:
        say(f"{what}: mean {mean(times_s):.1f} s, longest {max(times_s):.1f} s, of {len(times_s)}")
