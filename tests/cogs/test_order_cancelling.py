"""Cancel, pressed in every state of an order, by those who may and those who may not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import discord
import pytest

from bot import assembly
from bot.errors import InputError
from bot.media.fitting import Fitter
from bot.ordering.stage import CardStage
from bot.services.ordering_times import Standing
from bot.services.orders import Order
from bot.ui import text
from bot.ui.sentences import orders as sentences
from tests.cogs.orders import CLIP_HTML, PICTURE_URL, cards, filenames, order, over, picture, press, until_begun
from tests.cogs.test_control_races import shows
from tests.cogs.world import Held, World, labels, said
from tests.grok.scripted import STOP, reply, sse
from tests.media import made

NOT_YOURS = text.sentence(InputError("order_not_yours"))
OVER = text.sentence(InputError("order_over"))
PADDING = b"\x00\x00\x00\x08free" + b"\x01\xb0\x00\x00free" + bytes(0x1B00000 - 8)  # more than SimCord's servers take
PIDS = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n')"


async def begin(world: World, name: str = "imagine", **options: Any) -> None:
    await world.begin(world.ann.slash(world.channel, name, prompt="a cat", **options))


async def begun(world: World, name: str = "imagine") -> Held:
    held = world.holds()
    await begin(world, name)
    await until_begun(world, "generating")
    return held


async def assert_cancelled(world: World, number: int = 1) -> None:
    """Look whether an order is over as it should be: its card says so, nobody is pinged, nothing is charged."""
    card, kept = cards(world)[number - 1], await order(world, number)
    assert sentences.CANCELLED in said(card)
    assert "Retry" in labels(card)
    assert filenames(card) == []
    assert [message.id for message in world.messages] == [each.id for each in cards(world)]
    assert (kept.state, kept.is_charged, kept.token) == ("cancelled", False, "")


@pytest.mark.parametrize("name", ["imagine", "video"])
async def test_while_it_is_generated_the_server_is_left_at_once(world: World, name: str) -> None:
    held = await begun(world, name)
    await press(world, "cancel", cards(world)[0])
    await world.until(lambda: held.is_closed)
    await over(world)
    await assert_cancelled(world)


async def test_first_in_line_nothing_is_ever_asked(world: World) -> None:
    waiting = [await begun(world), world.holds()]
    await begin(world)
    await until_begun(world, "generating", number=2)
    await begin(world)
    card = await until_begun(world, "in line", number=3)
    await press(world, "cancel", card)
    await world.until(lambda: sentences.CANCELLED in said(cards(world)[2]))
    for held in waiting:
        held.cut()
    await over(world)
    kept = await order(world, 3)
    assert (kept.state, kept.is_charged, kept.begun_at) == ("cancelled", False, None)
    assert len(world.grok.requests) == 2


async def test_who_goes_on_with_it_paints_nothing_before_something_is_known(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process was killed after the last card and before the end was written down: it still stands in line."""
    waiting = [await begun(world), world.holds()]
    await begin(world)
    await until_begun(world, "generating", number=2)
    await begin(world)
    card, in_line = await until_begun(world, "in line", number=3), await order(world, 3)
    await press(world, "cancel", card)
    await world.until(lambda: sentences.CANCELLED in said(cards(world)[2]))
    looks: list[int] = []

    async def standing(asked: Order) -> Standing:
        looks.append(asked.id)
        return Standing(1, None)

    monkeypatch.setattr(world.bot.services.orders, "standing", standing)
    async with CardStage(world.bot, lambda: datetime.now(UTC)).card(in_line):
        await world.until(lambda: looks.count(3) > 1)
    await assert_cancelled(world, 3)
    for held in waiting:
        held.cut()
    await over(world)


async def test_whoever_is_behind_moves_up(world: World) -> None:
    waiting = [await begun(world), world.holds()]
    for number in (2, 3, 4, 5):
        await begin(world)
        await until_begun(world, "generating" if number == 2 else "in line", number=number)
    await world.until(lambda: "3rd in line" in said(cards(world)[4]))
    await press(world, "cancel", cards(world)[3])
    await world.until(lambda: "2nd in line" in said(cards(world)[4]))
    await press(world, "cancel", cards(world)[2])
    await world.until(lambda: "Next in line" in said(cards(world)[4]))
    last = world.holds()
    await press(world, "cancel", cards(world)[0])
    await until_begun(world, "generating", number=5)
    for held in (*waiting, last):
        held.cut()
    await over(world)


async def test_while_a_job_is_followed_it_is_no_longer_asked_after(world: World) -> None:
    refused = {"error": {"message": "...", "code": "unsupported_parameter"}}
    world.says(reply(refused, status=400), reply({"request_id": "7"}))
    held = world.holds("application/json")
    await begin(world, "video")
    await world.until(lambda: world.grok.paths[-1:] == ["/videos/7"])
    await press(world, "cancel", cards(world)[0])
    await world.until(lambda: held.is_closed)
    await over(world)
    await assert_cancelled(world)
    assert world.grok.paths[-1] == "/videos/7"


async def test_while_it_is_fetched_the_transfer_ends(world: World) -> None:
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)))
    held = world.holds("image/jpeg")
    await begin(world)
    card = await until_begun(world, "fetching")
    await press(world, "cancel", card)
    await world.until(lambda: held.is_closed)
    await over(world)
    await assert_cancelled(world)


def phase(world: World) -> str:
    """Return what the card of the first order is about to show."""
    stage = world.bot.services.orders.stage
    assert isinstance(stage, CardStage)
    state = stage._cards[1]._state
    return "" if state is None else state.phase


def pids(written: Path) -> list[int]:
    return [int(line) for line in written.read_text().split()] if written.exists() else []


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a file that names the process of every worker that is started, one a line."""
    pids = tmp_path / "pids"
    monkeypatch.setattr(assembly, "Fitter", partial(Fitter, command=made.worker_after(PIDS, pids)))
    return pids


async def test_while_it_is_made_to_fit_the_worker_ends(workers: Path, tmp_path: Path, world: World) -> None:
    long = made.clip(tmp_path / "long.mp4", seconds=8, size=(640, 360)).read_bytes()
    world.says(reply(sse(CLIP_HTML, STOP)), reply(picture(), kind="image/jpeg"))
    world.says(reply(long + PADDING, kind="video/mp4"))
    await begin(world, "video")
    await world.until(lambda: len(pids(workers)) == 2)  # one looked at it before
    worker = pids(workers)[1]
    assert is_alive(worker)
    await press(world, "cancel", cards(world)[0])
    await over(world)
    assert not is_alive(worker)
    card, kept = cards(world)[0], await order(world)
    assert sentences.CANCELLED in said(card)
    assert "Resend" in labels(card)
    assert (kept.state, kept.is_charged) == ("cancelled", False)
    assert [each.suffix for each in (tmp_path / "media" / "1").iterdir() if "fit" in each.name] == []


async def test_while_it_is_uploaded_it_is_taken_off_the_card(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    edit, uploading, release = discord.Webhook.edit_message, asyncio.Event(), asyncio.Event()

    async def hold(self: discord.Webhook, message_id: int, **options: Any) -> discord.WebhookMessage:
        files = [each for each in options.get("attachments") or () if isinstance(each, discord.File)]
        if files:
            uploading.set()
            try:
                await release.wait()
            except asyncio.CancelledError:  # given up after two minutes: discord.py would close them
                for file in files:
                    file.close()
                raise
        return await edit(self, message_id, **options)

    monkeypatch.setattr(discord.Webhook, "edit_message", hold)
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)), reply(picture(), kind="image/jpeg"))
    await begin(world)
    await world.until(uploading.is_set)
    await press(world, "cancel", cards(world)[0])
    await world.until(lambda: phase(world) == "cancelled")
    release.set()
    await over(world)
    card = cards(world)[0]
    assert sentences.CANCELLED in said(card)
    assert filenames(card) == []
    assert "Resend" in labels(card)
    assert not (await order(world)).is_charged


async def test_pressed_twice_it_is_cancelled_once(world: World) -> None:
    await begun(world)
    card = cards(world)[0]
    await press(world, "cancel", card)
    await press(world, "cancel", card)
    await over(world)
    await assert_cancelled(world)
    assert set(world.whispered(world.ann)) <= {OVER}
    world.errors_seen = world.env.error_cursor


async def test_a_stranger_may_not_cancel_and_a_moderator_may(world: World) -> None:
    held = await begun(world)
    await press(world, "cancel", cards(world)[0], who=world.ben)
    await world.until(lambda: world.whispered(world.ben) == [NOT_YOURS])
    assert not held.is_closed
    moderator = world.newcomer("mod", manage_messages=True)
    await press(world, "cancel", cards(world)[0], who=moderator)
    await over(world)
    await assert_cancelled(world)


async def test_one_that_is_over_has_nothing_to_cancel(world: World) -> None:
    world.says(reply(sse(f"![image]({PICTURE_URL})", STOP)), reply(picture(), kind="image/jpeg"))
    await begin(world)
    await over(world)
    await press(world, "cancel", await shows(world, "grokcord:order:1:cancel:1"))
    await world.until(lambda: world.whispered(world.ann) == [OVER])
    assert (await order(world)).state == "done"


async def test_cancel_that_comes_while_an_order_begins_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = world.bot.services.orders._orders
    begin_it, service = orders.begin, world.bot.services.orders

    async def pressed_meanwhile(order_id: int) -> bool:
        await service.cancel(await service.find(order_id))
        return await begin_it(order_id)

    monkeypatch.setattr(orders, "begin", pressed_meanwhile)
    await begin(world)
    await over(world)
    await assert_cancelled(world)
    assert world.grok.requests == []
