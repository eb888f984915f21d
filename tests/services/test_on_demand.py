from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.services.carrying import Fulfil
from bot.services.fulfilment import Steps
from bot.services.on_demand import JobsOnDemand


class Noted:
    """Durable jobs that only note what is asked of them."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def open(self, fulfil: Fulfil) -> None:
        self.done.append("open")

    async def enqueue(self, order_id: int, person_id: int) -> bool:
        self.done.append(f"enqueue {order_id}")
        return True

    async def wake(self) -> None:
        self.done.append("wake")

    async def rest(self, patience_s: float) -> None:
        self.done.append("rest")

    async def tidy(self, before: datetime) -> None:
        self.done.append("tidy")

    async def close(self) -> None:
        self.done.append("close")


async def fulfil(order_id: int, steps: Steps) -> None:
    raise AssertionError(order_id)


async def test_jobs_are_opened_once_by_the_first_orders() -> None:
    noted, made = Noted(), []
    jobs = JobsOnDemand(lambda: made.append(1) or noted)  # type: ignore[func-returns-value]  # both in one expression
    await jobs.open(fulfil)
    assert (made, noted.done) == ([], [])
    assert await jobs.enqueue(1, 11)
    assert await jobs.enqueue(2, 11)
    assert (made, noted.done) == ([1], ["open", "enqueue 1", "enqueue 2"])


async def test_jobs_that_nobody_needed_are_not_opened_to_be_ended() -> None:
    noted = Noted()
    jobs = JobsOnDemand(lambda: noted)
    await jobs.open(fulfil)
    await jobs.tidy(datetime.now(UTC))
    await jobs.rest(1.0)
    await jobs.close()
    assert noted.done == []


async def test_jobs_that_are_woken_are_opened_and_ended() -> None:
    noted = Noted()
    jobs = JobsOnDemand(lambda: noted)
    await jobs.open(fulfil)
    await jobs.wake()
    await jobs.close()
    assert noted.done == ["open", "close"]


async def test_no_order_is_enqueued_after_the_end() -> None:
    jobs = JobsOnDemand(Noted)
    await jobs.open(fulfil)
    await jobs.close()
    with pytest.raises(RuntimeError):
        await jobs.enqueue(1, 11)
