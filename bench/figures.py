"""Turn what the two servers saw into figures. Times are CLOCK_MONOTONIC seconds, which processes share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

_WORD = re.compile(r"\bw(\d+)\b")


@dataclass(frozen=True, slots=True)
class Seen:
    """At `at`, the words up to number `word` stood in the channel."""

    at: float
    word: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one answer, or of several as means and maxima. All in seconds."""

    first_s: float
    last_s: float
    mean_age_s: float
    worst_age_s: float


def seen_words(versions: Sequence[tuple[float, str]]) -> list[Seen]:
    """Return when more became visible. versions: every state of every message of the answer, any order."""
    seen: list[Seen] = []
    newest = -1
    for at, content in sorted(versions):
        words = _WORD.findall(content)
        if words and int(words[-1]) > newest:
            newest = int(words[-1])
            seen.append(Seen(at, newest))
    return seen


def figures(emitted: Sequence[float], seen: Sequence[Seen]) -> Figures:
    """Compare when each word was sent with when it could be read.

    The age at a moment is that of the oldest word sent but not yet visible, 0 when there is none.
    """
    area = worst = 0.0
    before = Seen(emitted[0], -1)
    for now in seen:
        oldest = emitted[min(before.word + 1, len(emitted) - 1)]
        age = max(0.0, now.at - oldest)
        younger = max(0.0, before.at - oldest)
        area += (age * age - younger * younger) / 2
        worst = max(worst, age)
        before = now
    if before.word < len(emitted) - 1:
        raise ValueError(f"only {before.word + 1} of {len(emitted)} words ever became visible")
    return Figures(seen[0].at - emitted[0], before.at - emitted[-1], area / (before.at - emitted[0]), worst)


def together(each: Sequence[Figures]) -> Figures:
    """Return the means over several answers; the worst age is the worst of all."""
    return Figures(
        fmean(one.first_s for one in each),
        fmean(one.last_s for one in each),
        fmean(one.mean_age_s for one in each),
        max(one.worst_age_s for one in each),
    )
