"""A button under an answer finds its conversation."""

from __future__ import annotations

import pytest

from bot.store.answers import Answer, Answers
from bot.store.database import Database
from bot.store.memory import Memory
from tests.store.conftest import turn


@pytest.fixture
def answers(database: Database) -> Answers:
    return Answers(database)


async def test_message_that_is_no_answer_is_not_found(answers: Answers) -> None:
    assert await answers.find(404) is None


async def test_answer_is_found_by_its_message(answers: Answers, memory: Memory) -> None:
    exchange_id = await memory.remember("channel/5", turn("q"), turn("a"))
    await answers.remember(2**62, 5, "channel/5", exchange_id, 1)
    assert await answers.find(2**62) == Answer(2**62, 5, "channel/5", exchange_id, 1)


async def test_answer_need_not_belong_to_an_exchange(answers: Answers) -> None:
    await answers.remember(9, 5, "channel/5", None, 1)
    assert await answers.find(9) == Answer(9, 5, "channel/5", None, 1)


async def test_answer_is_replaced_when_its_message_shows_another(answers: Answers, memory: Memory) -> None:
    first = await memory.remember("channel/5", turn("q"), turn("a"))
    second = await memory.remember("channel/5", turn("q"), turn("b"))
    await answers.remember(9, 5, "channel/5", first, 1)
    await answers.remember(9, 5, "channel/5", second, 2)
    assert await answers.find(9) == Answer(9, 5, "channel/5", second, 2)


async def test_answer_outlives_the_exchange_that_is_forgotten(answers: Answers, memory: Memory) -> None:
    exchange_id = await memory.remember("channel/5", turn("q"), turn("a"))
    await answers.remember(9, 5, "channel/5", exchange_id, 1)
    await memory.forget("channel/5")
    assert await answers.find(9) == Answer(9, 5, "channel/5", None, 1)


async def test_answer_to_an_exchange_forgotten_meanwhile_is_still_noted(answers: Answers, memory: Memory) -> None:
    exchange_id = await memory.remember("channel/5", turn("q"), turn("a"))
    await memory.forget("channel/5")
    await answers.remember(9, 5, "channel/5", exchange_id, 1)
    assert await answers.find(9) == Answer(9, 5, "channel/5", None, 1)
