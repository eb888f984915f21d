"""How cards are painted: within the channel's limits, each file once, and on when the interaction's token is dead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.orders import DONE, Order, history, names, nothing_under_way, order, percents
from tests.e2e.person import Json, Person, people
from tests.e2e.processes import Stack, stack

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

LIFE_S = 6.0
CLIP_S = 12.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mortal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A Discord whose tokens die while a clip is made; the bot believes that they live for 15 minutes."""
    folder: Path = tmp_path_factory.mktemp("mortal")
    options = ("--limits", "discord", "--interaction-life-s", str(LIFE_S))
    async with stack(folder, discord_options=options, grok_options=("--video-s", str(CLIP_S))) as processes:
        yield processes


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def you(mortal: Stack) -> AsyncIterator[Person]:
    async with people(mortal.page) as who:
        yield who("you")


async def done_meanwhile(you: Person, requests_before: int) -> list[Json]:
    """Return what the bot asked of Discord since then."""
    return (await you.requests())[requests_before:]


def edits(requests: list[Json], way: str) -> list[Json]:
    return [each for each in requests if each["method"] == "PATCH" and way in each["path"]]


async def test_an_answer_and_two_cards_move_in_one_channel_without_a_429(you: Person) -> None:
    channel = await you.place("crowd")
    before = len(await you.requests())
    orders: list[Order] = [await order(you, channel, "video", f"heron {number}") for number in (1, 2)]
    answer = await you.ask(channel, "[[tokens=300 rate=25]]")
    cards = [await each.card(DONE) for each in orders]
    written = await you.answer(channel, answer)
    requests = await done_meanwhile(you, before)
    assert [each["path"] for each in requests if each["status"] == 429] == []
    for card in cards:
        shown = percents(await history(you, card))
        assert shown == sorted(shown)
        assert len(set(shown)) >= 3
    assert len({version["content"] for version in await you.versions(written["id"])}) >= 3
    await nothing_under_way(you, *orders)


async def test_when_the_token_is_dead_the_card_goes_on_and_each_file_is_sent_once(you: Person) -> None:
    channel = await you.place("mortal")
    before = len(await you.requests())
    ordered = await order(you, channel, "video", "a lighthouse [[video_preview]]")
    card = await ordered.card(DONE)
    await ordered.ping(card)
    requests = await done_meanwhile(you, before)
    assert [row["id"] for row in await you.from_bot(channel) if row["attachments"]] == [card["id"]]
    assert len(await you.from_bot(channel)) == 2, "the card and the ping"
    assert len(edits(requests, f"/channels/{channel}/messages/")) >= 3
    by_token = [each["status"] for each in edits(requests, "/webhooks/")]
    assert [status for status in by_token if status >= 400] == by_token[-1:], "the one by which it was found out"
    shown = percents(await history(you, card))
    assert shown == sorted(shown)
    assert len(set(shown)) >= 3
    assert sorted(names(card)) == sorted(file["filename"] for each in requests for file in each["files"])
