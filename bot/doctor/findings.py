"""What a check found, and how checks say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. remedy: what to do, for what failed. For what was skipped, `line` says why; it counts as no failure."""

    check: str
    outcome: Outcome
    line: str
    remedy: str = ""


def ok(check: str, line: str) -> Finding:
    """Return that all is well."""
    return Finding(check, "ok", line)


def failed(check: str, line: str, remedy: str) -> Finding:
    """Return what is wrong, and what to do about it."""
    return Finding(check, "failed", line, remedy)


def skipped(check: str, why: str) -> Finding:
    """Return why something was not looked at."""
    return Finding(check, "skipped", why)
