from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock, create_autospec

import discord
import pytest

from bot.ui.face import Face
from bot.ui.surface import InteractionSurface, SurfaceLostError

LIFE_S = 100.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """An interaction, its channel and the bot's own edits in it, as doubles of discord.py's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.channel = create_autospec(discord.TextChannel, instance=True, id=5)
        self.channel.send.return_value = SimpleNamespace(id=13)
        self.followup = create_autospec(discord.Webhook, instance=True)
        self.followup.send.return_value = SimpleNamespace(id=12)
        self.original = AsyncMock(return_value=SimpleNamespace(id=11))
        self.own_edit = AsyncMock()
        monkeypatch.setattr(discord.PartialMessage, "__init__", self._partial)
        monkeypatch.setattr(discord.PartialMessage, "edit", self.own_edit)
        self.own_ids: list[int] = []
        interaction = Mock(
            spec=discord.Interaction,
            created_at=discord.utils.utcnow(),
            application_id=1,
            token="token",
            channel_id=5,
            channel=self.channel,
            followup=self.followup,
            edit_original_response=self.original,
        )
        self.surface = InteractionSurface(interaction, life_s=LIFE_S, clock=self.clock)

    def _partial(self, *, channel: object, id: int) -> None:  # noqa: A002 - discord.py's name
        assert channel is self.channel
        self.own_ids.append(id)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(monkeypatch)


def refusal(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    return kind(Mock(status=status, reason="made up"), {"code": code, "message": "made up"})


async def test_the_first_message_is_the_original_and_the_next_a_follow_up_edited_by_its_id(stage: Stage) -> None:
    for text in ("one", "two", "two, longer"):
        await stage.surface.show(int(text != "one"), Face(text))

    stage.original.assert_awaited_once_with(content="one", view=None)
    stage.followup.send.assert_awaited_once_with(content="two", wait=True)
    stage.followup.edit_message.assert_awaited_once_with(12, content="two, longer", view=None)
    assert stage.surface.message_ids() == (11, 12)


async def test_when_the_token_is_about_to_die_the_bot_goes_on_by_itself(stage: Stage) -> None:
    await stage.surface.show(0, Face("one"))
    stage.clock.now = LIFE_S
    await stage.surface.show(0, Face("late"))
    await stage.surface.show(1, Face("later"))

    assert stage.original.await_count == 1
    assert stage.own_ids == [11]
    stage.own_edit.assert_awaited_once_with(content="late", view=None)
    stage.channel.send.assert_awaited_once_with(content="later")
    assert stage.surface.message_ids() == (11, 13)


@pytest.mark.parametrize(
    "expired",
    [
        refusal(discord.HTTPException, 401, 50027),
        refusal(discord.NotFound, 404, 10015),
        refusal(discord.HTTPException, 401, 0),
    ],
)
async def test_a_token_that_died_early_leads_to_the_bots_own_edit(stage: Stage, expired: Exception) -> None:
    await stage.surface.show(0, Face("one"))
    stage.original.side_effect = expired
    await stage.surface.show(0, Face("late"))
    await stage.surface.show(0, Face("later"))

    assert [call.kwargs["content"] for call in stage.own_edit.await_args_list] == ["late", "later"]
    assert stage.original.await_count == 2


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (refusal(discord.NotFound, 404, 10008), "deleted"),
        (refusal(discord.Forbidden, 403, 50013), "forbidden"),
    ],
)
async def test_final_refusals_mean_that_the_message_is_lost(stage: Stage, refused: Exception, reason: str) -> None:
    stage.original.side_effect = refused

    with pytest.raises(SurfaceLostError) as lost:
        await stage.surface.show(0, Face("one"))

    assert lost.value.reason == reason
    assert stage.own_edit.await_count == 0


async def test_a_failure_of_discords_is_passed_on(stage: Stage) -> None:
    stage.original.side_effect = refusal(discord.DiscordServerError, 503, 0)

    with pytest.raises(discord.DiscordServerError):
        await stage.surface.show(0, Face("one"))


async def test_a_dead_token_without_a_known_message_means_that_it_is_lost(stage: Stage) -> None:
    stage.clock.now = LIFE_S

    with pytest.raises(SurfaceLostError) as lost:
        await stage.surface.show(0, Face("one"))

    assert lost.value.reason == "forbidden"
