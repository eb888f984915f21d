"""Progress on stderr: a bar where somebody looks, a few plain lines where it goes into a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

_STEP_PERCENT = 25  # between two plain lines
_STEP_S = 30.0  # between two plain lines of work that tells no percentages


class Bar:
    """What is shown of one piece of work. It never goes back."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._percent = -1.0

    def to(self, percent: float | None, label: str | None = None) -> None:
        """Show how far it is, 0..100, and perhaps another label. None: nothing is known."""
        self._label = label or self._label
        if percent is not None:
            self._percent = max(self._percent, min(100.0, percent))
        self.show()

    def show(self) -> None:
        """Show what is known now."""


class _Lines(Bar):
    def __init__(self, label: str) -> None:
        super().__init__(label)
        self._shown = ("", -1)
        self._at_s = time.monotonic()
        self.show()

    def show(self) -> None:
        step = int(self._percent // _STEP_PERCENT) if self._percent >= 0 else -1
        is_due = time.monotonic() - self._at_s >= _STEP_S
        if (self._label, step) == self._shown and not is_due:
            return
        self._shown, self._at_s = (self._label, step), time.monotonic()
        far = f" {int(self._percent)} %" if self._percent >= 0 else " …"
        sys.stderr.write(f"{self._label}{far}\n")
        sys.stderr.flush()


class _Animated(Bar):
    def __init__(self, label: str, rich: Progress) -> None:
        super().__init__(label)
        self._rich = rich
        self._task = rich.add_task(label, total=None)

    def show(self) -> None:
        known = self._percent >= 0
        self._rich.update(
            self._task,
            description=self._label,
            total=100.0 if known else None,
            completed=self._percent if known else None,
        )


@contextmanager
def progress(label: str) -> Iterator[Bar]:
    """Show a bar while something goes on."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Lines(label)
        return
    console = Console(file=sys.stderr, force_terminal=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as rich:
        yield _Animated(label, rich)
