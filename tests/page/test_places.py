"""Moving about: people, direct messages, threads, and a connection that breaks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.page.conftest import Open
from tests.page.stage import Stage
from tests.page.world import running_bot, running_sandbox

pytestmark = pytest.mark.page


def test_one_can_act_as_somebody_else(stage: Stage) -> None:
    stage.write("from you")
    stage.get("person-switcher").click()
    stage.get("act-as-ada").click()
    expect(stage.get("person-switcher")).to_contain_text("ada")
    expect(stage.message("from you")).to_be_visible()
    stage.write("from ada")
    expect(stage.message("from ada").locator(".author")).to_have_text("ada")


def test_a_name_leads_to_direct_messages(stage: Stage) -> None:
    stage.get("member").filter(has_text="linus").click()
    stage.get("menu-dm").click()
    expect(stage.get("channel-title")).to_have_text("linus")
    stage.write("psst")
    expect(stage.message("psst")).to_be_visible()
    expect(stage.get("dm").filter(has_text="linus")).to_have_attribute("aria-current", "page")


def test_the_bot_is_reached_directly_with_its_commands(stage: Stage) -> None:
    stage.page.get_by_role("button", name="Direct messages").click()
    stage.get("dm").filter(has_text="Bot").first.click()
    expect(stage.get("channel-title")).to_have_text("Bot")
    stage.run("memory forget")
    expect(stage.message("Forgotten.")).to_be_visible()


def test_a_thread_is_started_from_a_message(stage: Stage) -> None:
    stage.say("ada", "Plans for spring")
    stage.message("Plans for spring").click(button="right")
    stage.get("menu-thread").click()
    expect(stage.get("channel-title")).to_have_text("Plans for spring")
    stage.write("in here")
    expect(stage.message("in here")).to_be_visible()
    stage.page.go_back()
    expect(stage.get("message").filter(has_text="Open thread")).to_be_visible()


def test_a_thread_of_the_bots_is_shown_opened_and_answered_in(stage: Stage) -> None:
    stage.say("ada", "tides")
    stage.message("tides").click(button="right")
    stage.get("menu-apps").click()
    stage.get("menu-app").filter(has_text="Branch").click()
    chip = stage.get("message").first.get_by_role("button", name="Open thread")
    expect(chip).to_contain_text("On tides")
    row = stage.get("channel").filter(has_text="On tides").last
    expect(row).to_have_class(re.compile("is-thread"))
    chip.click()
    expect(stage.get("channel-title")).to_have_text("On tides")
    expect(stage.message("Here we go on.")).to_be_visible()
    starter = stage.get("message").first
    expect(starter).to_contain_text("ada")
    expect(starter.get_by_test_id("message-content")).to_have_text("tides")
    bot = stage.message("Here we go on.").get_attribute("data-author-id")
    stage.write(f"<@{bot}> are you here")
    expect(stage.get("typing")).to_contain_text("Bot is typing…")
    stage.write("now")
    expect(stage.message("You said 4 words.")).to_be_visible()


def test_news_elsewhere_is_marked_and_mentions_are_counted(stage: Stage, open_stage: Open) -> None:
    other = open_stage()
    stage.say("ada", "quiet news")
    name = stage.get("channel-title").inner_text()
    row = other.get("channel").filter(has_text=re.compile(f"^{name}"))
    expect(row).to_have_class(re.compile("has-news"))
    stage.say("ada", f"<@{stage.people['you']}> look")
    expect(row.locator(".badge")).to_have_text("1")
    row.click()
    expect(row.locator(".badge")).to_have_count(0)
    expect(other.message("look")).to_have_class(re.compile("is-ping"))


def test_a_lost_connection_is_said_and_mended(stage: Stage) -> None:
    sockets: list[WebSocketRoute] = []

    def hold(route: WebSocketRoute) -> None:
        sockets.append(route)
        route.connect_to_server()

    stage.page.route_web_socket(re.compile("/live$"), hold)
    stage.page.reload()
    expect(stage.get("composer")).to_be_visible()
    sockets[0].close()
    expect(stage.get("connection")).to_contain_text("Connection lost")
    stage.say("ada", "while you were away")
    expect(stage.get("connection")).to_have_count(0)
    expect(stage.message("while you were away")).to_be_visible()
    assert len(sockets) == 2


def test_before_a_bot_connects_the_page_waits_for_it(open_page: Callable[..., Page]) -> None:
    with running_sandbox() as place:
        page = open_page(place.page)
        expect(page.get_by_test_id("invitation")).to_contain_text("Waiting for a bot")
        expect(page.get_by_test_id("bot-presence")).to_have_text("Bot offline")
        with running_bot(place):
            expect(page.get_by_test_id("bot-presence")).to_have_text("Bot online")
            expect(page.get_by_test_id("example")).to_have_count(3)
        expect(page.get_by_test_id("bot-presence")).to_have_text("Bot offline")


def test_where_a_bot_has_several_shards_each_one_has_a_server_to_go_to(
    open_page: Callable[..., Page], shots: Path
) -> None:
    with running_sandbox("--shards", "3") as place:
        page = open_page(place.page)
        servers = page.get_by_role("navigation").get_by_role("button", name="Garden")
        expect(servers).to_have_count(3)
        for name in ("Garden 3", "Garden 2"):
            servers.and_(page.get_by_role("button", name=name, exact=True)).click()
            expect(page.get_by_role("heading", name=name)).to_be_visible()
            page.get_by_test_id("channel").filter(has_text="general").first.click()
            page.get_by_test_id("composer").fill(f"here in {name}")
            page.get_by_test_id("composer").press("Enter")
            expect(page.get_by_test_id("message")).to_have_count(1)
            expect(page.get_by_test_id("message")).to_contain_text(f"here in {name}")
        page.screenshot(path=shots / "shards.png")
