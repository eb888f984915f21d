"""What the lines of orders cost while nothing waits in them, and how soon an order begins.

`python -m bench.lines` starts a process for each measure, which is this module with `measure URL`, and PostgreSQL where
it is installed.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import mean

from sandbox.postgres.programs import find_programs
from tests.postgres import ROOT, postgres_process

IDLE_S = 20.0
ORDERS = 20
SETTLE_S = 3.0
PHASES_S = 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process. idle_percent: of a core. begins: from enqueueing to the first step."""

    idle_percent: float
    mean_begins_s: float
    worst_begins_s: float
    loaded_mib: float
    opened_mib: float


async def measure(url: str, idle_s: float) -> Cost:
    """Open the lines, let them idle, then order."""
    bare_mib = _memory_mib()
    from bot.services.carrying import Limits
    from bot.services.fulfilment import Steps
    from bot.services.jobs import Jobs

    loaded_mib = _memory_mib()
    begun = asyncio.Queue[float]()

    async def fulfil(order_id: int, steps: Steps) -> None:
        del order_id

        async def first() -> str:
            begun.put_nowait(time.perf_counter())
            return ""

        await steps.run("first", first)

    jobs = Jobs(url, "slot-0", Limits())
    await jobs.open(fulfil)
    await asyncio.sleep(SETTLE_S)
    opened_mib = _memory_mib()
    cpu_s, began_s = time.process_time(), time.perf_counter()
    await asyncio.sleep(idle_s)
    idle_percent = 100 * (time.process_time() - cpu_s) / (time.perf_counter() - began_s)
    waits, phases = [], Random(1)  # noqa: S311 - no secret
    for order_id in range(ORDERS):
        await asyncio.sleep(phases.uniform(0, PHASES_S))  # people do not order just after a look at the line
        enqueued_s = time.perf_counter()
        await jobs.enqueue(order_id, order_id)
        waits.append(await begun.get() - enqueued_s)
    await jobs.close()
    return Cost(idle_percent, mean(waits), max(waits), loaded_mib - bare_mib, opened_mib - loaded_mib)


def _memory_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Give a database of each kind that there is."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        urls = {"SQLite": f"sqlite:///{folder}/jobs.db"}
        if find_programs() is not None:
            server = stack.enter_context(postgres_process())
            urls["PostgreSQL"] = server.replace("postgresql://", "postgresql+psycopg://", 1)
        yield urls


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(asdict(asyncio.run(measure(sys.argv[2], IDLE_S)))))
        return
    with databases() as urls:
        for name, url in urls.items():
            command = [sys.executable, "-m", "bench.lines", "measure", url]
            told = subprocess.run(command, cwd=ROOT, env=os.environ, check=True, capture_output=True, text=True)
            cost = Cost(**json.loads(told.stdout))
            print(f"| lines of orders on {name} | |\n|---|---|")
            print(f"| idle | {cost.idle_percent:.1f} % of a core |")
            print(
                f"| from ordering to the first step | {cost.mean_begins_s:.2f} s, worst {cost.worst_begins_s:.2f} s |"
            )
            print(f"| memory | {cost.loaded_mib:.0f} MiB to load, {cost.opened_mib:.0f} MiB to open |\n")


if __name__ == "__main__":
    main()
