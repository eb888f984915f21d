"""Take away from a worker process what it does not need. It stands alone because workers must start fast."""

from __future__ import annotations

import os
import resource
from contextlib import suppress

NICENESS = 10  # people wait for answers of others meanwhile


def confine(*, memory_bytes: int, cpu_s: int, file_bytes: int | None = None) -> None:
    """Give this process little memory, little time and no right of way.

    memory_bytes: of address space. file_bytes: the largest file it may write. No limit that stands is ever raised.
    """
    with suppress(ValueError, OSError):  # macOS refuses it; the deadline of the one who started us holds everywhere
        _lower(resource.RLIMIT_AS, memory_bytes)
    _lower(resource.RLIMIT_CPU, cpu_s)
    _lower(resource.RLIMIT_CORE, 0)
    if file_bytes is not None:
        _lower(resource.RLIMIT_FSIZE, file_bytes)
    os.nice(NICENESS)


def _lower(limit: int, value: int) -> None:
    standing = [each for each in resource.getrlimit(limit) if each != resource.RLIM_INFINITY]
    lowest = min([value, *standing])
    resource.setrlimit(limit, (lowest, lowest))
