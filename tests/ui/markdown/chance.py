"""How the property tests draw their cases: from a seed that is printed, so that a failing run can be had again."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from typing import Any

from hypothesis import seed, settings

SEED_VARIABLE = "HYPOTHESIS_SEED"
SEED = int(os.environ.get(SEED_VARIABLE) or secrets.randbelow(2**32))
promised: list[int] = []  # cases, per property


def cases(count: int) -> Callable[[Any], Any]:  # Any: what hypothesis's own decorators take and give
    """Run a property on so many cases drawn from the run's seed."""

    def decorate(test: Any) -> Any:  # Any: as above
        promised.append(count)
        return seed(SEED)(settings(max_examples=count, deadline=None, derandomize=False, print_blob=True)(test))

    return decorate
