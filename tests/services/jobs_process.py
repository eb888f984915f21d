"""Another process that carries orders out: `python -m tests.services.jobs_process URL EXECUTOR_ID AT_ONCE`.

It obeys lines of its input ("enqueue 7 1": order 7 of person 1; "finish 7") and tells what becomes of orders, a line of
JSON for each: ["open", 0], ["begun", 7], ["ended", 7].
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict

from bot.services.carrying import Limits
from bot.services.fulfilment import Steps
from bot.services.jobs import Jobs

POLL_S = 0.05


def tell(what: str, order_id: int) -> None:
    """Say what became of an order."""
    sys.stdout.write(json.dumps([what, order_id]) + "\n")
    sys.stdout.flush()


async def main(url: str, executor_id: str, at_once: int) -> None:
    """Carry orders out until the input ends."""
    may_finish: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)

    async def fulfil(order_id: int, steps: Steps) -> None:
        async def work() -> str:
            tell("begun", order_id)
            await may_finish[order_id].wait()
            tell("ended", order_id)
            return ""

        await steps.run("work", work)

    jobs = Jobs(url, executor_id, Limits(at_once, 1), poll_s=POLL_S)
    await jobs.open(fulfil)
    tell("open", 0)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        match line.decode().split():
            case ["enqueue", order_id, person_id]:
                await jobs.enqueue(int(order_id), int(person_id))
            case ["finish", order_id]:
                may_finish[int(order_id)].set()
    await jobs.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
