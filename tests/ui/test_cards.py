from __future__ import annotations

from pathlib import Path

import discord
import pytest

from bot.ui import cards
from bot.ui.face import ALT_TEXT_LIMIT_CHARS, Face, Upload

COMPONENT_LIMIT = 40  # Discord: components of one V2 message, nested ones included
TEXT_LIMIT_CHARS = 4000  # Discord: all text of one V2 message
PROMPT = "*@everyone " * 1000
PICTURES = [Upload(Path("p.png"), f"p{n}.png", cards.alt_text("Picture", PROMPT)) for n in range(10)]
CLIP = Upload(Path("c.mp4"), "c.mp4", cards.alt_text("Clip", PROMPT))
FACES = {
    "bar": cards.working_face("Clip", PROMPT, phase="upscaling", percent=99, elapsed_s=3599, eta_s=3599),
    "no percent": cards.working_face("Clip", PROMPT, phase="working", percent=None, elapsed_s=0, eta_s=None),
    "waiting": cards.waiting_face("Picture", "", elapsed_s=1),
    "pictures": cards.done_face("Picture", PROMPT, PICTURES, poster=None, lines=[], fallback=Face("x")),
    "clip": cards.done_face("Clip", PROMPT, [CLIP], poster=PICTURES[0], lines=["-# 3 s"], fallback=Face("x")),
    "failed": cards.failed_face("Clip", PROMPT, "It broke."),
}


def built(face: Face) -> discord.ui.LayoutView:
    assert face.layout is not None
    view = face.layout.build()
    assert isinstance(view, discord.ui.LayoutView)
    return view


def components(face: Face) -> str:
    return str(built(face).to_components())  # type: ignore[no-untyped-call]  # discord.py leaves it untyped


@pytest.mark.parametrize("face", FACES.values(), ids=FACES)
async def test_every_card_keeps_discords_limits(face: Face) -> None:
    view = built(face)

    assert components(face)
    assert 0 < view.total_children_count <= COMPONENT_LIMIT
    assert 0 < view.content_length() <= TEXT_LIMIT_CHARS


async def test_a_card_is_built_anew_for_every_send() -> None:
    face = FACES["clip"]

    assert built(face) is not built(face)
    assert components(face) == components(face)


@pytest.mark.parametrize("name", ["pictures", "clip"])
async def test_every_attached_file_is_shown(name: str) -> None:
    face = FACES[name]
    shown = components(face)

    assert [upload.filename for upload in face.uploads if f"attachment://{upload.filename}" not in shown] == []


async def test_a_card_under_way_shows_bar_percentage_and_what_is_left() -> None:
    shown = components(FACES["bar"])

    assert "▰" in shown
    assert "99 % · 59 min 59 s · about 59 min 59 s left" in shown


def test_alt_text_is_cut_to_discords_limit() -> None:
    assert len(CLIP.description) == ALT_TEXT_LIMIT_CHARS
