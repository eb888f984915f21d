"""The gate between Discord's events and what the bot does about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot import gate
from bot.gate import Gate


class Process:
    """A process that may have been stopped, and what it did."""

    def __init__(self) -> None:
        self.is_awake = True
        self.done: list[str] = []
        self.gate = Gate(lambda: self.is_awake)
        self.hear: Callable[[str], None] = self.gate.guard(self.done.append)


@pytest.fixture
def process() -> Process:
    return Process()


def test_events_pass_at_once_while_the_process_runs(process: Process) -> None:
    process.hear("first")
    assert process.done == ["first"]


def test_events_after_a_pause_wait_and_then_come_in_order(process: Process) -> None:
    process.is_awake = False
    process.hear("first")
    process.is_awake = True  # running again is not yet being sure
    process.hear("second")
    assert process.done == []
    process.gate.open()
    process.hear("third")
    assert process.done == ["first", "second", "third"]


def test_a_gate_that_is_held_lets_nothing_through(process: Process) -> None:
    process.gate.hold()
    process.hear("first")
    assert process.done == []


def test_events_that_waited_are_dropped_when_the_gate_shuts_for_good(process: Process) -> None:
    process.gate.hold()
    process.hear("waiting")
    process.gate.shut()
    process.hear("late")
    process.gate.open()
    process.hear("later")
    assert process.done == []


async def test_who_gave_its_place_up_answers_late_what_only_one_can_answer(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "LINGER_S", 0.01)
    press = process.gate.guard(process.done.append, is_exclusive=True)
    process.gate.linger()
    process.gate.linger()  # which changes nothing
    process.hear("said")
    press("pressed")
    assert process.done == []
    async with asyncio.timeout(5):
        while not process.done:
            await asyncio.sleep(0.001)
    assert process.done == ["pressed"]


async def test_who_lost_its_place_does_not_say_goodbye(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "LINGER_S", 0.0)
    press = process.gate.guard(process.done.append, is_exclusive=True)
    process.gate.shut()
    process.gate.linger()
    press("pressed")
    await asyncio.sleep(0.01)
    assert process.done == []
