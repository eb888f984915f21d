"""Several questions at the same time, and what of the memory goes along."""

from __future__ import annotations

import json

import httpx
import pytest

from bot.config import Settings
from bot.secret import Secret
from bot.services.prompts import SUMMARISE_PROMPT
from tests.cogs.world import World, labels
from tests.grok.scripted import STOP, reply, sse


async def test_two_questions_at_once_are_both_answered(world: World) -> None:
    first, second = world.holds(), world.holds()
    await world.begin(world.ask("one?"))
    await world.until(lambda: len(world.grok.requests) == 1)
    await world.begin(world.ask("two?", who=world.ben))
    await world.until(lambda: len(world.grok.requests) == 2)
    second.send("Second")
    first.send("First")
    await world.until(lambda: world.shown == ["First", "Second"])
    second.send(" answer.")
    second.end()
    await world.until(lambda: world.shown == ["First", "Second answer."])
    first.send(" answer.")
    first.end()
    await world.settled()
    assert world.shown == ["First answer.", "Second answer."]
    assert ["Reply" in labels(message) for message in world.messages] == [True, True]


async def test_questions_at_once_see_the_memory_as_it_stood(world: World) -> None:
    world.answers("Zero.")
    await world.ask("zero?")
    first, second = world.holds(), world.holds()
    await world.begin(world.ask("one?"))
    await world.until(lambda: len(world.grok.requests) == 2)
    await world.begin(world.ask("two?"))
    await world.until(lambda: len(world.grok.requests) == 3)
    before = [("user", "zero?"), ("assistant", "Zero.")]
    assert world.heard(1) == [*before, ("user", "one?")]
    assert world.heard(2) == [*before, ("user", "two?")]
    for held, said in ((second, "Two."), (first, "One.")):
        held.send(said)
        held.end()
        await world.until(lambda said=said: is_finished(world, said))  # type: ignore[misc]  # a default binds it now
    await world.settled()
    world.answers("Three.")
    await world.ask("three?")
    # In the order in which they ended, each question with its own answer.
    assert world.heard()[2:6] == [("user", "two?"), ("assistant", "Two."), ("user", "one?"), ("assistant", "One.")]


def is_finished(world: World, said: str) -> bool:
    """Tell whether an answer has its buttons: then it is remembered, too."""
    return any(shown == said and "Reply" in labels(row) for shown, row in zip(world.shown, world.messages, strict=True))


class TestSmallBudget:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return Settings(
            discord_token=Secret("discord-token"),
            grok_api_key=settings.grok_api_key,
            grok_base_url=settings.grok_base_url,
            database_url=settings.database_url,
            memory_tokens=140,
        )

    async def test_the_oldest_exchanges_are_summed_up_and_the_newest_told_whole(self, world: World) -> None:
        texts = iter([*(f"Answer {number} {'x' * 200}" for number in range(4)), "Done."])

        def answer(request: httpx.Request) -> httpx.Response:
            is_summary = SUMMARISE_PROMPT in json.loads(request.content)["messages"][0]["content"]
            return reply(sse("In short.", STOP)) if is_summary else reply(sse(next(texts), STOP))

        world.says(*[answer] * 20)
        for number in range(4):
            await world.ask(f"question {number}")
        await world.ask("last")
        told = [said.split(" x")[0] for _, said in world.heard()]
        assert told[0].endswith("> In short.")
        assert told[-3:] == ["question 3", "Answer 3", "last"]
