"""Messages that stand already are painted over: the pressed one by the token, the others by the bot's own right."""

from __future__ import annotations

from unittest.mock import AsyncMock

import discord
import pytest

from bot.ui.face import Face, TextUpload
from bot.ui.ledger import route_of
from bot.ui.posted import PostedSurface
from bot.ui.surface import SurfaceLostError
from tests.ui.test_surface import LIFE_S, Stage, as_guest, refusal


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(monkeypatch)
    monkeypatch.setattr(discord.PartialMessage, "delete", AsyncMock())
    return made


def posted(stage: Stage, *, is_ephemeral: bool = False) -> PostedSurface:
    """Return a surface over the messages 10, 11 and 12, of which 11 was pressed."""
    return PostedSurface(
        stage.interaction, (10, 11, 12), 11, is_ephemeral=is_ephemeral, life_s=LIFE_S, clock=stage.clock
    )


async def test_the_pressed_message_is_edited_by_the_token(stage: Stage) -> None:
    surface = posted(stage)
    await surface.show(1, Face("new"))
    stage.original.assert_awaited_once_with(content="new", view=None, attachments=[])
    assert surface.route(1) == route_of("PATCH", "/webhooks/1/token/messages/@original")


async def test_the_others_are_edited_by_the_bots_own_right(stage: Stage) -> None:
    surface = posted(stage)
    await surface.show(2, Face("new"))
    stage.own_edit.assert_awaited_once_with(content="new", view=None, attachments=[])
    assert stage.own_ids == [12]
    assert surface.route(2) == route_of("PATCH", "/channels/5/messages/12")


async def test_new_messages_are_follow_ups(stage: Stage) -> None:
    surface = posted(stage)
    await surface.show(3, Face("more"))
    stage.followup.send.assert_awaited_once_with(content="more", ephemeral=False, wait=True)
    assert (surface.message_ids(), surface.count()) == ((10, 11, 12, 12), 4)


async def test_after_the_tokens_life_everything_is_the_bots_own(stage: Stage) -> None:
    surface = posted(stage)
    stage.clock.now = LIFE_S
    await surface.show(1, Face("new"))
    await surface.show(3, Face("more"))
    assert stage.own_ids == [11]
    stage.channel.send.assert_awaited_once_with(content="more")
    stage.original.assert_not_awaited()


async def test_a_token_that_died_early_leads_to_the_bots_own_edit(stage: Stage) -> None:
    stage.original.side_effect = refusal(discord.HTTPException, 401, 50027)
    await posted(stage).show(1, Face("new"))
    assert stage.own_ids == [11]


async def test_messages_too_many_are_deleted(stage: Stage) -> None:
    surface = posted(stage)
    await surface.remove(2)
    assert (stage.own_ids, surface.message_ids()) == ([12], (10, 11))


async def test_files_of_an_earlier_version_go(stage: Stage) -> None:
    surface = posted(stage)
    await surface.show(1, Face("new", uploads=(TextUpload("a.json", "{}"),)))
    [file] = stage.original.await_args_list[-1].kwargs["attachments"]
    assert file.filename == "a.json"
    await surface.show(1, Face("newer"))
    assert stage.original.await_args_list[-1].kwargs["attachments"] == []


async def test_a_private_message_is_lost_when_its_token_dies(stage: Stage) -> None:
    surface = posted(stage, is_ephemeral=True)
    stage.clock.now = LIFE_S
    with pytest.raises(SurfaceLostError, match="unreachable"):
        await surface.show(1, Face("new"))
    assert stage.own_ids == []


async def test_a_message_that_is_gone_is_lost_as_deleted(stage: Stage) -> None:
    stage.original.side_effect = refusal(discord.NotFound, 404, 10008)
    with pytest.raises(SurfaceLostError, match="deleted"):
        await posted(stage).show(1, Face("new"))


async def test_where_the_bot_is_a_guest_only_the_pressed_message_is_painted_over(stage: Stage) -> None:
    as_guest(stage)
    surface = posted(stage)
    await surface.show(0, Face("new"))
    await surface.show(1, Face("more"))
    stage.original.assert_awaited_once_with(content="new", view=None, attachments=[])
    stage.followup.send.assert_awaited_once_with(content="more", ephemeral=False, wait=True)
    assert (stage.own_ids, surface.most) == ([], 6)


@pytest.mark.parametrize("where", ["as a guest", "privately"])
async def test_what_was_added_grows_and_goes_by_the_token(stage: Stage, where: str) -> None:
    if where == "as a guest":
        as_guest(stage)
    surface = PostedSurface(
        stage.interaction, (11,), 11, is_ephemeral=where == "privately", life_s=LIFE_S, clock=stage.clock
    )
    await surface.show(0, Face("new"))
    await surface.show(1, Face("more"))
    await surface.show(1, Face("more of it"))
    stage.followup.edit_message.assert_awaited_once_with(12, content="more of it", view=None, attachments=[])
    assert surface.route(1) == route_of("PATCH", "/webhooks/1/token/messages/12")
    await surface.remove(1)
    stage.followup.delete_message.assert_awaited_once_with(12)
    assert (stage.own_ids, surface.message_ids()) == ([], (11,))


async def test_a_guest_leaves_what_it_cannot_delete(stage: Stage) -> None:
    as_guest(stage)
    surface = posted(stage)
    await surface.show(1, Face("more"))
    stage.clock.now = LIFE_S
    await surface.remove(1)
    assert (stage.own_ids, surface.message_ids()) == ([], (11,))


async def test_where_the_bot_is_at_home_there_may_be_any_number(stage: Stage) -> None:
    assert posted(stage).most is None
