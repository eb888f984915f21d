"""Print how clips come out that are made to fit an upload limit: sizes, likeness to the original, and what it takes."""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.likeness import Likeness, likeness
from bench.scenes import Take, shoot
from bot.errors import CannotFit
from bot.media.fitting import ClipFacts, Fitter

MIB = 1024 * 1024
LIMITS_BYTES = (2 * MIB, 10 * MIB, 25 * MIB)
TAKES = (
    Take("a red city at night", (1280, 720), 6, 16_000_000, grain=4),
    Take("green hills in the morning", (1280, 720), 15, 20_000_000, grain=4),
    Take("green hills in heavy grain", (1280, 720), 15, 30_000_000, grain=12),
    Take("blue peaks in the evening", (1920, 1080), 15, 30_000_000, grain=4),
    Take("planets around a sun", (1280, 720), 60, 8_000_000, grain=4),
)
HEAD = (
    "clip",
    "original",
    "limit",
    "fitted",
    "of the limit",
    "size",
    "SSIM",
    "PSNR",
    "seconds",
    "CPU seconds",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One clip at one limit. cpu_s: of the worker, all threads."""

    facts: ClipFacts
    like: Likeness
    elapsed_s: float
    cpu_s: float


def main() -> None:
    """Measure and print, a row as soon as it is known."""
    _print(HEAD)
    _print(["---"] * len(HEAD))
    with tempfile.TemporaryDirectory() as folder:
        for number, take in enumerate(TAKES):
            original = Path(folder, f"{number}.mp4")
            shoot(take, original)
            for limit_bytes in LIMITS_BYTES:
                if original.stat().st_size > limit_bytes:
                    _print(asyncio.run(_cells(take, original, limit_bytes)))


async def _cells(take: Take, original: Path, limit_bytes: int) -> list[str]:
    title = f"{take.seconds} s, {take.size[0]}x{take.size[1]}, grain {take.grain}"
    sizes = [title, _mib(original.stat().st_size), _mib(limit_bytes)]  # noqa: ASYNC240  # nothing else runs
    try:
        row = await _measure(original, limit_bytes)
    except CannotFit as refused:
        return [*sizes, refused.reason, *[""] * (len(HEAD) - 4)]
    return [
        *sizes,
        _mib(row.facts.size_bytes),
        f"{row.facts.size_bytes / limit_bytes:.1%}",
        f"{row.facts.width}x{row.facts.height}",
        f"{row.like.ssim:.3f}",
        f"{row.like.psnr_db:.1f} dB",
        f"{row.elapsed_s:.0f}",
        f"{row.cpu_s:.0f}",
    ]


async def _measure(original: Path, limit_bytes: int) -> Row:
    fitter = Fitter()
    started, cpu_before = time.monotonic(), _children_cpu_s()
    fitted = await fitter.fit_clip(original, limit_bytes, original.parent, on_progress=lambda _: None)
    elapsed_s, cpu_s = time.monotonic() - started, _children_cpu_s() - cpu_before
    return Row(await fitter.probe(fitted), likeness(original, fitted), elapsed_s, cpu_s)


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / MIB:.2f} MiB"


def _print(cells: list[str] | tuple[str, ...]) -> None:
    print("| " + " | ".join(cells) + " |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
