"""Orders as durable workflows, by the real DBOS on a real database: none is lost, none done twice, nobody starves."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS
from sqlalchemy import Engine, event

from bot.services.carrying import Limits
from bot.services.fulfilment import Steps
from bot.services.jobs import Jobs
from bot.store.address import jobs_url
from tests.postgres import ROOT
from tests.services.jobs_process import POLL_S

DEADLINE_S = 60.0
ANN, BEN, CEM = 11, 12, 13


class Work:
    """The work on orders, which ends when the test says so. Order 11xx is of person 11."""

    def __init__(self, *steps: str) -> None:
        self.steps = steps or ("work",)
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.taken: list[tuple[int, str]] = []
        self.cut: list[int] = []
        self.running: set[int] = set()
        self.most = 0
        self.most_of_one = 0
        self._may_end: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._ends_by_itself = False

    async def __call__(self, order_id: int, steps: Steps) -> None:
        """Take the steps of an order; the last one ends when it may."""
        self.begun.append(order_id)
        self.running.add(order_id)
        self.most = max(self.most, len(self.running))
        of_one = defaultdict[int, int](int)
        for each in self.running:
            of_one[each // 100] += 1
        self.most_of_one = max(self.most_of_one, *of_one.values())
        try:
            for name in self.steps:
                result = await steps.run(name, lambda name=name: self._step(order_id, name))  # type: ignore[misc]
                assert result == f"{name} of {order_id}"
            self.ended.append(order_id)
        except asyncio.CancelledError:
            self.cut.append(order_id)
            raise
        finally:
            self.running.discard(order_id)

    def finish(self, *order_ids: int) -> None:
        """Let the work on orders end."""
        for order_id in order_ids:
            self._may_end[order_id].set()

    def finish_all(self) -> None:
        """Let all work end as soon as it begins."""
        self._ends_by_itself = True
        for each in self._may_end.values():
            each.set()

    async def _step(self, order_id: int, name: str) -> str:
        self.taken.append((order_id, name))
        if name == self.steps[-1] and not self._ends_by_itself:
            await self._may_end[order_id].wait()
        return f"{name} of {order_id}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the steps are kept."""
    if request.param == "sqlite":
        return jobs_url(f"sqlite:///{tmp_path / 'memory.db'}")
    return jobs_url(request.getfixturevalue("postgres_url"))


@asynccontextmanager
async def carrying(
    url: str, work: Work, limits: Limits | None = None, executor_id: str = "slot-0"
) -> AsyncIterator[Jobs]:
    jobs = Jobs(url, executor_id, limits or Limits(), poll_s=POLL_S)
    await jobs.open(work)
    try:
        yield jobs
    finally:
        await jobs.close()


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.01)


@contextmanager
def looks(word: str) -> Iterator[list[str]]:
    """Collect the statements that reach a database and have a word in them."""
    seen: list[str] = []

    def record(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if word in sql:
            seen.append(sql)

    event.listen(Engine, "before_cursor_execute", record)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", record)


async def over(jobs: Jobs, order_id: int) -> None:
    """Wait until an order is over for good."""
    deadline = time.monotonic() + DEADLINE_S
    while await jobs.enqueue(order_id, order_id // 100):
        assert time.monotonic() < deadline, "it is not over"
        await asyncio.sleep(0.01)


async def test_an_order_is_carried_out_once_however_often_it_is_enqueued(url: str) -> None:
    work = Work("get", "deliver")
    async with carrying(url, work) as jobs:
        assert await jobs.enqueue(1101, ANN)
        assert await jobs.enqueue(1101, ANN)
        await until(lambda: len(work.taken) == 2)
        assert await jobs.enqueue(1101, ANN)  # still under way
        work.finish(1101)
        await over(jobs, 1101)
        assert not await jobs.enqueue(1101, ANN)
    assert (work.begun, work.ended) == ([1101], [1101])
    assert work.taken == [(1101, "get"), (1101, "deliver")]


async def test_so_many_are_carried_out_at_once_in_all_and_of_one_person(url: str) -> None:
    work = Work()
    ordered = [person * 100 + number for person in (ANN, BEN, CEM) for number in range(4)]
    async with carrying(url, work, Limits(at_once=3, per_person=2)) as jobs:
        for order_id in ordered:
            await jobs.enqueue(order_id, order_id // 100)
        while len(work.ended) < len(ordered):
            await until(lambda: len(work.running) == min(3, len(ordered) - len(work.ended)) or not _room(work, ordered))
            count = len(work.ended)
            work.finish(next(iter(work.running)))
            await until(lambda: len(work.ended) > count)  # noqa: B023 - awaited here
    assert sorted(work.ended) == ordered
    assert (work.most, work.most_of_one) == (3, 2)


def _room(work: Work, ordered: list[int]) -> bool:
    """Whether another order may begin: somebody waits who is not at their limit."""
    waiting = {each // 100 for each in ordered if each not in work.begun}
    return any(sum(each // 100 == person for each in work.running) < 2 for person in waiting)


async def test_somebodys_only_order_does_not_wait_for_anothers_ten(url: str) -> None:
    work = Work()
    async with carrying(url, work, Limits(at_once=3, per_person=2)) as jobs:
        for number in range(10):
            await jobs.enqueue(1100 + number, ANN)
        await until(lambda: len(work.running) == 2)
        await jobs.enqueue(1200, BEN)
        await until(lambda: 1200 in work.running)
        assert work.begun[2] == 1200


async def test_orders_of_one_person_begin_in_the_order_they_were_placed(url: str) -> None:
    work = Work()
    work.finish_all()
    async with carrying(url, work, Limits(at_once=1, per_person=1)) as jobs:
        for number in range(4):
            await jobs.enqueue(1100 + number, ANN)
        await until(lambda: len(work.ended) == 4)
    assert work.begun == [1100, 1101, 1102, 1103]


async def test_no_more_begin_in_a_minute_than_may(url: str) -> None:
    work = Work()
    work.finish_all()
    async with carrying(url, work, Limits(per_minute=2)) as jobs:
        for number in range(4):
            await jobs.enqueue(1100 + number, ANN)
        await until(lambda: len(work.ended) == 2)
        with looks("rate_limited") as seen:
            await until(lambda: len(seen) >= 5)  # the line was looked at
    assert len(work.begun) == 2


async def test_what_a_stop_cuts_off_goes_on_and_what_was_done_is_not_done_again(url: str) -> None:
    before, after = Work("get", "deliver"), Work("get", "deliver")
    limits = Limits(at_once=2, per_person=2)
    async with carrying(url, before, limits) as jobs:
        for order_id in (1101, 1102, 1103):
            await jobs.enqueue(order_id, ANN)
        await until(lambda: len(before.taken) == 4)
        before.finish(1101)
        await over(jobs, 1101)
        await until(lambda: (1103, "deliver") in before.taken)
        await jobs.enqueue(1104, ANN)
    assert (before.ended, sorted(before.cut)) == ([1101], [1102, 1103])
    after.finish_all()
    async with carrying(url, after, limits) as jobs:
        assert not await jobs.enqueue(1101, ANN)
        for order_id in (1102, 1103, 1104):
            await over(jobs, order_id)
    assert sorted(after.ended) == [1102, 1103, 1104]
    assert [step for step in after.taken if step[0] != 1104] in (
        [(1102, "deliver"), (1103, "deliver")],
        [(1103, "deliver"), (1102, "deliver")],
    )


async def test_stopping_with_nothing_to_do_and_starting_again_is_harmless(url: str) -> None:
    for _ in range(2):
        async with carrying(url, Work()):
            pass
    work = Work()
    work.finish_all()
    async with carrying(url, work) as jobs:
        await jobs.enqueue(1101, ANN)
        await over(jobs, 1101)


async def test_steps_of_orders_that_are_over_are_forgotten_and_no_others(url: str) -> None:
    work = Work()
    async with carrying(url, work) as jobs:
        for order_id in (1101, 1201):
            await jobs.enqueue(order_id, order_id // 100)
        await until(lambda: len(work.running) == 2)
        work.finish(1101)
        await over(jobs, 1101)
        now = datetime.now(UTC)
        await jobs.tidy(now - timedelta(hours=1))
        assert len(await DBOS.list_workflows_async()) == 4
        await jobs.tidy(now + timedelta(hours=1))
        left = {status.workflow_id for status in await DBOS.list_workflows_async()}
        assert left == {"order-1201", "order-1201-work"}
        work.finish(1201)
        await over(jobs, 1201)
    assert work.begun in ([1101, 1201], [1201, 1101])


class Other:
    """Another process that carries orders out."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._told = asyncio.create_task(self._read())
        self.heard: list[tuple[str, int]] = []

    @property
    def running(self) -> set[int]:
        """Return the orders that it carries out."""
        return {each for what, each in self.heard if what == "begun"} - {
            each for what, each in self.heard if what == "ended"
        }

    def say(self, line: str) -> None:
        """Tell it what to do."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def kill(self) -> None:
        """End it without a word."""
        self._process.kill()
        await self.ended()

    async def ended(self) -> None:
        """Wait for its end."""
        await self._process.wait()
        await self._told

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            what, order_id = json.loads(line)
            self.heard.append((what, order_id))


@asynccontextmanager
async def other(url: str, executor_id: str, at_once: int) -> AsyncIterator[Other]:
    command = [sys.executable, "-m", "tests.services.jobs_process", url, executor_id, str(at_once)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    one = Other(process)
    try:
        await until(lambda: ("open", 0) in one.heard)
        yield one
    finally:
        if process.returncode is None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(DEADLINE_S):
                    await one.ended()
            finally:
                if process.returncode is None:
                    await one.kill()


async def test_two_processes_share_one_limit_and_each_carries_out_its_own_orders(postgres_url: str) -> None:
    url, work, at_once = jobs_url(postgres_url), Work(), 2
    ours, theirs = {1101, 1201, 1301}, {2101, 2201, 2301}
    async with other(url, "slot-1", at_once) as second, carrying(url, work, Limits(at_once, 1)) as jobs:
        for order_id in ours:
            await jobs.enqueue(order_id, order_id // 100)
        for order_id in theirs:
            second.say(f"enqueue {order_id} {order_id // 100}")
        for left in range(len(ours | theirs), 0, -1):
            await until(lambda: len(work.running | second.running) == min(at_once, left))  # noqa: B023 - awaited here
            finished = max(work.running | second.running)
            work.finish(finished)
            second.say(f"finish {finished}")
            await until(lambda: finished not in work.running | second.running)  # noqa: B023 - awaited here
            assert len(work.running | second.running) <= at_once
        for order_id in ours:
            await over(jobs, order_id)
    assert set(work.begun) == ours
    assert {order_id for what, order_id in second.heard if what == "begun"} == theirs


async def test_orders_of_a_process_that_died_are_gone_on_with_by_whoever_takes_its_name(postgres_url: str) -> None:
    url = jobs_url(postgres_url)
    async with other(url, "slot-1", 1) as died:
        died.say("enqueue 2101 21")
        died.say("enqueue 2201 22")
        await until(lambda: len(died.running) == 1)
        [first] = died.running
        await died.kill()
    work = Work()
    work.finish_all()
    async with carrying(url, work, Limits(1, 1), "slot-1") as jobs:
        for order_id in (2101, 2201):
            await over(jobs, order_id)
    assert first in work.begun
    assert sorted(work.ended) == [2101, 2201]
