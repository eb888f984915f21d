"""The check of this machine's clock, against those of the servers that were asked anyway."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.doctor.findings import Finding, failed, ok, skipped

CLOCK = "clock"
MOST_OFF = timedelta(seconds=5)  # a Date header tells whole seconds, and it was on its way


def clock_finding(theirs: datetime | None, ours: datetime) -> Finding:
    """Return whether the clocks agree. theirs: aware, None where no server told; ours: when its answer came."""
    if theirs is None:
        return skipped(CLOCK, "nobody told the time")
    off = ours - theirs
    if abs(off) <= MOST_OFF:
        return ok(CLOCK, "as Discord's")
    side = "fast" if off > timedelta() else "slow"
    remedy = "Let the machine set its clock by itself (`timedatectl set-ntp true`): Discord gives an answer 3 s only."
    return failed(CLOCK, f"{abs(off).total_seconds():.0f} s {side}", remedy)
