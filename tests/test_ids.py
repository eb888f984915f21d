from __future__ import annotations

import asyncio

from bot.ids import ids, note_ids, only_about, with_ids


async def test_tasks_that_an_event_begins_know_its_ids() -> None:
    seen: list[asyncio.Task[dict[str, object]]] = []

    async def look() -> dict[str, object]:
        await asyncio.sleep(0)
        note_ids(answer="7")
        return dict(ids())

    parse = with_ids("INTERACTION_CREATE", lambda _event: seen.append(asyncio.create_task(look())))
    parse({"id": "11", "channel_id": "22"})
    parse({"id": "12"})
    assert [await task for task in seen] == [
        {"interaction": "11", "channel": "22", "answer": "7"},
        {"interaction": "12", "answer": "7"},
    ]
    assert ids() == {}


async def test_a_task_of_an_order_carries_nothing_of_who_began_it() -> None:
    async def look() -> dict[str, object]:
        with only_about(order=5):
            return dict(ids())

    note_ids(interaction="11")
    assert await asyncio.create_task(look()) == {"order": 5}
    assert ids() == {"interaction": "11"}


def test_events_that_ask_for_nothing_are_parsed_as_they_are() -> None:
    parse = list[object]().append
    assert with_ids("TYPING_START", parse) is parse
