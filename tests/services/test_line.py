from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.line import Line, Spot

GARDEN, POND = 1, 2
ANN, BEN, CAT = 11, 12, 13


class Visitors:
    """People at a line. served: names in the order in which their turn came."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.served: list[str] = []
        self.spots: dict[str, Spot] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._gates: dict[str, asyncio.Event] = {}

    async def come(self, name: str, channel_id: int, person_id: int) -> None:
        """Let somebody join and stay until told to go."""
        self.spots[name] = self.line.stand(channel_id, person_id)
        self._gates[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._visit(name))
        await settle()

    async def go(self, name: str) -> None:
        """Let somebody whose turn it is be done."""
        self._gates[name].set()
        await self.tasks.pop(name)
        await settle()

    async def give_up(self, name: str) -> None:
        """Cancel somebody."""
        task = self.tasks.pop(name)
        task.cancel()
        await asyncio.wait({task})
        await settle()

    async def all_go(self) -> None:
        """Let everybody be served to the end."""
        for gate in self._gates.values():
            gate.set()
        await asyncio.gather(*self.tasks.values())

    def places(self, *names: str) -> list[int]:
        return [self.spots[name].place for name in names]

    async def _visit(self, name: str) -> None:
        async with self.spots[name] as spot:
            while spot.place:
                await spot.moved()
            self.served.append(name)
            await self._gates[name].wait()


async def settle() -> None:
    """Let every task run as far as it gets."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_whoever_finds_room_is_served_at_once() -> None:
    async with Line(2, 2).stand(GARDEN, ANN) as spot:
        assert spot.place == 0


async def test_places_are_counted_from_one_and_move_up_as_others_finish() -> None:
    people = Visitors(Line(1, 1))
    for name in ("a", "b", "c"):
        await people.come(name, GARDEN, ord(name))
    assert people.places("a", "b", "c") == [0, 1, 2]
    await people.go("a")
    assert people.places("b", "c") == [0, 1]
    await people.all_go()


async def test_one_persons_burst_does_not_hold_up_the_others() -> None:
    people = Visitors(Line(1, 1))
    for number in range(4):
        await people.come(f"ann{number}", GARDEN, ANN)
    await people.come("ben", GARDEN, BEN)
    assert people.places("ann1", "ben", "ann2", "ann3") == [1, 2, 3, 4]
    await people.all_go()
    assert people.served == ["ann0", "ann1", "ben", "ann2", "ann3"]


async def test_who_was_served_last_waits_for_the_others() -> None:
    people = Visitors(Line(1, 1))
    for name, person in [("a1", ANN), ("b1", BEN), ("a2", ANN), ("b2", BEN), ("c1", CAT)]:
        await people.come(name, GARDEN, person)
    await people.all_go()
    assert people.served == ["a1", "b1", "a2", "c1", "b2"]


async def test_channels_take_turns() -> None:
    people = Visitors(Line(1, 1))
    for number in range(3):
        await people.come(f"garden{number}", GARDEN, ANN + number)
    await people.come("pond", POND, ANN)
    await people.all_go()
    assert people.served == ["garden0", "garden1", "pond", "garden2"]


async def test_a_slow_channel_leaves_room_for_another() -> None:
    people = Visitors(Line(3, 2))
    for number in range(20):
        await people.come(f"garden{number}", GARDEN, ANN)
    assert people.served == ["garden0", "garden1"]
    await people.come("pond", POND, BEN)
    assert people.places("pond") == [0]
    await people.all_go()


async def test_a_channel_at_its_limit_is_jumped_over() -> None:
    people = Visitors(Line(2, 1))
    await people.come("garden0", GARDEN, ANN)
    await people.come("pond0", POND, ANN)
    await people.come("garden1", GARDEN, ANN)
    await people.come("pond1", POND, ANN)
    await people.go("pond0")
    assert people.served == ["garden0", "pond0", "pond1"]
    await people.all_go()


async def test_somebody_who_gives_up_leaves_the_line() -> None:
    people = Visitors(Line(1, 1))
    for name in ("a", "b", "c"):
        await people.come(name, GARDEN, ord(name))
    await people.give_up("b")
    assert people.places("c") == [1]
    await people.give_up("a")
    assert people.places("c") == [0]
    await people.all_go()


async def test_an_error_while_served_frees_the_turn() -> None:
    line = Line(1, 1)
    with pytest.raises(ValueError, match="broken"):
        async with line.stand(GARDEN, ANN):
            raise ValueError("broken")
    async with line.stand(GARDEN, BEN) as spot:
        assert spot.place == 0


async def test_a_move_between_two_looks_is_not_missed() -> None:
    line = Line(1, 1)
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(line.stand(GARDEN, ANN))
        async with line.stand(GARDEN, BEN) as second:
            assert second.place == 1
            line.leave(first)
            line.join(first)
            await second.moved()
            assert second.place == 0


async def test_calm_returns_when_nobody_waits_any_more() -> None:
    people = Visitors(Line(1, 1))
    await people.come("a", GARDEN, ANN)
    await people.line.calm()
    await people.come("b", GARDEN, BEN)
    calm = asyncio.create_task(people.line.calm())
    await settle()
    assert not calm.done()
    await people.go("a")
    await calm
    await people.all_go()


@given(
    st.integers(1, 4),
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["come", "go", "give up"]), st.integers(1, 3), st.integers(1, 3)), max_size=40),
)
def test_limits_hold_and_places_count_whatever_happens(
    at_once: int, per_channel: int, acts: list[tuple[str, int, int]]
) -> None:
    async def run() -> None:
        people = Visitors(Line(at_once, per_channel))
        for number, (act, channel_id, person_id) in enumerate(acts):
            here = list(people.tasks)
            chosen = here[(channel_id * 7 + person_id) % len(here)] if here else ""
            if act == "come" or not here:
                await people.come(str(number), channel_id, person_id)
            elif act == "go" and people.places(chosen) == [0]:
                await people.go(chosen)
            else:
                await people.give_up(chosen)
            served = [people.spots[name].channel_id for name in people.tasks if people.spots[name].place == 0]
            waiting = [name for name in people.tasks if people.spots[name].place]
            assert len(served) <= at_once
            assert all(served.count(channel) <= per_channel for channel in served)
            assert sorted(people.places(*waiting)) == list(range(1, len(waiting) + 1))
            is_full = len(served) == at_once
            assert is_full or all(served.count(people.spots[name].channel_id) == per_channel for name in waiting)
        await people.all_go()

    asyncio.run(run())


async def test_those_who_wait_are_counted_without_those_who_are_served() -> None:
    line = Line(1, 1)
    visitors = Visitors(line)
    for name, channel, person in (("a", GARDEN, ANN), ("b", GARDEN, ANN), ("c", GARDEN, BEN), ("d", POND, CAT)):
        await visitors.come(name, channel, person)
    assert line.waiting == 3
    await visitors.give_up("c")
    assert line.waiting == 2
    await visitors.all_go()
    assert line.waiting == 0
