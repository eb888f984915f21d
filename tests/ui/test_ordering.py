"""An order's card never stays "working" when the work is over."""

from __future__ import annotations

import asyncio
import time

import discord
import pytest

from bot.errors import UpstreamEmpty
from bot.ui import text
from bot.ui.live import LiveMessage
from bot.ui.ordering import carry_out
from bot.ui.orders import OrderView
from bot.ui.pacer import Pacer
from tests.ui.live_stage import OpenLedger
from tests.ui.test_surface import Stage


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


async def carry_out_failing(stage: Stage, failure: BaseException) -> None:
    view = OrderView("Video", "a cat", has_percent=False)

    async def make(live: LiveMessage) -> None:
        live.touch()
        while not live.has_shown:
            await asyncio.sleep(0)
        raise failure

    await carry_out(stage.interaction, Pacer(OpenLedger(time.monotonic), time.monotonic), view, make)


def card(stage: Stage) -> str:
    """Return all that is written on the card as it was shown last."""
    assert stage.original.await_args is not None
    items = stage.original.await_args.kwargs["view"].walk_children()
    return "\n".join(item.content for item in items if isinstance(item, discord.ui.TextDisplay))


async def test_a_failure_ends_the_card_with_its_sentence(stage: Stage) -> None:
    await carry_out_failing(stage, UpstreamEmpty())
    assert text.sentence(UpstreamEmpty()) in card(stage)


@pytest.mark.parametrize(
    ("failure", "said"), [(ZeroDivisionError("a bug"), text.BROKE_OFF), (asyncio.CancelledError(), text.SHUTTING_DOWN)]
)
async def test_what_nobody_foresaw_is_said_on_the_card_and_raised_again(
    stage: Stage, failure: BaseException, said: str
) -> None:
    with pytest.raises(type(failure)):
        await carry_out_failing(stage, failure)
    assert said in card(stage)
