"""Orders that meet damaged files, refusals, a full disk and losses: each ends in one sentence or as it should."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.demo import Demo
from tests.e2e.orders import DONE, FAILED, Order, direct_message, file_of, names, order, phase, play
from tests.e2e.person import Person, buttons, eventually, people, texts
from tests.e2e.processes import Stack, stack

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

GROK = ("--first-token-s", "0.1", "--image-s", "0.3", "--video-s", "2")
LIFE_S = "4"  # of an interaction's token: what takes longer goes on by the bot's own edits
SEND_MESSAGES = 1 << 11
VIEW_CHANNEL = 1 << 10
SLOW_WITHIN_S = 150.0  # two tries, each given up after 30 s in which too little came

BREAKS_OFF = "breaks off before its end"
WITHHELD = "Grok withheld the result."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("studio")
    async with stack(folder, discord_options=("--interaction-life-s", LIFE_S), grok_options=GROK) as processes:
        yield processes


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def you(studio: Stack) -> AsyncIterator[Person]:
    async with people(studio.page) as who:
        yield who("you")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def slow(you: Person) -> Order:
    """An order whose clip comes at a byte a second: begun at first and looked at last, for that takes a minute."""
    return await order(await you.other("ada"), await you.place("slow"), "video", "a snail [[slowfile]]")


@pytest.fixture
def grok(studio: Stack) -> Demo:
    return Demo(studio)


@pytest.mark.parametrize(
    ("command", "prompt", "sentence"),
    [
        ("video", "half a clip [[cutclip]]", BREAKS_OFF),
        ("video", "less than announced [[shortfile]]", "fetching it failed"),
        ("video", "more than announced [[longfile]]", BREAKS_OFF),
        ("video", "gone before it is fetched [[gone]]", "already gone"),
        ("video", "not to be shown [[video_mod]]", WITHHELD),
        ("video", "not to be filmed [[refusal]]", WITHHELD),
        ("imagine", "not to be drawn [[refusal]]", WITHHELD),
    ],
)
async def test_what_cannot_be_had_ends_in_one_sentence_and_a_retry(
    command: str, prompt: str, sentence: str, you: Person
) -> None:
    ordered = await order(you, await you.place("bad"), command, prompt)
    card = await ordered.over()
    ping = await ordered.ping(card)
    assert phase(card) == FAILED
    assert sentence in texts(card)
    assert names(card) == []
    assert list(buttons(card)) == ["Retry", "🗑️"]
    assert "could not be made" in ping["content"]
    assert [row["id"] for row in await you.from_bot(ordered.channel)] == [card["id"], ping["id"]]


async def test_a_transfer_that_breaks_once_is_gone_on_with(you: Person, grok: Demo) -> None:
    card = await (await order(you, await you.place("once"), "video", "cut short once [[shortfile=1]]")).over()
    assert phase(card) == DONE
    assert await file_of(you, card) == await grok.newest_clip()


async def test_a_poster_that_is_a_page_is_replaced_by_a_picture_of_the_clip(you: Person) -> None:
    card = await (await order(you, await you.place("poster"), "video", "a meadow [[posterhtml]]")).over()
    assert phase(card) == DONE
    assert (await file_of(you, card, ".jpg")).startswith(b"\xff\xd8")
    assert play(await file_of(you, card)).frames > 0


async def test_a_clip_whose_channel_was_deleted_is_handed_over(you: Person) -> None:
    channel = await you.place("doomed")
    ordered = await order(you, channel, "video", "a sinking ship")
    await ordered.card("generating")
    await you.control_delete(f"channels/{channel}")
    told = await direct_message(you, "The channel was deleted while I was making this")
    assert play(await file_of(you, told)).frames > 0


async def test_a_clip_whose_asker_left_stands_in_the_channel_all_the_same(you: Person) -> None:
    channel, bob = await you.place("left"), await newcomer(you, "bob")
    ordered = await order(bob, channel, "video", "a farewell")
    await ordered.card("generating")
    await leave(you, bob)
    card = await Order(you, channel, ordered.interaction).over()
    assert phase(card) == DONE
    assert play(await file_of(you, card)).frames > 0


async def test_who_left_and_whose_channel_is_gone_cannot_be_reached_and_that_harms_nobody(
    you: Person, studio: Stack
) -> None:
    channel, eve = await you.place("vanished"), await newcomer(you, "eve")
    ordered = await order(eve, channel, "video", "a ghost")
    await ordered.card("generating")
    await leave(you, eve)
    await you.control_delete(f"channels/{ordered.channel}")

    async def is_noted() -> bool:
        return any("could not be handed over" in line for line in studio.bot.log)

    await eventually(is_noted, what="a line in the log")
    assert not any("Traceback" in line for line in studio.bot.log)
    assert phase(await (await order(you, await you.place("after"), "imagine", "a sunrise")).over()) == DONE


async def test_a_clip_whose_bot_lost_its_permission_is_handed_over(you: Person) -> None:
    channel = await you.place("forbidden")
    ordered = await order(you, channel, "video", "a locked door [[slowfile=20000]]")
    await ordered.card("generating")
    denied = {"channel_id": channel, "allow": "0", "deny": str(VIEW_CHANNEL | SEND_MESSAGES)}
    await you.control("permissions", denied)
    told = await direct_message(you, "I lost my permission to write in")
    assert play(await file_of(you, told)).frames > 0


async def newcomer(you: Person, name: str) -> Person:
    """Let somebody join."""
    await you.control("people", {"name": name})
    return await you.other(name)


async def leave(you: Person, who: Person) -> None:
    """Let somebody leave the server."""
    guild = (await you.get("state"))["guilds"][0]["id"]
    await you.control_delete(f"guilds/{guild}/members/{who.user_id}")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for less than a clip."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a tiny disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


async def test_a_full_disk_is_said_and_retry_works_once_there_is_room(tiny_disk: Path, tmp_path: Path) -> None:
    settings = {"MEDIA_DIR": str(tiny_disk)}
    async with stack(tmp_path, grok_options=GROK, settings=settings) as processes, people(processes.page) as who:
        you = who("you")
        ordered = await order(you, await you.place("full"), "video", "a crowded shelf")
        failed = await ordered.over()
        await asyncio.to_thread(subprocess.run, ["mount", "-o", "remount,size=8m", str(tiny_disk)], check=True)
        await you.press(failed, "Retry")
        card = await ordered.card(DONE)
        assert phase(failed) == FAILED
        assert "I cannot write it to my disk" in texts(failed)
        assert not any("Traceback" in line for line in processes.bot.log)
        assert play(await file_of(you, card)).frames > 0


async def test_a_file_that_comes_a_byte_a_second_is_given_up(slow: Order) -> None:
    card = await slow.over(within_s=SLOW_WITHIN_S)
    assert phase(card) == FAILED
    assert "too slowly" in texts(card)
