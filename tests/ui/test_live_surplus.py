"""A row of messages that becomes shorter: the ones too many are deleted, and buttons stand under the last alone."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest

from bot.ui.face import Face, TextUpload, Upload
from bot.ui.live import LiveMessage
from bot.ui.surface import SurfaceLostError
from tests.ui.live_stage import Stage, open_stage, refusal, soon, until


class Stop:
    """A layout that is only compared here."""

    def build(self) -> discord.ui.View:
        raise NotImplementedError


STOP = Stop()


@pytest.fixture
def stage() -> Stage:
    """Return a stage on which an answer of three messages stands already."""
    made = open_stage()
    made.surface.standing = {index: Face("old") for index in range(3)}
    return made


async def show_last(stage: Stage, live: LiveMessage, *faces: Face) -> None:
    stage.faces = list(faces)
    async with live.painting():
        await soon(live.finish())


async def test_messages_too_many_are_deleted_from_the_last_on(stage: Stage) -> None:
    await show_last(stage, stage.live(), Face("new"))
    assert stage.surface.removed == [2, 1]
    assert stage.surface.standing == {0: Face("new")}


async def test_nothing_is_deleted_before_there_is_something_new(stage: Stage) -> None:
    await show_last(stage, stage.live())
    assert stage.surface.removed == []


async def test_a_message_that_cannot_be_deleted_does_not_hold_the_answer_up(stage: Stage) -> None:
    live = stage.live()

    async def refuse(index: int) -> None:
        del stage.surface.standing[index]
        raise refusal(403)

    stage.surface.remove = refuse  # type: ignore[method-assign]  # this once
    await show_last(stage, live, Face("new"))
    assert (live.lost, stage.surface.standing) == (None, {0: Face("new")})


async def test_a_deleted_message_is_made_again_when_the_text_grows_back(stage: Stage) -> None:
    live = stage.live()
    stage.faces = [Face("one")]
    async with live.painting():
        live.touch()
        await until(lambda: stage.surface.removed == [2, 1])
        stage.faces = [Face("one"), Face("two")]
        await soon(live.finish())
    assert stage.surface.standing == {0: Face("one"), 1: Face("two")}


async def test_text_that_goes_over_to_a_new_message_takes_its_buttons_along() -> None:
    stage = open_stage()
    live = stage.live()
    stage.faces = [Face("one", STOP)]
    async with live.painting():
        live.touch()
        await until(lambda: stage.surface.standing == {0: Face("one", STOP)})
        stage.faces = [Face("one, sealed"), Face("two", STOP)]
        await soon(live.finish())
    assert stage.surface.standing == {0: Face("one, sealed"), 1: Face("two", STOP)}


async def test_ticks_cost_no_edit_while_nothing_changes() -> None:
    stage = open_stage()
    looks = 0

    def look() -> list[Face]:
        nonlocal looks
        looks += 1
        return [Face("thinking")]

    stage.now = look  # type: ignore[method-assign]  # counts the looks
    live = stage.live(tick_s=0.001)
    async with live.painting():
        await until(lambda: looks > 20)
    assert len(stage.surface.asked) == 1


@pytest.mark.parametrize(
    ("upload", "lost"), [(TextUpload("code.py", "x"), None), (Upload(Path("clip.mp4"), "clip.mp4"), "forbidden")]
)
async def test_only_copies_of_the_text_are_left_out_where_files_are_forbidden(
    upload: TextUpload | Upload, lost: str | None
) -> None:
    stage = open_stage()
    live = stage.live()
    stage.surface.failures = [SurfaceLostError("forbidden")]
    await show_last(stage, live, Face("text", uploads=(upload,), fallback=Face("text")))
    assert (live.lost.reason if live.lost else None) == lost
    assert stage.surface.standing == ({} if lost else {0: Face("text")})
