from __future__ import annotations

from collections.abc import Sequence

import discord
import pytest

from bot.errors import UpstreamRateLimited, UpstreamResting
from bot.grok.types import Resting
from bot.presence import EVERY_S, Presence
from bot.ui import text
from bot.ui.sentences.resting import LINES_LIMIT, cooling_until, rest_lines

NOON = 1_780_315_200  # 2026-06-01, 12:00 UTC


def rest(until: float = NOON + 250, *, is_served: bool = False) -> Resting:
    return Resting("main", "image", until, "busy", is_served)


def test_the_bot_says_until_when_nobody_serves() -> None:
    assert cooling_until([rest()]) == "cooling until about 12:05 UTC"
    assert cooling_until([rest(), rest(NOON + 400)]) == "cooling until about 12:07 UTC"


def test_it_says_nothing_while_another_server_serves() -> None:
    assert cooling_until([rest(is_served=True)]) == cooling_until([]) == ""


def test_the_state_has_a_line_for_each_that_rests() -> None:
    assert rest_lines([rest(), rest(is_served=True)]) == [
        f"🔴 `main` · pictures: cooling, no account is free; asked again <t:{NOON + 250}:R>",
        f"🟡 `main` · pictures: cooling, no account is free; asked again <t:{NOON + 250}:R>"
        " · another server serves meanwhile",
    ]
    assert rest_lines([rest()] * 20)[LINES_LIMIT:] == ["-# and 8 more"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            UpstreamRateLimited(retry_after_s=120),
            "its pool is cooling, no account is free. Please try again in about 2",
        ),
        (
            UpstreamResting(code="busy", retry_after_s=120),
            "pool is cooling, so I leave it alone. Please try again in about 2",
        ),
        (UpstreamResting(code="failed", retry_after_s=10), "cannot be reached; I ask it again in about 10 s."),
    ],
)
def test_people_are_told_when(error: UpstreamRateLimited, words: str) -> None:
    assert words in text.sentence(error)


class Shown:
    def __init__(self) -> None:
        self.names: list[str | None] = []
        self.is_connected = True

    async def change_presence(self, *, activity: discord.BaseActivity | None) -> None:
        if not self.is_connected:
            raise ConnectionResetError
        assert activity is None or isinstance(activity, discord.CustomActivity)
        self.names.append(None if activity is None else activity.name)


async def test_discord_is_told_what_changed_and_no_more_often_than_every_20_s() -> None:
    shown = Shown()
    looks: list[Sequence[Resting]] = [[], [rest()], [rest()], [], []]
    waits: list[float] = []

    class OverError(Exception):
        pass

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if not looks:
            raise OverError

    with pytest.raises(OverError):
        await Presence(shown, lambda: looks.pop(0), sleep=sleep).run()
    assert shown.names == ["cooling until about 12:05 UTC", None]
    assert set(waits) == {EVERY_S}


async def test_a_session_that_begins_anew_and_one_that_was_away_are_told_again() -> None:
    shown = Shown()
    presence = Presence(shown, lambda: [rest()])
    shown.is_connected = False
    await presence.look()
    shown.is_connected = True
    await presence.look()
    presence.again()
    await presence.look()
    assert shown.names == ["cooling until about 12:05 UTC"] * 2
