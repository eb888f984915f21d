"""Who may change what is remembered, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import InputError
from bot.services.context import ContextService
from bot.services.memory import EXPIRE_EVERY_S, PICTURES_KEPT, Actor, MemoryService
from bot.services.preferences import Tuning
from bot.services.question import Author
from bot.services.scope import Place, ScopeService, Span
from bot.store.branches import Branches
from bot.store.database import Database
from bot.store.memory import Memory, NewTurn, Turn
from bot.store.pictures import StoredPicture
from bot.store.posts import NewPost, Posts
from bot.store.preferences import Preferences
from bot.store.summaries import Summaries
from bot.ui import text

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HERE = Place(1, 3)
THREAD = Place(2, 3, parent_id=1, began_at=NOON)
ANN = Actor(11, "Ann")
BEN = Actor(12, "Ben")
MOD = Actor(13, "Mo", is_moderator=True, keeps_channel=True, keeps_server=True)
BUDGET = 200


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        if len(self.slept) == 3:
            raise asyncio.CancelledError


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeping(database: Database, memory: Memory, clock: Clock) -> MemoryService:
    posts, preferences = Posts(database), Preferences(database)
    context = ContextService(memory, Summaries(database), posts, budget_tokens=BUDGET, context_tokens=100_000)
    scopes = ScopeService(Branches(database), memory, preferences)
    return MemoryService(
        memory, posts, scopes, preferences, context, budget_tokens=BUDGET, now=clock, sleep=clock.sleep
    )


async def say(
    memory: Memory, question: str = "q", *, who: Actor = ANN, scope: str = "channel/1", at: datetime = NOON
) -> tuple[Turn, ...]:
    asked = NewTurn(question, who.id, who.name, "grok", at, None, 1)
    return await memory.exchange(await memory.remember(scope, asked, replace(asked, text=f"to {question}"), guild_id=3))


async def texts(memory: Memory, scope: str = "channel/1") -> list[str]:
    return [turn.text for turn in await memory.newest(Span(scope), 50)]


def refusal(code: str) -> Callable[[InputError], bool]:
    """Check the code, and that there is a whole sentence for it."""
    return lambda error: error.code == code and "{" not in text.sentence(error) and "incident" not in str(error)


# looking


async def test_show_tells_what_goes_along_in_its_order(keeping: MemoryService, memory: Memory) -> None:
    await say(memory, "one")
    await say(memory, "two")
    preview = await keeping.show(HERE, Author(ANN.id, ANN.name), Tuning())
    assert [row.text for row in preview.rows] == ["one", "to one", "two", "to two"]
    assert (preview.stored, preview.used.turns) == (4, 4)


async def test_what_has_expired_is_shown_no_more_though_it_is_not_removed_yet(
    keeping: MemoryService, memory: Memory, clock: Clock
) -> None:
    await say(memory, "one")
    await keeping.set_expiry(HERE, MOD, 1)
    clock.now += timedelta(days=1, seconds=1)
    assert (await keeping.show(HERE, Author(ANN.id, ANN.name), Tuning())).rows == ()
    assert (await keeping.export(HERE, ANN.id, 10**6)).turns == 0


async def test_export_tells_everything_in_both_files(keeping: MemoryService, memory: Memory) -> None:
    [question, _] = await say(memory, "why «moss»?")
    await keeping.pin(HERE, ANN, question.id, True)
    export = await keeping.export(HERE, BEN.id, 10**6)
    told = json.loads(export.json)
    assert (told["version"], told["scope"], told["left_out"], export.turns) == (1, "channel/1", 0, 2)
    assert told["turns"][0] == {
        "id": question.id,
        "exchange": question.exchange_id,
        "role": "user",
        "author": "Ann",
        "text": "why «moss»?",
        "model": "grok",
        "created_at": "2026-06-01T12:00:00+00:00",
        "pinned": True,
    }
    assert told["turns"][1]["author"] == "Grok"
    assert "## Ann, 2026-06-01 12:00 UTC, pinned\n\nwhy «moss»?" in export.markdown
    assert "## Grok, 2026-06-01 12:00 UTC\n\nto why «moss»?" in export.markdown


async def test_export_leaves_the_oldest_out_where_there_is_no_room(keeping: MemoryService, memory: Memory) -> None:
    for number in range(20):
        await say(memory, f"question {number}")
    export = await keeping.export(HERE, ANN.id, 2000)
    told = json.loads(export.json)
    assert max(len(export.json.encode()), len(export.markdown.encode())) <= 2000
    assert told["turns"][-1]["text"] == "to question 19"
    assert told["left_out"] == export.left_out == 40 - len(told["turns"]) > 0
    assert f"{export.left_out} earlier turns are left out." in export.markdown


# changing


async def test_asker_may_change_question_and_answer(keeping: MemoryService, memory: Memory) -> None:
    question, answer = await say(memory)
    await keeping.rewrite(HERE, ANN, question.id, " why? ")
    await keeping.rewrite(HERE, ANN, answer.id, "because")
    assert await texts(memory) == ["why?", "because"]
    await keeping.remove(HERE, ANN, answer.id)
    assert await texts(memory) == ["why?"]


async def test_moderator_may_change_what_others_asked(keeping: MemoryService, memory: Memory) -> None:
    question, answer = await say(memory)
    await keeping.pin(HERE, MOD, question.id, True)
    await keeping.rewrite(HERE, MOD, question.id, "why?")
    await keeping.remove(HERE, MOD, answer.id)
    [left] = await memory.newest(Span("channel/1"), 5)
    assert (left.text, left.pinned) == ("why?", True)


async def test_stranger_may_change_nothing(keeping: MemoryService, memory: Memory) -> None:
    question, answer = await say(memory)
    for turn in (question, answer):
        for attempt in (
            keeping.pin(HERE, BEN, turn.id, True),
            keeping.rewrite(HERE, BEN, turn.id, "mine"),
            keeping.remove(HERE, BEN, turn.id),
            keeping.editable(HERE, BEN, turn.id),
            keeping.undo(HERE, BEN),
        ):
            with pytest.raises(InputError, check=refusal("not_yours_turn")):
                await attempt
    assert await texts(memory) == ["q", "to q"]


async def test_turn_that_is_gone_cannot_be_changed(keeping: MemoryService, memory: Memory) -> None:
    question, _ = await say(memory)
    await memory.remove_exchange(question.exchange_id)
    for attempt in (
        keeping.pin(HERE, ANN, question.id, True),
        keeping.rewrite(HERE, ANN, question.id, "why?"),
        keeping.remove(HERE, ANN, question.id),
    ):
        with pytest.raises(InputError, check=refusal("turn_gone")):
            await attempt


async def test_turn_of_another_channel_cannot_be_changed_from_here(keeping: MemoryService, memory: Memory) -> None:
    question, _ = await say(memory, scope="channel/9")
    with pytest.raises(InputError, check=refusal("turn_gone")):
        await keeping.remove(HERE, MOD, question.id)


async def test_thread_can_change_what_it_took_over_and_no_more(keeping: MemoryService, memory: Memory) -> None:
    before, _ = await say(memory, "before")
    after, _ = await say(memory, "after", at=NOON + timedelta(hours=1))
    await keeping.rewrite(THREAD, ANN, before.id, "changed")
    with pytest.raises(InputError, check=refusal("turn_gone")):
        await keeping.rewrite(THREAD, ANN, after.id, "changed")
    assert await texts(memory) == ["changed", "to before", "after", "to after"]


@pytest.mark.parametrize(("written", "code"), [(" \n", "turn_blank"), ("x" * 4001, "turn_long")])
async def test_turn_cannot_be_made_blank_or_too_long(
    keeping: MemoryService, memory: Memory, written: str, code: str
) -> None:
    question, _ = await say(memory)
    with pytest.raises(InputError, check=refusal(code)):
        await keeping.rewrite(HERE, ANN, question.id, written)
    assert await texts(memory) == ["q", "to q"]


async def test_turn_too_long_for_a_form_is_not_edited_in_one(keeping: MemoryService, memory: Memory) -> None:
    question, answer = await say(memory, "x" * 4000)
    assert await keeping.editable(HERE, ANN, question.id) == question
    with pytest.raises(InputError, check=refusal("turn_long")):
        await keeping.editable(HERE, ANN, answer.id)


async def test_pins_take_half_of_what_goes_along_at_most(keeping: MemoryService, memory: Memory) -> None:
    first, second = [(await say(memory, "moss " * 50))[0] for _ in range(2)]
    await keeping.pin(HERE, ANN, first.id, True)
    with pytest.raises(InputError, check=refusal("pins_full")):
        await keeping.pin(HERE, ANN, second.id, True)
    await keeping.pin(HERE, ANN, first.id, True)
    await keeping.pin(HERE, ANN, first.id, False)
    await keeping.pin(HERE, ANN, second.id, True)
    assert [turn.id for turn in await memory.pinned(Span("channel/1"))] == [second.id]


async def test_undo_forgets_the_newest_exchange(keeping: MemoryService, memory: Memory) -> None:
    await say(memory, "one")
    await say(memory, "two")
    assert [turn.text for turn in await keeping.undo(HERE, ANN)] == ["two", "to two"]
    assert await texts(memory) == ["one", "to one"]
    await keeping.undo(HERE, MOD)
    with pytest.raises(InputError, check=refusal("nothing_to_undo")):
        await keeping.undo(HERE, ANN)


async def test_undo_in_a_thread_leaves_its_channel_alone(keeping: MemoryService, memory: Memory) -> None:
    await say(memory, "one")
    with pytest.raises(InputError, check=refusal("nothing_to_undo")):
        await keeping.undo(THREAD, ANN)
    assert await texts(memory) == ["one", "to one"]


async def test_forgetting_mine_leaves_the_others(keeping: MemoryService, memory: Memory) -> None:
    await say(memory, "anns")
    await say(memory, "bens", who=BEN)
    assert await keeping.forget(HERE, ANN, "mine") == 2
    assert await texts(memory) == ["bens", "to bens"]


async def test_forgetting_everything_takes_a_moderator(keeping: MemoryService, memory: Memory) -> None:
    await say(memory)
    with pytest.raises(InputError, check=refusal("needs_manage_messages")):
        await keeping.forget(HERE, ANN, "everything")
    assert await keeping.forget(HERE, MOD, "everything") == 2


async def test_person_may_forget_everything_that_is_theirs_alone(keeping: MemoryService, memory: Memory) -> None:
    await keeping.set_mode(HERE, MOD, "person")
    await say(memory, scope="channel/1/person/11")
    assert await keeping.forget(HERE, ANN, "everything") == 2


async def test_moderators_everything_is_everybodys_whichever_memory_is_used(
    keeping: MemoryService, memory: Memory
) -> None:
    await say(memory, "shared")
    await keeping.set_mode(HERE, MOD, "person")
    await say(memory, "anns", scope="channel/1/person/11")
    await say(memory, "bens", who=BEN, scope="channel/1/person/12")
    await say(memory, "elsewhere", scope="channel/10/person/11")
    assert await keeping.forget(HERE, MOD, "everything") == 6
    assert await texts(memory, "channel/10/person/11") == ["elsewhere", "to elsewhere"]
    for scope in ("channel/1", "channel/1/person/11", "channel/1/person/12"):
        assert await texts(memory, scope) == []


async def test_mine_is_mine_in_every_memory_of_a_place(keeping: MemoryService, memory: Memory) -> None:
    await say(memory, "shared")
    await say(memory, "by ben", who=BEN)
    await keeping.set_mode(HERE, MOD, "person")
    await say(memory, "anns", scope="channel/1/person/11")
    await say(memory, "bens", who=BEN, scope="channel/1/person/12")
    assert await keeping.forget(HERE, ANN, "mine") == 4
    assert await texts(memory) == ["by ben", "to by ben"]
    assert await texts(memory, "channel/1/person/12") == ["bens", "to bens"]


async def test_thread_that_forgets_everything_forgets_what_it_took_over(keeping: MemoryService, memory: Memory) -> None:
    await say(memory, "one")
    assert len((await keeping.show(THREAD, Author(ANN.id, ANN.name), Tuning())).rows) == 2
    await keeping.forget(THREAD, MOD, "everything")
    assert (await keeping.show(THREAD, Author(ANN.id, ANN.name), Tuning())).rows == ()
    assert await texts(memory) == ["one", "to one"]


# choosing


async def test_mode_is_chosen_and_noted_with_who_chose_it(keeping: MemoryService, database: Database) -> None:
    assert await keeping.mode(HERE) == "channel"
    assert await keeping.set_mode(HERE, MOD, "person")
    assert not await keeping.set_mode(HERE, MOD, "person")
    assert await keeping.mode(HERE) == "person"
    [change] = await Preferences(database).changes(1, 5)
    assert (change.user_id, change.user_name, change.what, change.value) == (13, "Mo", "memory", "person")


async def test_mode_takes_somebody_who_manages_the_channel(keeping: MemoryService) -> None:
    with pytest.raises(InputError, check=refusal("mode_refused")):
        await keeping.set_mode(HERE, ANN, "person")


async def test_mode_of_a_thread_is_for_threads(keeping: MemoryService) -> None:
    with pytest.raises(InputError, check=refusal("mode_needs_thread")):
        await keeping.set_mode(HERE, MOD, "thread")
    assert await keeping.set_mode(THREAD, MOD, "channel")
    assert await keeping.set_mode(THREAD, MOD, "thread")


async def test_expiry_forgets_at_once_and_from_then_on(keeping: MemoryService, memory: Memory, clock: Clock) -> None:
    await say(memory, "old", at=NOON - timedelta(days=31))
    await say(memory, "new")
    assert await keeping.set_expiry(HERE, MOD, 30) == 2
    assert await texts(memory) == ["new", "to new"]
    assert await keeping.expiry(HERE) == 30
    clock.now += timedelta(days=31)
    assert await keeping.expire() == 2
    assert await texts(memory) == []


async def test_expiry_of_zero_days_keeps_everything(keeping: MemoryService, memory: Memory) -> None:
    await say(memory, "old", at=NOON - timedelta(days=3000))
    assert await keeping.set_expiry(HERE, MOD, 0) == 0
    assert (await keeping.expiry(HERE), await keeping.since(3), await keeping.since(None)) == (None, None, None)
    assert await keeping.expire() == 0
    assert await texts(memory) == ["old", "to old"]


@pytest.mark.parametrize(
    ("place", "actor", "days", "code"),
    [
        (HERE, ANN, 30, "expiry_refused"),
        (Place(9, None), MOD, 30, "expiry_needs_server"),
        (HERE, MOD, -1, "expiry_days"),
        (HERE, MOD, 3651, "expiry_days"),
    ],
)
async def test_expiry_is_refused(keeping: MemoryService, place: Place, actor: Actor, days: int, code: str) -> None:
    with pytest.raises(InputError, check=refusal(code)):
        await keeping.set_expiry(place, actor, days)
    assert await keeping.since(3) is None


async def test_memory_is_tidied_every_hour(
    keeping: MemoryService, memory: Memory, database: Database, clock: Clock
) -> None:
    posts = Posts(database)
    asked = NewPost("channel/1", 1, None, 11, "Ann", "q", "", "", None, False, None, NOON - PICTURES_KEPT)
    post_id = await posts.open(asked, [StoredPicture("moss.png", "image/png", b"moss")])
    await keeping.set_expiry(HERE, MOD, 1)
    await say(memory, at=NOON - timedelta(days=1) + timedelta(hours=1, minutes=30))
    with pytest.raises(asyncio.CancelledError):
        await keeping.run()
    assert clock.slept == [EXPIRE_EVERY_S] * 3
    assert await texts(memory) == []
    assert await posts.pictures(post_id) == ()
