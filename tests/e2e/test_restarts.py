"""Orders whose bot is told to stop, or killed, while they are made; and orders that wait in line."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.demo import Demo
from tests.e2e.orders import CANCELLED, DONE, INTERRUPTED, Order, file_of, names, order, phase, play
from tests.e2e.person import Json, Person, buttons, people, texts
from tests.e2e.processes import Running, Stack, bot_environment, logged, running, serving

pytestmark = pytest.mark.e2e


@dataclass(slots=True)
class Town:
    """A local Discord and a demo Grok server that outlive the bot, and the person who orders."""

    you: Person
    discord: Running
    grok: Running
    folder: Path
    settings: Mapping[str, str]

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Running]:
        """Run a bot, on the same database as the one before it."""
        environment = {**bot_environment(self.discord, self.grok, self.folder), **self.settings}
        async with running("bot", "run", environment=environment, cwd=self.folder) as run:
            await logged(run, "connected as")
            yield run

    @property
    def demo(self) -> Demo:
        """The demo Grok server's controls."""
        return Demo(Stack(self.discord, self.grok, self.grok))


@asynccontextmanager
async def town(folder: Path, *, video_s: float = 6, **settings: str) -> AsyncIterator[Town]:
    """Run everything but the bot."""
    grok_options = ("--first-token-s", "0.1", "--image-s", "0.3", "--video-s", str(video_s))
    async with (
        serving("sandbox") as discord,
        serving("sandbox.grok", *grok_options) as grok,
        people(discord.announced["page"]) as who,
    ):
        yield Town(who("you"), discord, grok, folder, settings)


async def kill(run: Running) -> None:
    """End a process as a power cut does."""
    run.process.send_signal(signal.SIGKILL)
    await run.process.wait()


async def terminate(run: Running) -> None:
    """End a process as a person does."""
    assert await run.stop() == 0


End = Callable[[Running], Awaitable[None]]
PATIENCE_S = 12  # bot.__main__: what is being made when the bot is told to stop may end within this time
ENDINGS = pytest.mark.parametrize("end", [terminate, kill], ids=["told to stop", "killed"])


async def counting(ordered: Order) -> None:
    """Wait until a card is counting up."""
    await ordered.you.first(ordered.channel, lambda row: ordered.is_on(row) and " %" in texts(row), what="a percentage")


@ENDINGS
async def test_a_clip_that_the_server_makes_as_a_job_is_gone_on_with(end: End, tmp_path: Path) -> None:
    video_s = PATIENCE_S + 8 if end is terminate else 6
    async with town(tmp_path, video_s=video_s) as place:
        channel = await place.you.channel("clips")
        async with place.bot() as first:
            ordered = await order(place.you, channel, "video", "a glacier [[jobs]]")
            await counting(ordered)
            await end(first)
        left = await ordered.card("generating")
        async with place.bot():
            card = await ordered.over()
            await ordered.ping(card)
            rows = await place.you.from_bot(channel)
        assert ("being restarted" in texts(left)) is (end is terminate)
        assert phase(card) == DONE
        assert play(await file_of(place.you, card)).frames > 0
        assert await place.demo.generated("a glacier") == {"begun": 1, "finished": 1, "abandoned": 0}
        assert len(rows) == 2


async def test_a_stop_lets_a_clip_end_that_is_nearly_done(tmp_path: Path) -> None:
    async with town(tmp_path, video_s=3) as place, place.bot() as bot:
        ordered = await order(place.you, await place.you.channel("clips"), "video", "a brook")
        await counting(ordered)
        await terminate(bot)
        assert phase(await ordered.over()) == DONE


@ENDINGS
async def test_a_clip_that_cannot_be_gone_on_with_can_be_had_by_retry(end: End, tmp_path: Path) -> None:
    async with town(tmp_path, video_s=30) as place:
        channel = await place.you.channel("clips")
        async with place.bot() as first:
            ordered = await order(place.you, channel, "video", "a geyser [[seconds=2]]")
            await counting(ordered)
            await end(first)
        async with place.bot():
            cut = await ordered.over()
            begun = await place.demo.generated("a geyser")
            await place.you.press(cut, "Retry")
            card = await ordered.card(DONE)
        assert phase(cut) == INTERRUPTED
        assert list(buttons(cut)) == ["Retry", "🗑️"]
        assert begun == {"begun": 1, "finished": 0, "abandoned": 1}
        assert card["id"] == cut["id"]
        assert play(await file_of(place.you, card)).frames > 0
        assert (await place.demo.generated("a geyser"))["finished"] == 1


@ENDINGS
async def test_orders_in_line_show_their_places_and_keep_them_through_a_restart(end: End, tmp_path: Path) -> None:
    async with town(tmp_path, ORDERS_AT_ONCE="1") as place:
        you, channel = place.you, await place.you.channel("clips")
        async with place.bot() as first:
            making = await order(you, channel, "video", "the first [[jobs]]")
            await making.card("generating")
            # Only when one stands in line is the next ordered: two that are ordered at once may come in either order.
            second = await order(you, channel, "video", "the second [[jobs]]")
            await waits(second, "Next in line")
            third = await order(you, channel, "video", "the third [[jobs]]")
            await you.press(await waits(third, "2nd in line"), "Cancel")
            cancelled = await third.over()
            await end(first)
        async with place.bot():
            cards = [await each.over() for each in (making, second)]
        assert phase(cancelled) == CANCELLED
        assert [phase(card) for card in cards] == [DONE, DONE]
        for which, begun in (("first", 1), ("second", 1), ("third", 0)):
            assert (await place.demo.generated(f"the {which}"))["begun"] == begun


async def waits(ordered: Order, words: str) -> Json:
    """Return the card of an order once it says where in line it stands."""
    return await ordered.you.first(
        ordered.channel, lambda row: ordered.is_on(row) and words in texts(row), what=f"a card that says {words!r}"
    )


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with town(tmp_path) as place:
        you, channel = place.you, await place.you.channel("pictures")
        async with place.bot():
            first = await (await order(you, channel, "imagine", "an owl")).over()
        async with place.bot():
            resent, again = [
                await Order(you, channel, await you.press(first, name)).over() for name in ("Resend", "Again")
            ]
            await you.press(first, "🗑️")
            await gone(you, first)
        assert names(resent) != names(again)
        assert await file_of(you, resent, ".jpg")
        assert await place.demo.generated("an owl") == {"begun": 2, "finished": 2, "abandoned": 0}


async def gone(you: Person, card: Json) -> None:
    """Wait until a card is deleted."""
    async with asyncio.timeout(30):
        while card["id"] in {row["id"] for row in await you.from_bot(str(card["channel_id"]))}:
            await asyncio.sleep(0.05)
