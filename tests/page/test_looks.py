"""How the page looks: on wide and narrow screens, by keyboard, without anything from elsewhere.

With GROKCORD_SHOTS=folder the screenshots are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Open
from tests.page.stage import Stage
from tests.page.world import Place

NARROW = (390, 800)
NARROWEST = (380, 640)

pytestmark = pytest.mark.page


def fits(stage: Stage) -> bool:
    width: int = stage.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    top: int = stage.page.evaluate("document.scrollingElement.scrollTop + document.body.scrollTop")
    return width <= 0 and top == 0


def test_a_conversation_fits_wide_and_narrow_screens(open_stage: Open, shots: Path) -> None:
    stage = open_stage()
    stage.say("ada", "Has anybody seen why the maples turn so early this year?")
    stage.run("ask why do leaves turn red?")
    expect(stage.message("the long story")).to_be_visible()
    stage.page.screenshot(path=shots / "answer-wide.png")
    stage.run("pictures")
    expect(stage.message("Four evenings").locator("img")).to_have_count(4)
    stage.page.screenshot(path=shots / "conversation-wide.png")
    narrow = open_stage(NARROW, channel=stage.channel_id)
    expect(narrow.message("Four evenings")).to_be_visible()
    assert fits(stage)
    assert fits(narrow)
    narrow.page.screenshot(path=shots / "conversation-narrow.png")


@pytest.mark.parametrize(("name", "size"), [("wide", (1280, 800)), ("narrow", NARROWEST)])
def test_lists_forms_and_layouts_fit(open_stage: Open, shots: Path, name: str, size: tuple[int, int]) -> None:
    stage = open_stage(size)
    stage.run("layout")
    expect(stage.message("The east bed").locator(".gallery img")).to_have_count(2)
    stage.page.screenshot(path=shots / f"layout-{name}.png")
    assert fits(stage)
    stage.run("panel")
    expect(stage.message("Press something.")).to_be_visible()
    stage.get("composer").fill("/")
    expect(stage.get("picker")).to_be_in_viewport(ratio=1)
    stage.page.screenshot(path=shots / f"commands-{name}.png")
    stage.begin("ask")
    stage.get("options-more").click()
    expect(stage.get("send")).to_be_in_viewport(ratio=1)
    assert fits(stage)
    stage.page.screenshot(path=shots / f"options-{name}.png")
    stage.page.keyboard.press("Escape")
    stage.run("form")
    expect(stage.get("modal-submit")).to_be_in_viewport(ratio=1)
    stage.page.screenshot(path=shots / f"form-{name}.png")
    assert fits(stage)


def test_on_a_narrow_screen_channels_and_members_are_drawers(open_stage: Open) -> None:
    stage = open_stage(NARROW)
    channel = stage.get("channel").filter(has_text="general")
    expect(channel).not_to_be_in_viewport()
    stage.get("open-channels").click()
    channel.click()
    expect(stage.get("channel-title")).to_have_text("general")
    expect(channel).not_to_be_in_viewport()
    stage.get("toggle-members").click()
    expect(stage.get("member").first).to_be_in_viewport()
    stage.page.keyboard.press("Escape")
    expect(stage.get("member").first).not_to_be_in_viewport()


def test_members_can_be_put_away_on_a_wide_screen(stage: Stage) -> None:
    stage.get("toggle-members").click()
    expect(stage.page.get_by_role("complementary", name="Members")).to_be_hidden()
    stage.get("toggle-members").click()
    expect(stage.page.get_by_role("complementary", name="Members")).to_be_visible()


def test_the_parts_of_the_page_have_names(stage: Stage) -> None:
    for role, name in (("navigation", "Servers"), ("navigation", "Channels"), ("complementary", "Members")):
        expect(stage.page.get_by_role(role, name=name, exact=True)).to_be_visible()  # type: ignore[arg-type]  # a literal, spelt in a table
    expect(stage.page.get_by_role("main")).to_be_visible()
    expect(stage.page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    unnamed = "button:not([aria-label]):not([title])"
    nameless = [each for each in stage.page.locator(unnamed).all() if not re.search(r"\S", each.text_content() or "")]
    assert all(each.is_hidden() for each in nameless)


def test_a_message_is_reached_and_answered_by_keyboard(stage: Stage) -> None:
    stage.say("ada", "Is anybody here?")
    expect(stage.message("Is anybody here?")).to_be_visible()
    stage.get("composer").focus()
    for _ in range(3):
        stage.page.keyboard.press("Shift+Tab")
        if stage.page.evaluate("document.activeElement.ariaLabel") == "Reply":
            break
    stage.page.keyboard.press("Enter")
    expect(stage.get("reply-bar")).to_be_visible()
    stage.page.keyboard.type("yes")
    stage.page.keyboard.press("Enter")
    expect(stage.message("yes").get_by_test_id("reply-line")).to_contain_text("Is anybody here?")


def test_nothing_is_fetched_from_elsewhere(open_page: Callable[..., Page], place: Place) -> None:
    page = open_page("about:blank")
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.goto(place.page)
    expect(page.get_by_test_id("composer")).to_be_visible()
    assert asked == {urlsplit(place.page).netloc}
