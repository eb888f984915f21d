"""Do one task in a process of its own: `python -m bot.media.worker`, a task on stdin, reports on stdout.

Its stdin stays open as long as the bot lives: when it ends, the bot was killed, and nobody waits for the work any more.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from threading import Thread

from bot.errors import CannotFit
from bot.media.facts import ClipFacts
from bot.media.wire import Made, Progress, Refused, Report, Task, parse_task, report_line
from bot.workers.confinement import confine

MEMORY_BYTES = 3 * 1024**3  # of address space; x264 holds some forty frames
CPU_S = 1200
SPARE_FILE_BYTES = 16 * 1024 * 1024  # a file may come out larger than it should at first
TELL_EVERY = 0.01


class _Teller:
    """Tells how much is done, a hundred times at most."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, fraction: float) -> None:
        if fraction >= self._told + TELL_EVERY:
            self._told = fraction
            _say(Progress(fraction))


def perform(task: Task) -> Report:
    """Do what is asked. Raises CannotFit, and whatever a decoder or an encoder raises."""
    # Each task imports only what it needs; PyAV is not there on every machine.
    if task.kind == "picture":
        from bot.media.pictures import fit_picture

        return Made(fit_picture(task.source, task.limit_bytes, _work(task)).name)
    try:
        import av
    except ImportError as missing:
        raise CannotFit("no_encoder") from missing
    av.logging.set_level(None)
    if task.kind == "clip":
        from bot.media.encode import fit_clip

        return Made(fit_clip(task.source, task.limit_bytes, _work(task), _Teller()).name)
    if task.kind == "poster":
        from bot.media.poster import poster_of

        return Made(poster_of(task.source, _work(task)).name)
    return _facts(task.source)


def _facts(clip: Path) -> ClipFacts:
    from bot.media.source import inspect

    return inspect(clip).facts


def _work(task: Task) -> Path:
    if task.work is None:
        raise ValueError(f"nowhere to put a {task.kind}")
    return task.work


def answer(task: Task) -> Report:
    """Return the last report on a task, whatever happens in between."""
    try:
        return perform(task)
    except CannotFit as refused:
        return Refused(refused.reason, type(refused.__cause__).__name__ if refused.__cause__ else "")
    except Exception as failed:  # the outermost handler of this process: encoders raise errors of any class
        return Refused("failed", type(failed).__name__)


def _say(report: Report) -> None:
    sys.stdout.buffer.write(report_line(report))
    sys.stdout.buffer.flush()


def _end_with_the_bot(work: Path | None) -> None:
    """Wait until the bot is gone; then remove what was begun and end."""
    while os.read(0, 1):
        pass
    if work:
        shutil.rmtree(work, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Serve one task."""
    task = parse_task(sys.stdin.buffer.readline())
    confine(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S, file_bytes=2 * task.limit_bytes + SPARE_FILE_BYTES)
    Thread(target=_end_with_the_bot, args=(task.work,), daemon=True).start()
    _say(answer(task))


if __name__ == "__main__":
    main()
