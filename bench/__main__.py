"""Print how live the answers are: one, fifty asked in the same instant, fifty asked within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bench.live import Run, measure

ROWS: tuple[tuple[str, Callable[[Run], str]], ...] = (
    ("first word sent to first text visible, mean", lambda run: f"{run.live.first_s * 1000:.0f} ms"),
    ("the same, worst answer", lambda run: f"{run.worst_first_s * 1000:.0f} ms"),
    ("last word sent to whole text visible, mean", lambda run: f"{run.live.last_s * 1000:.0f} ms"),
    ("the same, worst answer", lambda run: f"{run.worst_last_s * 1000:.0f} ms"),
    ("age of text not yet shown, mean", lambda run: f"{run.live.mean_age_s:.2f} s"),
    ("the same, worst", lambda run: f"{run.live.worst_age_s:.2f} s"),
    ("edits an answer", lambda run: f"{run.edits / run.answers:.1f}"),
    ("429s", lambda run: str(run.refused)),
    ("CPU seconds per 1,000 words", lambda run: f"{run.cpu_s:.2f}"),
    ("peak memory", lambda run: f"{run.memory_mib:.0f} MiB"),
)


def main() -> None:
    """Measure and print."""
    runs = [asyncio.run(measure(answers, spread_s=spread_s)) for answers, spread_s in ((1, 0.0), (50, 0.0), (50, 1.0))]
    print("| answers at once | " + " | ".join(_title(run) for run in runs) + " |")
    print("|---|" + "---|" * len(runs))
    for title, show in ROWS:
        print(f"| {title} | " + " | ".join(show(run) for run in runs) + " |")


def _title(run: Run) -> str:
    return f"{run.answers}, asked within {run.spread_s:g} s" if run.spread_s else str(run.answers)


if __name__ == "__main__":
    main()
