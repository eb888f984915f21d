"""Orders as durable workflows of DBOS: they survive the process, wait in line by person, and are so many at once.

An order is two workflows. `admit` waits in the one line that all processes share, by person, so that nobody starves
anybody; as long as it runs it holds one of the places that the server allows at once. It hands the work itself, as
`fulfil`, to the process that serves the order's part of Discord: by a line of that process's own where there are
several.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID

from bot.services.carrying import LOOK_S, Fulfil, Limits

# The version of the steps, not of the bot: an order that waits is carried out by whichever release comes back. Steps
# that differ get new names, `fulfil.2`, beside the old ones, which stay as long as an order of theirs may be left.
STEPS_VERSION = "orders-1"
ADMIT = "admit.1"
FULFIL = "fulfil.1"
LINE = "orders"
THREADS = 16
CONNECTIONS = 6
TIDIED_AT_ONCE = 1000


class Jobs:
    """The durable orders of one process. DBOS knows only one of these in a process.

    url: of the database in which DBOS keeps its tables. executor_id: who this process is for DBOS; a process that takes
    another's place takes its name, and with it its orders. poll_s: how often the lines are looked at.
    """

    def __init__(self, url: str, executor_id: str, limits: Limits, *, poll_s: float = LOOK_S) -> None:
        self._own_line = f"{LINE}-{executor_id}"
        self._is_shared = not url.startswith("sqlite")  # with other processes, which put orders into our line
        self._limits = limits
        self._poll_s = poll_s
        self._running: set[asyncio.Task[Any]] = set()  # Any: whatever DBOS runs them in
        self._making: set[asyncio.Task[Any]] = set()  # those of them that take an order's steps
        self._is_closing = False
        self._config = _config(url, executor_id)

    async def open(self, fulfil: Fulfil) -> None:
        """Begin, or go on with what was left; the running loop is the one that takes the steps."""
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # so that it adds none of its own, past our format
        DBOS(config=self._config)
        self._register(fulfil)
        DBOS.listen_queues([LINE, self._own_line] if self._is_shared else [LINE])
        DBOS.launch()
        limiter = {"limit": self._limits.per_minute, "period": 60.0} if self._limits.per_minute else None
        await DBOS.register_queue_async(
            LINE,
            global_concurrency=self._limits.at_once,
            partition_concurrency=min(self._limits.per_person, self._limits.at_once),
            limiter=limiter,  # type: ignore[arg-type]  # a TypedDict of DBOS's that it does not export
            polling_interval_sec=self._poll_s,
            on_conflict="always_update",
        )
        if self._is_shared:
            await DBOS.register_queue_async(
                self._own_line, polling_interval_sec=self._poll_s, on_conflict="always_update"
            )

    async def wake(self) -> None:
        """Do nothing: what was left is gone on with from the opening on."""

    async def rest(self, patience_s: float) -> None:
        """Begin nothing more, and let what is being made come to its end, as far as that takes no longer."""
        self._is_closing = True
        if self._making:
            await asyncio.wait(self._making, timeout=patience_s)

    async def close(self) -> None:
        """Leave every order where it is: whoever comes next goes on with it."""
        self._is_closing = True
        await self._cut_off()
        loop, own_threads = asyncio.get_running_loop(), ThreadPoolExecutor()
        loop.set_default_executor(own_threads)  # DBOS had put its own there, and is about to end it
        await loop.run_in_executor(own_threads, lambda: DBOS.destroy(destroy_registry=True))
        await self._cut_off()  # what was begun meanwhile, and parked

    async def enqueue(self, order_id: int, person_id: int) -> bool:
        """Let an order wait for its turn; False when it was over already. Enqueueing it twice is harmless."""
        with SetWorkflowID(_id(order_id)), SetEnqueueOptions(queue_partition_key=str(person_id)):
            handle = await DBOS.enqueue_workflow_async(LINE, self._admit, order_id, self._own_line)
        return (await handle.get_status()).status in {"ENQUEUED", "PENDING"}

    async def tidy(self, before: datetime) -> None:
        """Forget what the steps of orders came to that were over before a moment: addresses, words of the server."""
        over = await DBOS.list_workflows_async(
            name=ADMIT,
            status=["SUCCESS", "ERROR"],
            completed_before=before.isoformat(),
            limit=TIDIED_AT_ONCE,
            load_input=False,
            load_output=False,
        )
        if over:
            ids = [status.workflow_id for status in over]
            await DBOS.delete_workflows_async([*ids, *map(_work_id, ids)])

    def _register(self, take: Fulfil) -> None:
        async def admit(order_id: int, line: str) -> None:
            async with self._counted(self._running):
                with SetWorkflowID(_work_id(_id(order_id))):
                    if self._is_shared:
                        handle = await DBOS.enqueue_workflow_async(line, fulfil_workflow, order_id)
                    else:  # what is begun like this, whichever process would go on with: there is but one
                        handle = await DBOS.start_workflow_async(fulfil_workflow, order_id)
                await handle.get_result(polling_interval_sec=self._poll_s)

        async def fulfil(order_id: int) -> None:
            async with self._counted(self._running), self._counted(self._making):
                await take(order_id, _KeptSteps())

        fulfil_workflow = DBOS.workflow(name=FULFIL, max_recovery_attempts=None)(fulfil)
        self._admit = DBOS.workflow(name=ADMIT, max_recovery_attempts=None)(admit)

    @asynccontextmanager
    async def _counted(self, tasks: set[asyncio.Task[Any]]) -> AsyncIterator[None]:  # Any: as above
        """Count the current task; one that is begun while the process ends waits to be cut off."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # DBOS runs every workflow in a task
        tasks.add(task)
        try:
            if self._is_closing:
                await asyncio.Event().wait()
            yield
        finally:
            tasks.discard(task)

    async def _cut_off(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class _KeptSteps:
    """Steps as DBOS keeps them."""

    async def run(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        async def step() -> str:
            return await work()

        return await DBOS.run_step_async({"name": name}, step)


def _id(order_id: int) -> str:
    return f"order-{order_id}"


def _work_id(admitted_id: str) -> str:
    return f"{admitted_id}-work"


def _config(url: str, executor_id: str) -> DBOSConfig:
    return {
        "name": "grokcord",
        "system_database_url": url,
        "executor_id": executor_id,
        "application_version": STEPS_VERSION,
        "log_level": "ERROR",  # it warns of what is normal here: work that a stop cuts off, versions side by side
        "sys_db_pool_size": CONNECTIONS,
        "max_executor_threads": THREADS,
        "scheduler_polling_interval_sec": 3600.0,  # nothing is scheduled
        "use_listen_notify": False,  # nothing here waits for a message: saves a thread and a connection
    }
