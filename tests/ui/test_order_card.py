from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.face import Face, Upload
from bot.ui.order_card import COLOURS, ENDED, PARTED, CardState, Kind, Phase, card_face, shown_elapsed_s, shown_eta_s
from tests.e2e.openapi import DiscordApi, description_path

COMPONENT_LIMIT = 40  # Discord: components of one V2 message, nested ones included
TEXT_LIMIT_CHARS = 4000  # Discord: all text of one V2 message
PHASES: tuple[Phase, ...] = get_args(Phase)
ACTIVE = [phase for phase in PHASES if phase not in ENDED | PARTED]
CLIP = CardState("17", "clip", "a heron at dusk", "grok-video · 16:9 · 10 s")
PICTURE = CardState("18", "picture", "a heron at dawn")
FILES = tuple(Upload(Path("p.png"), f"p{n}.png", "A heron") for n in range(4))
POSTER = Upload(Path("poster.jpg"), "poster.jpg", "Poster of a heron")
FILM = Upload(Path("c.mp4"), "c.mp4", "A heron takes off")
LINK = "https://example.org/clip.mp4?sig=abc"
Json = dict[str, Any]  # Any: a component as Discord reads it


def view_of(face: Face) -> discord.ui.LayoutView:
    assert face.layout is not None
    view = face.layout.build()
    assert isinstance(view, discord.ui.LayoutView)
    return view


def parts(state: CardState) -> list[Json]:
    """Return what stands in the container."""
    shown: list[Json] = view_of(card_face(state)).to_components()  # type: ignore[no-untyped-call]  # discord.py leaves it untyped
    return list(shown[0]["components"])


def buttons(state: CardState) -> list[Json]:
    shown: list[Json] = view_of(card_face(state)).to_components()  # type: ignore[no-untyped-call]  # as above
    return list(shown[1]["components"]) if len(shown) > 1 else []


def labels(state: CardState) -> list[str]:
    return [button.get("label") or button["emoji"]["name"] for button in buttons(state)]


def status(state: CardState) -> str:
    return str(parts(state)[-1]["content"])


def gallery(state: CardState) -> list[str]:
    found = [part for part in parts(state) if part["type"] == 12]
    return [item["media"]["url"] for part in found for item in part["items"]]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", get_args(Kind))
async def test_every_card_names_its_kind_and_phase_and_quotes_the_prompt(kind: Kind, phase: Phase) -> None:
    head = parts(replace(CLIP, kind=kind, phase=phase))[0]["content"].split("\n")
    assert head[0].startswith("🎬 **Clip** · " if kind == "clip" else "🎨 **Picture** · ")
    assert head[1:] == ["> a heron at dusk", "-# grok-video · 16:9 · 10 s"]


@pytest.mark.parametrize("phase", ACTIVE)
@pytest.mark.parametrize("percent", [None, 0, 40])
async def test_a_card_keeps_its_height_while_the_order_goes_on(phase: Phase, percent: int | None) -> None:
    state = replace(CLIP, phase=phase, percent=percent, elapsed_s=12, sentence="went on after a restart")
    assert [part["type"] for part in parts(state)] == [10, 10]
    bar, small = status(state).split("\n")
    assert len(bar) == 16
    assert small.startswith("-# ")
    assert "went on after a restart" in small


async def test_in_line_the_place_and_the_wait_are_said() -> None:
    said = status(replace(CLIP, place=3, eta_s=118))
    assert said.endswith("-# 3rd in line · about 2 min until it begins")


async def test_a_clip_under_way_shows_bar_percentage_elapsed_time_and_what_is_left() -> None:
    said = status(replace(CLIP, phase="generating", percent=50, elapsed_s=41.7, eta_s=38.2))
    assert said == "▰▰▰▰▰▰▰▰▱▱▱▱▱▱▱▱\n-# 50 % · 40 s · about 40 s left"


async def test_a_picture_under_way_has_a_moving_bar_and_no_percentage() -> None:
    said = status(replace(PICTURE, phase="generating", percent=50, elapsed_s=3))
    assert said == "▱▱▱▰▰▰▰▱▱▱▱▱▱▱▱▱\n-# 3 s"


async def test_a_card_that_looks_as_before_is_equal_to_what_it_was() -> None:
    one = card_face(replace(CLIP, phase="generating", percent=50, elapsed_s=40.2, eta_s=38.2))
    other = card_face(replace(CLIP, phase="generating", percent=50, elapsed_s=41.9, eta_s=37.9))
    assert one == other
    assert view_of(one) is not view_of(one)


@pytest.mark.parametrize("phase", ACTIVE)
async def test_an_order_can_be_cancelled_until_it_ends(phase: Phase) -> None:
    [button] = buttons(replace(CLIP, phase=phase))
    assert (button["label"], button["custom_id"]) == ("Cancel", "grokcord:order:1:cancel:17")
    assert not button["disabled"]
    assert labels(replace(CLIP, phase=phase, can_cancel=False)) == []


async def test_a_pressed_cancel_is_greyed_and_says_so() -> None:
    [button] = buttons(replace(CLIP, phase="generating", is_cancelling=True, can_cancel=False))
    assert (button["label"], button["disabled"]) == ("Cancelling…", True)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (replace(CLIP, phase="done"), ["Again", "🗑️"]),
        (replace(CLIP, phase="done", can_resend=True), ["Again", "Resend", "🗑️"]),
        (replace(CLIP, phase="done", can_retry=False), ["🗑️"]),
        (replace(CLIP, phase="done", link=LINK), ["Again", "Original", "🗑️"]),
        (replace(CLIP, phase="failed"), ["Retry", "🗑️"]),
        (replace(CLIP, phase="failed", can_retry=False), ["🗑️"]),
        (replace(CLIP, phase="interrupted"), ["Retry", "🗑️"]),
        (replace(CLIP, phase="cancelled"), ["Retry", "🗑️"]),
        (replace(CLIP, phase="continued"), ["Show"]),
        (replace(CLIP, phase="ready"), ["Show"]),
        (replace(CLIP, phase="done", key=""), []),
    ],
)
async def test_what_can_be_pressed_afterwards(state: CardState, shown: list[str]) -> None:
    assert labels(state) == shown


async def test_a_link_is_not_offered_before_the_order_ends() -> None:
    assert labels(replace(CLIP, phase="fetching", link=LINK)) == ["Cancel"]


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("failed", "Retry"),
        ("cancelled", "Nothing was charged"),
        ("interrupted", "costs you nothing"),
        ("continued", "**Show**"),
        ("ready", "Press **Show** to see it"),
    ],
)
async def test_an_end_has_a_sentence_even_if_none_is_given(phase: Phase, said: str) -> None:
    assert said in status(replace(CLIP, phase=phase, elapsed_s=12))
    assert status(replace(CLIP, phase=phase, sentence="Just so.")).startswith("Just so.")


async def test_an_order_that_came_to_nothing_says_when() -> None:
    assert status(replace(CLIP, phase="failed", sentence="It broke.", elapsed_s=65.2)) == (
        "It broke.\n-# after 1 min 5 s"
    )


async def test_a_poster_is_large_until_the_clip_is_there_and_then_beside_it() -> None:
    fetching = replace(CLIP, phase="fetching", poster=POSTER)
    done = replace(CLIP, phase="done", poster=POSTER, media=(FILM,), facts="1 min 5 s · 8.3 MiB")
    assert gallery(fetching) == ["attachment://poster.jpg"]
    assert gallery(done) == ["attachment://c.mp4"]
    assert parts(done)[0]["accessory"]["media"]["url"] == "attachment://poster.jpg"
    assert status(done) == "-# 1 min 5 s · 8.3 MiB"
    assert card_face(fetching).uploads == (POSTER,)
    assert card_face(done).uploads == (FILM, POSTER)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
async def test_every_picture_is_shown_and_attached(count: int) -> None:
    state = replace(PICTURE, phase="done", media=FILES[:count])
    assert gallery(state) == [f"attachment://p{n}.png" for n in range(count)]
    assert card_face(state).uploads == FILES[:count]


async def test_previews_are_shown_while_a_picture_is_made() -> None:
    state = replace(PICTURE, phase="generating", media=FILES[:1])
    assert gallery(state) == ["attachment://p0.png"]
    assert labels(state) == ["Cancel"]


async def test_a_clip_discord_does_not_take_is_linked_with_how_long_the_link_works() -> None:
    state = replace(CLIP, phase="done", sentence="Too large.", poster=POSTER, link=LINK, link_dies="about 24 h")
    assert gallery(state) == ["attachment://poster.jpg"]
    assert status(state) == "Too large.\n-# the link works for about 24 h"
    assert buttons(state)[1]["url"] == LINK


async def test_a_link_too_long_for_a_button_is_written_out() -> None:
    link = LINK + "x" * 600
    state = replace(CLIP, phase="done", sentence="Too large.", link=link)
    assert labels(state) == ["Again", "🗑️"]
    assert status(state).split("\n")[1] == link


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://example.org/a b", LINK + "x" * 3000])
async def test_what_is_no_web_address_is_not_shown(link: str) -> None:
    state = replace(CLIP, phase="done", sentence="Too large.", link=link)
    assert (labels(state), status(state)) == (["Again", "🗑️"], "Too large.")


async def test_the_fallback_goes_along() -> None:
    smaller = card_face(replace(CLIP, phase="done", sentence="Too large."))
    assert card_face(replace(CLIP, phase="done", media=(FILM,)), fallback=smaller).fallback == smaller


async def test_a_prompt_can_neither_mention_nor_format() -> None:
    head = parts(replace(CLIP, prompt="# @everyone\n**bold** <@1>", wishes="<@1> **x**"))[0]["content"]
    assert head.count("\n") == 2
    for markup in ("@everyone", "**bold**", "<@1>", "**x**"):
        assert markup not in head


def test_elapsed_time_moves_in_steps_that_never_go_back() -> None:
    shown = [shown_elapsed_s(tenth / 10) for tenth in range(3000)]
    assert shown == sorted(shown)
    assert all(elapsed <= tenth / 10 for tenth, elapsed in enumerate(shown))
    assert len(set(shown)) < 90


@given(st.floats(0, 1e6))
def test_what_is_left_is_rounded_by_no_more_than_a_quarter_minute_in_five(eta_s: float) -> None:
    shown = shown_eta_s(eta_s)
    assert shown >= 5
    assert abs(shown - eta_s) <= max(5, 0.14 * eta_s)


uploads = st.integers(0, 12).map(lambda n: tuple(Upload(Path("p"), f"{i}.png", "*" * 2000) for i in range(n)))
states = st.builds(
    CardState,
    key=st.sampled_from(["", "1", "9" * 18]),
    kind=st.sampled_from(get_args(Kind)),
    prompt=st.text(max_size=50) | st.just("*@everyone " * 1000),
    wishes=st.text(max_size=30) | st.just("_" * 1000),
    phase=st.sampled_from(PHASES),
    place=st.none() | st.integers(1, 10**6),
    eta_s=st.none() | st.floats(0, 1e6),
    percent=st.none() | st.integers(0, 100),
    elapsed_s=st.floats(0, 1e6),
    sentence=st.just("") | st.just("so " * 3000),
    media=uploads,
    poster=st.none() | st.just(POSTER),
    link=st.sampled_from(["", LINK, LINK + "x" * 1100, "nonsense"]),
    link_dies=st.sampled_from(["", "about 24 h"]),
    facts=st.just("") | st.just("fact " * 1000),
    is_cancelling=st.booleans(),
    can_cancel=st.booleans(),
    can_retry=st.booleans(),
    can_resend=st.booleans(),
)


@given(states)
async def test_no_card_goes_beyond_discords_limits(state: CardState) -> None:
    face = card_face(state)
    view = view_of(face)
    assert 0 < view.total_children_count <= COMPONENT_LIMIT
    assert 0 < view.content_length() <= TEXT_LIMIT_CHARS
    shown = str(view.to_components())  # type: ignore[no-untyped-call]  # as above
    assert [upload.filename for upload in face.uploads if f"attachment://{upload.filename}'" not in shown] == []


@pytest.fixture(scope="module")
def discord_api() -> DiscordApi:
    if not description_path().is_file():
        pytest.skip("set DISCORD_OPENAPI to Discord's openapi.json to run this")
    return DiscordApi()


@pytest.mark.parametrize("has_much", [False, True], ids=["little", "much"])
@pytest.mark.parametrize("phase", PHASES)
async def test_discord_describes_every_card(phase: Phase, has_much: bool, discord_api: DiscordApi) -> None:
    state = replace(CLIP, phase=phase)
    if has_much:
        state = replace(
            state, media=(FILM,), poster=POSTER, link=LINK, can_resend=True, is_cancelling=True, facts="8 MiB"
        )
    body = {"components": view_of(card_face(state)).to_components(), "flags": 1 << 15}  # type: ignore[no-untyped-call]  # as above
    assert discord_api.problems("POST", "/channels/1/messages", body) == []


def test_every_phase_has_a_colour() -> None:
    assert set(COLOURS) == set(PHASES)
