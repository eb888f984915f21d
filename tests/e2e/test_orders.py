"""Orders for pictures and clips from the command to the last button, with the real programs as processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.demo import Demo
from tests.e2e.openapi import DiscordApi, description_path
from tests.e2e.orders import (
    CANCELLED,
    DONE,
    FAILED,
    Order,
    file_of,
    history,
    names,
    order,
    percents,
    phase,
    play,
)
from tests.e2e.person import EPHEMERAL, Person, buttons, eventually, people, texts
from tests.e2e.processes import Stack, stack

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

LIMIT_BYTES = 165_000  # below what clips of 720p of the demo have, above what those of 480p have


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("studio")
    limits = ("--max-file-bytes", str(LIMIT_BYTES))
    async with stack(
        folder,
        discord_options=limits,
        grok_options=("--first-token-s", "0.1", "--image-s", "0.3", "--video-s", "3"),
    ) as processes:
        yield processes


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def you(studio: Stack) -> AsyncIterator[Person]:
    async with people(studio.page) as who:
        yield who("you")


@pytest.fixture
def grok(studio: Stack) -> Demo:
    return Demo(studio)


@pytest.mark.parametrize("count", [1, 4])
async def test_as_many_pictures_come_in_one_card_as_were_ordered(count: int, you: Person, grok: Demo) -> None:
    prompt = f"{count} herons at dawn"
    ordered = await order(you, await you.place("pictures"), "imagine", prompt, count=count)
    card = await ordered.over()
    number = names(card)[0].removeprefix("grok-").partition("-" if count > 1 else ".")[0]
    stem = f"grok-{number}"
    assert phase(card) == DONE
    assert sorted(names(card)) == [f"{stem}-{n}.jpg" for n in range(1, count + 1)] if count > 1 else [f"{stem}.jpg"]
    assert list(buttons(card)) == ["Again", "Resend", "🗑️"]
    assert await grok.generated(prompt) == {"begun": count, "finished": count, "abandoned": 0}


async def test_a_clip_counts_up_and_shows_its_poster_while_it_is_fetched(you: Person, grok: Demo) -> None:
    ordered = await order(you, await you.place("clip"), "video", "a slow river [[slowfile=50000]]")
    card = await ordered.over()
    states = await history(you, card)
    seen = percents(states)
    phases = list(dict.fromkeys(map(phase, states)))
    fetching = [state for state in states if phase(state) == "fetching"]
    assert [each for each in phases if each not in ("in line", "uploading")] == ["generating", "fetching", DONE]
    assert seen == sorted(seen)
    assert len(set(seen)) >= 3
    assert fetching[-1]["attachments"] == ["poster.jpg"]
    assert await file_of(you, card) == await grok.newest_clip()


async def test_a_clip_that_the_server_makes_as_a_job_counts_up_too(you: Person, grok: Demo) -> None:
    ordered = await order(you, await you.place("job"), "video", "a lantern [[jobs]]")
    card = await ordered.over()
    seen = percents(await history(you, card))
    assert phase(card) == DONE
    assert seen == sorted(seen)
    assert play(await file_of(you, card)).frames > 0
    assert await grok.generated("a lantern") == {"begun": 1, "finished": 1, "abandoned": 0}


async def test_a_clip_too_large_for_the_channel_is_encoded_anew_and_plays(you: Person, grok: Demo) -> None:
    ordered = await order(you, await you.place("large"), "video", "rain on a tin roof", quality="720p")
    card = await ordered.over()
    sent = await file_of(you, card)
    original = await grok.newest_clip()
    before, after = play(original), play(sent)
    assert len(original) > LIMIT_BYTES >= len(sent)
    assert (after.frames, after.has_sound) == (before.frames, before.has_sound)
    assert after.duration_s == pytest.approx(before.duration_s, abs=0.1)
    assert "made to fit, from" in texts(card)


async def test_a_clip_that_is_mostly_padding_loses_nothing_but_that(you: Person) -> None:
    ordered = await order(you, await you.place("padded"), "video", "a kite [[mb=3]]")
    card = await ordered.over()
    sent = await file_of(you, card)
    assert len(sent) <= LIMIT_BYTES
    assert play(sent).frames > 0
    assert "made to fit, from 3.0 MiB" in texts(card)


async def test_what_discord_takes_only_smaller_than_it_said_is_made_smaller(you: Person) -> None:
    await you.control("limits", {"max_file_bytes": 110_000})
    try:
        card = await (await order(you, await you.place("refused"), "video", "a red bicycle")).over()
    finally:
        await you.control("limits", {"max_file_bytes": LIMIT_BYTES})
    refused = [row["status"] for row in await you.requests() if row["status"] == 413]
    sent = await file_of(you, card)
    assert phase(card) == DONE
    assert refused
    assert len(sent) <= 110_000
    assert play(sent).frames > 0


async def test_cancel_ends_an_order_and_the_servers_work_for_it(you: Person, grok: Demo) -> None:
    channel = await you.place("cancelled")
    ordered = await order(you, channel, "video", "a long voyage")
    await you.press(await ordered.card("generating"), "Cancel")
    card = await ordered.over()

    async def is_abandoned() -> bool:
        return bool((await grok.generated("a long voyage"))["abandoned"])

    await eventually(is_abandoned, what="the server being told")
    assert phase(card) == CANCELLED
    assert "Nothing was charged." in texts(card)
    assert await grok.generated("a long voyage") == {"begun": 1, "finished": 0, "abandoned": 1}
    assert [row["id"] for row in await you.from_bot(channel)] == [card["id"]]


async def test_a_failed_order_is_retried_on_its_card(you: Person, grok: Demo) -> None:
    await grok.next("video_mod")
    ordered = await order(you, await you.place("retried"), "video", "a quiet harbour")
    failed = await ordered.over()
    await you.press(failed, "Retry")
    card = await ordered.card(DONE)
    assert phase(failed) == FAILED
    assert "Grok withheld the result." in texts(failed)
    assert list(buttons(failed)) == ["Retry", "🗑️"]
    assert card["id"] == failed["id"]
    assert await grok.generated("a quiet harbour") == {"begun": 2, "finished": 1, "abandoned": 0}


async def test_again_and_resend_make_cards_of_their_own(you: Person, grok: Demo) -> None:
    channel = await you.place("more")
    first = await (await order(you, channel, "imagine", "a paper crane")).over()
    resent = await Order(you, channel, await you.press(first, "Resend")).over()
    again = await Order(you, channel, await you.press(first, "Again")).over()
    await you.press(again, "🗑️")

    async def is_gone() -> bool:
        return again["id"] not in {row["id"] for row in await you.from_bot(channel)}

    await eventually(is_gone, what="the card being deleted")
    assert await file_of(you, resent, ".jpg") == await file_of(you, first, ".jpg")
    assert await grok.generated("a paper crane") == {"begun": 2, "finished": 2, "abandoned": 0}


async def test_a_private_order_is_seen_by_its_asker_alone(you: Person) -> None:
    channel = await you.place("private")
    ordered = await order(you, channel, "imagine", "a secret garden", private=True)
    card = await ordered.over()
    ada = await you.other("ada")
    assert phase(card) == DONE
    assert card["flags"] & EPHEMERAL
    assert await ada.messages(channel) == []


async def test_who_wants_no_ping_gets_none(you: Person) -> None:
    ada, channel = await you.other("ada"), await you.place("quiet")
    await ada.command(channel, "notify", [{"name": "ping", "type": 5, "value": False}])
    await ada.whisper(channel, "no longer ping")
    card = await (await order(ada, channel, "imagine", "a silent bell")).over()
    second = await (await order(you, channel, "imagine", "a loud bell")).over()
    await you.first(channel, lambda row: f"<@{you.user_id}>" in row["content"], what="the other ping")
    assert [row["id"] for row in await you.from_bot(channel)][:2] == [card["id"], second["id"]]
    assert not any(f"<@{ada.user_id}>" in row["content"] for row in await you.from_bot(channel))


@pytest.mark.skipif(not description_path().exists(), reason="Discord's openapi.json is not on this machine")
async def test_every_request_is_valid_by_discords_own_description(you: Person) -> None:
    api = DiscordApi()
    requests = await you.requests()
    problems = [problem for row in requests for problem in api.problems(row["method"], row["path"], row["body"])]
    assert len(requests) > 60
    assert problems == []


async def test_no_request_but_those_with_too_large_files_was_refused(you: Person) -> None:
    assert {row["status"] for row in await you.requests()} <= {200, 201, 204, 413}
