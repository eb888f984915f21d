"""Work under way: who is let in, and how the program ends without cutting anybody off."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import InputError
from bot.work import Work

LONG_S = 30.0  # never waited for: what is awaited comes first
DEADLINE_S = 5.0


class Job:
    """A task that counts as work until it is told to end, and then says farewell."""

    def __init__(self, work: Work) -> None:
        self.may_end = asyncio.Event()
        self.may_say_farewell = asyncio.Event()
        self.is_cut = asyncio.Event()
        self.said: list[str] = []
        self._work = work
        self._started = asyncio.Event()
        self.task = asyncio.create_task(self._run())

    async def started(self) -> Job:
        await self._started.wait()
        return self

    async def _run(self) -> None:
        with self._work.running():
            self._started.set()
            try:
                await self.may_end.wait()
                self.said.append("done")
            except asyncio.CancelledError:
                self.is_cut.set()
                async with asyncio.timeout(DEADLINE_S):  # so that a failed test ends too
                    await self.may_say_farewell.wait()
                self.said.append("interrupted")
                raise


async def draining(work: Work, *, patience_s: float = LONG_S, farewell_s: float = LONG_S) -> asyncio.Task[int]:
    """Begin to drain, and return when nobody is let in any more."""
    task = asyncio.create_task(work.drain(patience_s=patience_s, farewell_s=farewell_s))
    async with asyncio.timeout(DEADLINE_S):
        while is_open(work):
            await asyncio.sleep(0)
    return task


def is_open(work: Work) -> bool:
    try:
        with work.running():
            return True
    except InputError as refused:
        return refused.code != "draining"


async def test_work_is_counted_while_it_runs() -> None:
    work = Work()
    first, second = await Job(work).started(), await Job(work).started()
    counts = [len(work)]
    for job in (first, second):
        job.may_end.set()
        await job.task
        counts.append(len(work))
    assert counts == [2, 1, 0]


async def test_work_that_fails_is_no_longer_counted() -> None:
    work = Work()
    with pytest.raises(KeyError), work.running():
        raise KeyError
    assert len(work) == 0


async def test_an_idle_program_ends_at_once() -> None:
    async with asyncio.timeout(DEADLINE_S):
        assert await Work().drain(patience_s=LONG_S, farewell_s=LONG_S) == 0


async def test_nothing_new_is_let_in_while_running_work_ends_whole() -> None:
    work = Work()
    job = await Job(work).started()
    drain = await draining(work)
    with pytest.raises(InputError, match="draining"), work.running():
        pass
    assert not drain.done()
    job.may_end.set()
    async with asyncio.timeout(DEADLINE_S):
        assert await drain == 0
    assert job.said == ["done"]


async def test_work_that_outlasts_the_patience_is_cut_and_may_say_so() -> None:
    work = Work()
    job = await Job(work).started()
    drain = await draining(work, patience_s=0.0)
    async with asyncio.timeout(DEADLINE_S):
        await job.is_cut.wait()
        await asyncio.wait({drain}, timeout=0.05)  # a moment in which a drain that does not wait would end
        assert not drain.done()
        job.may_say_farewell.set()
        assert await drain == 1
    assert job.said == ["interrupted"]
    assert job.task.cancelled()


async def test_only_what_is_left_is_cut() -> None:
    work = Work()
    quick, slow = await Job(work).started(), await Job(work).started()
    quick.may_end.set()
    await quick.task
    slow.may_say_farewell.set()
    async with asyncio.timeout(DEADLINE_S):
        assert await work.drain(patience_s=0.0, farewell_s=LONG_S) == 1
    assert (quick.said, slow.said) == (["done"], ["interrupted"])


async def test_a_farewell_that_never_ends_does_not_hold_the_program() -> None:
    work = Work()
    job = await Job(work).started()
    async with asyncio.timeout(DEADLINE_S):
        assert await work.drain(patience_s=0.0, farewell_s=0.0) == 1
    job.may_say_farewell.set()
    await asyncio.wait({job.task}, timeout=DEADLINE_S)


async def test_a_task_that_counts_twice_is_work_until_the_outer_end() -> None:
    work = Work()
    with work.running():
        with work.running():
            assert len(work) == 1
        assert len(work) == 1
    assert len(work) == 0
