"""The card of an order in each of its states, as a person sees it; GROKCORD_SHOTS=folder keeps the screenshots."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.demo import button, use
from tests.page.stage import Stage
from tests.page.world import Place, running_bot, running_sandbox

pytestmark = pytest.mark.page

NARROW = (420, 800)
ROOMY = (1000, 900)
CLIP_WORK = ["queued", "cooling", "begun", "generating", "resumed", "cancelling", "upscaling"]
CLIP_WITH_POSTER = ["fetching", "fitting", "uploading"]
PICTURE_WORK = ["queued", "cooling", "generating", "cancelling", "fetching", "fitting", "uploading"]

# What each state says, and its buttons; a button that cannot be pressed stands in brackets.
SEEN: list[tuple[str, str, str, list[str]]] = [
    ("clip queued", "Clip · in line", "3rd in line · about 2 min until it begins", ["⏹️Cancel"]),
    (
        "clip cooling",
        "Clip · waiting for Grok",
        "The pool is cooling; I go on by myself in about 40 s.",
        ["⏹️Cancel"],
    ),
    ("clip begun", "Clip · generating", "2 s · about 1 min", ["⏹️Cancel"]),
    ("clip generating", "Clip · generating", "42 % · 26 s · about 40 s left", ["⏹️Cancel"]),
    ("clip resumed", "Clip · generating", "about 20 s left · went on after a restart", ["⏹️Cancel"]),
    ("clip cancelling", "Clip · generating", "60 % · 40 s", ["[Cancelling…]"]),
    ("clip upscaling", "Clip · upscaling", "99 % · 58 s", ["⏹️Cancel"]),
    ("clip fetching", "Clip · fetching", "35 % · 1 min · about 5 s left", ["⏹️Cancel"]),
    ("clip fitting", "Clip · fitting to Discord's limit", "70 % · 1 min 15 s · about 10 s left", ["⏹️Cancel"]),
    ("clip uploading", "Clip · uploading", "1 min 25 s", ["⏹️Cancel"]),
    ("clip done", "Clip · done", "1 min 5 s · 8.3 MiB", ["🔁Again", "📤Resend", "🗑️"]),
    ("clip fitted", "Clip · done", "fitted from 38.2 MiB to 9.8 MiB, 720p to 540p", ["🔁Again", "📤Resend", "🗑️"]),
    ("clip linked", "Clip · done", "the link works for about 24 h", ["🔁Again", "Original", "🗑️"]),
    ("clip unlinked", "Clip · done", "The server gives no public link", ["🔁Again", "📤Resend", "🗑️"]),
    ("clip failed", "Clip · not made", "arrived damaged", ["🔁Retry", "🗑️"]),
    ("clip cancelled", "Clip · cancelled", "Cancelled. Nothing was charged.", ["🔁Retry", "🗑️"]),
    ("clip interrupted", "Clip · interrupted", "Press Retry: it costs you nothing.", ["🔁Retry", "🗑️"]),
    ("clip continued", "Clip · still under way", "Press Show when you like", ["👀Show"]),
    ("clip long", "Clip · generating", "in the last light", ["⏹️Cancel"]),
    ("clip long-done", "Clip · done", "in the last light", ["🔁Again", "📤Resend", "🗑️"]),
    ("picture queued", "Picture · in line", "Next in line · about 5 s until it begins", ["⏹️Cancel"]),
    ("picture cooling", "Picture · waiting for Grok", "I go on by myself as soon as it is ready.", ["⏹️Cancel"]),
    ("picture generating", "Picture · generating", "7 s · about 10 s left", ["⏹️Cancel"]),
    ("picture cancelling", "Picture · generating", "8 s", ["[Cancelling…]"]),
    ("picture preview", "Picture · generating", "9 s · about 5 s left", ["⏹️Cancel"]),
    ("picture fetching", "Picture · fetching", "12 s", ["⏹️Cancel"]),
    ("picture fitting", "Picture · fitting", "14 s", ["⏹️Cancel"]),
    ("picture uploading", "Picture · uploading", "16 s", ["⏹️Cancel"]),
    *[(f"picture done-{n}", "Picture · done", "12 s · 1.4 MiB", ["🔁Again", "📤Resend", "🗑️"]) for n in (1, 2, 3, 4)],
    ("picture failed", "Picture · not made", "Another wording may help.", ["🔁Retry", "🗑️"]),
    ("picture cancelled", "Picture · cancelled", "Nothing was charged.", ["🔁Retry", "🗑️"]),
    ("picture interrupted", "Picture · interrupted", "costs you nothing", ["🔁Retry", "🗑️"]),
    ("picture continued", "Picture · still under way", "I keep the result until then", ["👀Show"]),
]
BARS = {
    "clip queued": "▱" * 16,
    "clip cooling": "▱" * 16,
    "clip begun": "▱▱▰▰▰▰▱▱▱▱▱▱▱▱▱▱",
    "clip generating": "▰▰▰▰▰▰▰▱▱▱▱▱▱▱▱▱",
    "clip upscaling": "▰" * 16,
    "picture generating": "▱▱▱▱▱▱▱▰▰▰▰▱▱▱▱▱",
}
MEDIA = {  # pictures and clips in the card
    "clip fetching": (1, 0),
    "clip fitting": (1, 0),
    "clip uploading": (1, 0),
    "clip done": (1, 1),  # the poster beside it
    "clip fitted": (1, 1),
    "clip linked": (1, 0),
    "clip unlinked": (1, 0),
    "clip long-done": (1, 1),
    "picture preview": (1, 0),
    **{f"picture done-{n}": (n, 0) for n in (1, 2, 3, 4)},
}


@pytest.fixture(scope="module")
def card_place() -> Iterator[Place]:
    with running_sandbox() as place, running_bot(place, "tests.page.card_bot"):
        yield place


@pytest.fixture
def open_cards(card_place: Place, open_page: Callable[..., Page]) -> Callable[[tuple[int, int]], Stage]:
    def open_at(size: tuple[int, int]) -> Stage:
        return Stage.open(open_page, card_place, "you", None, size)

    return open_at


def pressable(message: Locator) -> list[str]:
    """Return the buttons as they are written; in brackets if they cannot be pressed."""
    found = message.get_by_test_id("component-button").all()
    return [each.inner_text().replace("\n", "") if each.is_enabled() else f"[{each.inner_text()}]" for each in found]


def loaded(message: Locator) -> Locator:
    """Wait until every picture and clip can be seen."""
    for shown in message.locator("img, video").all():
        shown.scroll_into_view_if_needed()
        expect(shown).to_be_visible()
    message.page.wait_for_function(
        "list => list.every(each => each.complete ?? each.readyState === 4)",
        arg=message.locator(".container img, .container video").element_handles(),
    )
    return message


def overflows(message: Locator) -> bool:
    """Whether anything in the message reaches beyond it."""
    found: bool = message.evaluate(
        """message => [...message.querySelectorAll(".components *")]
            .some(each => each.getBoundingClientRect().right > message.getBoundingClientRect().right + 0.5)"""
    )
    return found


@pytest.mark.parametrize("which", [each[0] for each in SEEN])
def test_each_state_shows_what_it_is(which: str, open_cards: Callable[[tuple[int, int]], Stage], shots: Path) -> None:
    title, said, buttons = next(each[1:] for each in SEEN if each[0] == which)
    page = open_cards(ROOMY).page
    message = use(page, f"card {which}")
    expect(message.locator(".container")).to_contain_text(title)
    expect(message.locator(".container")).to_contain_text(said)
    expect(message.locator(".container")).to_contain_text(BARS.get(which, ""))
    assert pressable(message) == buttons
    pictures, clips = MEDIA.get(which, (0, 0))
    expect(message.locator(".container img")).to_have_count(pictures)
    expect(message.locator(".container video")).to_have_count(clips)
    for width, height in (ROOMY, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        assert not overflows(loaded(message))
        shot = shots / f"card-{which.replace(' ', '-')}-{width}.png"
        message.screenshot(path=shot, animations="disabled")  # the list of channels slides away when it narrows


@pytest.mark.parametrize("size", [ROOMY, NARROW], ids=["roomy", "narrow"])
@pytest.mark.parametrize(
    ("kind", "names"),
    [("clip", CLIP_WORK), ("clip", CLIP_WITH_POSTER), ("picture", PICTURE_WORK)],
    ids=["clip", "poster", "picture"],
)
def test_one_message_goes_through_the_states_without_changing_its_height(
    kind: str, names: list[str], size: tuple[int, int], open_cards: Callable[[tuple[int, int]], Stage]
) -> None:
    stage = open_cards(size)
    message = use(stage.page, f"journey {kind} {' '.join(names)}")
    heights = {}
    for name in names:
        title, said, _ = next(each[1:] for each in SEEN if each[0] == f"{kind} {name}")
        expect(message.locator(".container")).to_contain_text(re.compile(re.escape(title)))
        expect(message.locator(".container")).to_contain_text(said)
        heights[name] = loaded(message).locator(".components").bounding_box()["height"]  # type: ignore[index]  # it is visible
        stage.say("ada", f"past {name}")
    if size == ROOMY:
        assert len(set(heights.values())) == 1, heights
    else:  # a sentence may take a second line there
        assert max(heights.values()) - min(heights.values()) <= 40, heights


@pytest.mark.parametrize(
    ("which", "label", "action"),
    [
        ("clip queued", "Cancel", "cancel"),
        ("clip done", "Again", "again"),
        ("clip done", "Resend", "resend"),
        ("clip done", "🗑️", "delete"),
        ("clip failed", "Retry", "retry"),
        ("clip continued", "Show", "show"),
    ],
)
def test_a_press_names_the_order(
    which: str, label: str, action: str, open_cards: Callable[[tuple[int, int]], Stage]
) -> None:
    stage = open_cards(ROOMY)
    button(use(stage.page, f"card {which}"), label).click()
    expect(stage.message(f"OrderControl(action='{action}', key='42')")).to_be_visible()


def test_the_original_of_a_clip_too_large_is_a_link(open_cards: Callable[[tuple[int, int]], Stage]) -> None:
    message = use(open_cards(ROOMY).page, "card clip linked")
    expect(button(message, "Original")).to_have_attribute("href", "https://media.example.org/videos/heron.mp4")


def test_the_ping_names_the_person_and_leads_to_the_card(
    open_cards: Callable[[tuple[int, int]], Stage], shots: Path
) -> None:
    stage = open_cards(ROOMY)
    stage.run("ping")
    said = stage.message("your clip is ready")
    expect(said.locator(".mention").first).to_have_text("@You")
    card = stage.message("Clip · done")
    loaded(card)
    stage.page.screenshot(path=shots / "card-ping.png")
    link = said.get_by_test_id("message-link")
    expect(link).to_have_text(re.compile("^#bed-.* › 💬$"))
    link.click()
    expect(stage.page.locator(".message.is-flashed")).to_contain_text("Clip · done")
