"""Have files made to fit an upload limit by worker processes: few at once, each with a deadline, none left behind."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Literal

from bot.errors import CannotFit
from bot.media.facts import ClipFacts
from bot.media.wire import Made, Progress, Refused, Report, Task, parse_report, task_line
from bot.workers.process import worker, worker_command

__all__ = ["ClipFacts", "Fitter"]

log = logging.getLogger(__name__)

COMMAND = worker_command("bot.media.worker")
DEADLINE_S = 600.0  # for encoding one clip
LOOK_DEADLINE_S = 60.0
LOOKS_AT_ONCE = 2


class Fitter:
    """Makes files fit. at_once: how many files may be encoded, the others stand in line. deadline_s: for one clip.

    command: what is started for each task.
    """

    def __init__(self, *, at_once: int = 1, deadline_s: float = DEADLINE_S, command: tuple[str, ...] = COMMAND) -> None:
        self._encoding = asyncio.Semaphore(at_once)
        self._looking = asyncio.Semaphore(LOOKS_AT_ONCE)  # a look takes a moment and must not wait for an encoder
        self._deadline_s = deadline_s
        self._command = command

    async def probe(self, clip: Path) -> ClipFacts:
        """Return what a clip is. Raises CannotFit "damaged" for one that nobody can play to its end, "no_encoder"."""
        async with self._looking:
            report = await self._last_report(Task("probe", clip), LOOK_DEADLINE_S, _ignore)
        if isinstance(report, ClipFacts):
            return report
        raise CannotFit("failed")

    async def fit_clip(
        self, clip: Path, limit_bytes: int, folder: Path, *, on_progress: Callable[[float], None]
    ) -> Path:
        """Return a new MP4 in `folder`, as good as fits into the limit. Raises CannotFit.

        on_progress: hears fractions of the work that never fall; the last is 1, when the file stands.
        """
        async with self._encoding:
            fitted = await self._make("clip", clip, folder, limit_bytes, self._deadline_s, on_progress)
        on_progress(1.0)
        return fitted

    async def fit_picture(self, picture: Path, limit_bytes: int, folder: Path) -> Path:
        """Return a new picture in `folder`, upright and without metadata, as good as fits. Raises CannotFit."""
        async with self._encoding:
            return await self._make("picture", picture, folder, limit_bytes, LOOK_DEADLINE_S, _ignore)

    async def poster_of(self, clip: Path, folder: Path) -> Path:
        """Return a new JPEG in `folder`: an early frame of a clip on which there is something to see.

        Raises CannotFit "damaged", "no_encoder", "failed".
        """
        async with self._looking:
            return await self._make("poster", clip, folder, 0, LOOK_DEADLINE_S, _ignore)

    async def _make(
        self,
        kind: Literal["clip", "picture", "poster"],
        source: Path,
        folder: Path,
        limit_bytes: int,
        deadline_s: float,
        on_progress: Callable[[float], None],
    ) -> Path:
        """Have a file made in a folder for the work alone, and give it its name when it is whole."""
        with _work_folder(folder) as work:
            task = Task(kind, source, work, limit_bytes)
            report = await self._last_report(task, deadline_s, on_progress)
            made = work / report.name if isinstance(report, Made) else None
            if made is None or not _is_within_limit(made, limit_bytes):
                raise CannotFit("failed")
            label = "poster" if kind == "poster" else f"fit-{limit_bytes}"
            named = folder / f"{source.stem}-{label}{made.suffix}"
            os.replace(made, named)
            return named

    async def _last_report(self, task: Task, deadline_s: float, on_progress: Callable[[float], None]) -> Report | None:
        """Return what a worker said at its end, None if it said nothing. Raises CannotFit with the worker's reason."""
        last: Report | None = None
        try:
            async with asyncio.timeout(deadline_s), worker(self._command) as process:
                await _order(process, task)
                async with aclosing(_reports(process)) as reports:
                    furthest = 0.0
                    async for last in reports:
                        if isinstance(last, Progress) and last.fraction > furthest:
                            furthest = last.fraction
                            on_progress(furthest)
        except TimeoutError as slow:
            log.warning("gave up on a file kind=%s after_s=%s", task.kind, deadline_s)
            raise CannotFit("failed") from slow
        if isinstance(last, Refused):
            log.info("could not fit a file kind=%s reason=%s cause=%s", task.kind, last.reason, last.cause)
            raise CannotFit(last.reason)
        if not isinstance(last, Made | ClipFacts):
            log.warning("a media worker ended without a result kind=%s status=%s", task.kind, process.returncode)
        return last


def _ignore(_: float) -> None:
    """Nobody watches."""


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """Make a folder beside the place of the result, so that it only needs to be renamed; it is gone afterwards."""
    work = Path(tempfile.mkdtemp(prefix=".fitting-", dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _is_within_limit(made: Path, limit_bytes: int) -> bool:
    """Tell whether a file is there and small enough. limit_bytes: 0 if any size will do."""
    return made.is_file() and (not limit_bytes or made.stat().st_size <= limit_bytes)


async def _order(process: Process, task: Task) -> None:
    """Tell a worker its task. Its stdin stays open: the worker ends when it closes."""
    pipe = process.stdin
    assert pipe is not None  # noqa: S101  # it was asked for
    with suppress(BrokenPipeError, ConnectionResetError):  # it died: what it said, or did not, tells why
        pipe.write(task_line(task))
        await pipe.drain()


async def _reports(process: Process) -> AsyncGenerator[Report, None]:
    """Yield what a worker tells until it ends, or tells something else."""
    pipe = process.stdout
    assert pipe is not None  # noqa: S101  # it was asked for
    with suppress(ValueError):  # no report, or a line without end
        while line := await pipe.readline():
            yield parse_report(line)
        await process.wait()  # it ends by itself; killing it just now would look like an accident
