"""What a worker is told and what it tells: lines of JSON. Clips travel by their path, for they are large."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from bot.errors import FitFailure
from bot.media.facts import ClipFacts

Kind = Literal["probe", "clip", "picture", "poster"]


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is to do. work: a folder of its own, "" where nothing is made; limit_bytes: of what is made."""

    kind: Kind
    source: Path
    work: Path | None = None
    limit_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """So much of the work is done, 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Made:
    """The work is done and stands in the worker's folder under this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The work cannot be done. cause: the class of an error, for the log."""

    reason: FitFailure
    cause: str = ""


Report = Progress | Made | Refused | ClipFacts


def task_line(task: Task) -> bytes:
    """Return what a worker reads first. It works in a folder of its own: paths become absolute."""
    work = str(task.work.absolute()) if task.work else None
    return _line({**asdict(task), "source": str(task.source.absolute()), "work": work})


def parse_task(line: bytes) -> Task:
    """Return what is to be done."""
    head = json.loads(line)
    return Task(head["kind"], Path(head["source"]), Path(head["work"]) if head["work"] else None, head["limit_bytes"])


def report_line(report: Report) -> bytes:
    """Return what a worker tells."""
    return _line({"report": type(report).__name__, **asdict(report)})


def parse_report(line: bytes) -> Report:
    """Return what a worker told. Raises ValueError for anything that `report_line` does not write."""
    try:
        head: dict[str, Any] = json.loads(line)  # any value: written by `report_line`, or by a broken worker
        match head.pop("report"):
            case "Progress":
                return Progress(min(1.0, max(0.0, float(head["fraction"]))))
            case "Made":
                return Made(Path(head["name"]).name)  # it may not point out of the folder
            case "Refused" if head["reason"] in get_args(FitFailure):
                return Refused(head["reason"], str(head["cause"]))
            case "ClipFacts":
                return ClipFacts(**head)
    except (KeyError, TypeError, AttributeError) as odd:
        raise ValueError("no report of a worker") from odd
    raise ValueError("no report of a worker")


def _line(head: dict[str, object]) -> bytes:
    return json.dumps(head).encode() + b"\n"
