from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock, create_autospec

import discord
import pytest

from bot.ui.face import Face, TextUpload
from bot.ui.ledger import route_of
from bot.ui.surface import ChannelSurface, InteractionSurface, SurfaceLostError

LIFE_S = 900.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """An interaction, its channel and the bot's own edits in it, as doubles of discord.py's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, clock_error: timedelta = timedelta()) -> None:
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
        self.interaction = Mock(
            spec=discord.Interaction,
            created_at=discord.utils.utcnow() - clock_error,
            application_id=1,
            token="token",
            channel_id=5,
            channel=self.channel,
            followup=self.followup,
            edit_original_response=self.original,
        )
        self.surface = InteractionSurface(self.interaction, life_s=LIFE_S, clock=self.clock)

    def _partial(self, *, channel: object, id: int) -> None:  # noqa: A002 - discord.py's name
        assert channel in {self.channel, self.interaction.channel}
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
    stage.followup.send.assert_awaited_once_with(content="two", ephemeral=False, wait=True)
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


async def test_an_answer_whose_message_was_never_told_is_sent_anew_when_the_token_is_dead(stage: Stage) -> None:
    stage.clock.now = LIFE_S
    assert stage.surface.route(0) == route_of("POST", "/channels/5/messages")

    await stage.surface.show(0, Face("late"))
    await stage.surface.show(0, Face("later"))

    stage.channel.send.assert_awaited_once_with(content="late")
    stage.own_edit.assert_awaited_once_with(content="later", view=None)
    assert stage.own_ids == [13]
    assert stage.surface.route(0) == route_of("PATCH", "/channels/5/messages/13")


@pytest.mark.parametrize("kind", [None, discord.GroupChannel])
async def test_where_the_bot_is_not_a_dead_token_means_that_the_message_is_lost(
    stage: Stage, kind: type[discord.GroupChannel] | None
) -> None:
    await stage.surface.show(0, Face("one"))
    stage.interaction.channel = create_autospec(kind, instance=True) if kind else None
    stage.clock.now = LIFE_S

    with pytest.raises(SurfaceLostError) as lost:
        await stage.surface.show(0, Face("late"))

    assert lost.value.reason == "forbidden"


def as_guest(stage: Stage) -> None:
    """Let the interaction come from where only the person installed the bot."""
    stage.interaction.is_guild_integration.return_value = False
    stage.interaction.context = discord.app_commands.AppCommandContext(guild=True)


async def test_a_guest_has_no_hand_of_its_own_and_few_messages(stage: Stage) -> None:
    as_guest(stage)
    assert stage.surface.most == 1 + 5
    stage.clock.now = LIFE_S
    with pytest.raises(SurfaceLostError, match="forbidden"):
        await stage.surface.show(0, Face("late"))
    stage.channel.send.assert_not_awaited()


async def test_in_a_direct_message_with_the_bot_it_is_no_guest(stage: Stage) -> None:
    as_guest(stage)
    stage.interaction.context = discord.app_commands.AppCommandContext(dm_channel=True)
    assert stage.surface.most is None


async def test_follow_ups_of_a_private_answer_are_private(stage: Stage) -> None:
    surface = InteractionSurface(stage.interaction, is_ephemeral=True, life_s=LIFE_S, clock=stage.clock)
    await surface.show(1, Face("two"))
    stage.followup.send.assert_awaited_once_with(content="two", ephemeral=True, wait=True)
    stage.clock.now = LIFE_S
    with pytest.raises(SurfaceLostError, match="unreachable"):
        await surface.show(0, Face("late"))
    assert stage.own_ids == []


async def test_a_follow_up_too_many_is_deleted_by_the_token_and_later_by_the_bot(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_delete = AsyncMock()
    monkeypatch.setattr(discord.PartialMessage, "delete", own_delete)
    for index in range(3):
        await stage.surface.show(index, Face("text"))
    await stage.surface.remove(2)
    stage.followup.delete_message.assert_awaited_once_with(12)
    stage.clock.now = LIFE_S
    await stage.surface.remove(1)
    own_delete.assert_awaited_once_with()
    assert (stage.surface.message_ids(), stage.surface.count()) == ((11,), 1)


async def test_files_that_are_no_longer_shown_are_taken_off(stage: Stage) -> None:
    await stage.surface.show(0, Face("with a file", uploads=(TextUpload("a.json", "{}"),)))
    await stage.surface.show(0, Face("without"))
    assert [len(call.kwargs["attachments"]) for call in stage.original.await_args_list] == [1, 0]


async def test_routes_are_those_that_discord_py_will_use(stage: Stage) -> None:
    hook = "/webhooks/1/token"
    assert stage.surface.route(0) == route_of("PATCH", f"{hook}/messages/@original")
    await stage.surface.show(0, Face("one"))
    assert stage.surface.route(0) == route_of("PATCH", f"{hook}/messages/@original")
    assert stage.surface.route(1) == route_of("POST", hook)
    await stage.surface.show(1, Face("two"))
    assert stage.surface.route(1) == route_of("PATCH", f"{hook}/messages/12")


async def test_a_clock_that_is_far_off_does_not_kill_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(monkeypatch, clock_error=timedelta(minutes=20))

    await stage.surface.show(0, Face("one"))

    assert stage.original.await_count == 1


async def test_a_reply_refers_to_its_question_even_if_that_is_gone_and_only_in_the_first_message() -> None:
    channel = create_autospec(discord.TextChannel, instance=True, id=5, type=discord.ChannelType.text)
    asking = create_autospec(discord.Message, instance=True)
    channel.send.side_effect = [SimpleNamespace(id=each, channel=channel) for each in (21, 22)]
    surface = ChannelSurface(channel, reply_to=asking)

    await surface.show(0, Face("one"))
    await surface.show(1, Face("two"))

    asking.to_reference.assert_called_once_with(fail_if_not_exists=False)
    first, second = (call.kwargs for call in channel.send.await_args_list)
    assert first["reference"] is asking.to_reference.return_value
    assert "reference" not in second
    assert first["nonce"] != second["nonce"]
    assert surface.message_ids() == (21, 22)


async def test_a_message_sent_again_after_a_failure_has_the_nonce_of_the_first_try() -> None:
    channel = create_autospec(discord.TextChannel, instance=True, id=5, type=discord.ChannelType.text)
    failure = refusal(discord.DiscordServerError, 503, 0)
    channel.send.side_effect = [failure, SimpleNamespace(id=21, channel=channel)]
    surface = ChannelSurface(channel)

    with pytest.raises(discord.DiscordServerError):
        await surface.show(0, Face("one"))
    await surface.show(0, Face("one"))

    first, second = (call.kwargs["nonce"] for call in channel.send.await_args_list)
    assert first == second
    assert len(str(first)) <= 25
