"""Messages: how they arrive, change, carry pictures and clips, and what can be done with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.conftest import Open
from tests.page.stage import Stage
from tests.page.world import Place, eventually

pytestmark = pytest.mark.page

RECORD_VERSIONS = """() => {
  window.versions = [];
  window.articles = new Set();
  new MutationObserver(() => {
    const content = document.querySelector("[data-testid=message-content]");
    if (!content) return;
    window.articles.add(content.closest("article"));
    if (window.versions.at(-1) !== content.textContent) window.versions.push(content.textContent);
  }).observe(document.querySelector(".log-list"), { childList: true, subtree: true, characterData: true });
}"""


def test_an_answer_grows_in_place(stage: Stage) -> None:
    stage.page.evaluate(RECORD_VERSIONS)
    stage.run("ask grow")
    expect(stage.message("the long story")).to_be_visible()
    versions = stage.page.evaluate("window.versions")
    assert len(versions) >= 3
    assert [len(text) for text in versions] == sorted(len(text) for text in versions)
    assert stage.page.evaluate("window.articles.size") == 1
    expect(stage.get("used-line")).to_have_text("Y/ask used by You")


def test_thinking_is_shown_until_the_answer_comes(stage: Stage) -> None:
    stage.run("wait")
    expect(stage.get("thinking").filter(has_text="Bot is thinking…")).to_be_visible()
    stage.say("ada", "go on")
    expect(stage.message("Done thinking.")).to_be_visible()
    expect(stage.get("thinking")).to_have_count(0)


def test_what_only_one_person_sees_says_so_and_can_be_dismissed(stage: Stage, open_stage: Open) -> None:
    stage.run("whisper")
    mine = stage.message("Between you and me")
    expect(mine).to_contain_text("Only you can see this")
    stage.say("you", "for everybody")
    other = open_stage(person="ada", channel=stage.channel_id)
    expect(other.message("for everybody")).to_be_visible()
    expect(other.message("Between you and me")).to_have_count(0)
    mine.get_by_test_id("dismiss").click()
    expect(mine).to_have_count(0)


def test_pictures_stand_in_a_grid_and_open_with_their_alt_text(stage: Stage) -> None:
    stage.run("pictures")
    images = stage.message("Four evenings").locator("img")
    expect(images).to_have_count(4)
    expect(images.first).to_have_js_property("naturalWidth", 640)
    expect(images.nth(1)).to_have_attribute("alt", "Hills, number 2")
    images.nth(1).click()
    expect(stage.get("lightbox")).to_contain_text("Hills, number 2")
    stage.page.keyboard.press("ArrowRight")
    expect(stage.get("lightbox")).to_contain_text("Hills, number 3")
    stage.page.keyboard.press("Escape")
    expect(stage.get("lightbox")).to_have_count(0)


def test_a_clip_plays_in_place(stage: Stage) -> None:
    stage.run("film")
    clip = stage.get("video")
    expect(clip).to_be_visible()
    seen_s = clip.evaluate(
        """(video) => new Promise((resolve, reject) => {
          video.onended = () => resolve(video.currentTime);
          video.onerror = () => reject(video.error);
          video.muted = true;
          video.play();
        })"""
    )
    assert seen_s == pytest.approx(1, abs=0.2)


def test_an_embed_shows_its_parts(stage: Stage) -> None:
    stage.run("card")
    card = stage.message("Tomorrow in the garden")
    expect(card.locator("dt")).to_have_text(["Morning", "Noon", "Night"])
    expect(card.locator("strong").filter(has_text="drizzle")).to_be_visible()
    expect(card.locator(".embed-thumb img")).to_have_js_property("naturalWidth", 640)


def test_messages_of_one_person_stand_together(stage: Stage) -> None:
    for text in ("one", "two"):
        stage.say("ada", text)
    stage.say("linus", "three")
    expect(stage.get("message")).to_have_count(3)
    expect(stage.get("message").locator(".author")).to_have_text(["ada", "linus"])
    expect(stage.page.get_by_role("separator").filter(has_text=re.compile(r"\d{4}"))).to_have_count(1)


def test_a_reply_shows_what_it_answers_and_whether_it_pings(stage: Stage, open_stage: Open) -> None:
    stage.say("ada", "Who waters the ferns?")
    stage.message("Who waters").hover()
    stage.message("Who waters").get_by_label("Reply").click()
    expect(stage.get("reply-bar")).to_contain_text("Replying to ada")
    stage.write("I do")
    reply = stage.message("I do")
    expect(reply.get_by_test_id("reply-line")).to_contain_text("Who waters the ferns?")
    expect(stage.get("reply-bar")).to_have_count(0)
    pinged = open_stage(person="ada", channel=stage.channel_id)
    expect(pinged.message("I do")).to_have_class(re.compile("is-ping"))


def test_a_reply_without_ping_does_not_ping(stage: Stage) -> None:
    asked = stage.say("ada", "Who waters the ferns?")
    stage.message("Who waters").click(button="right")
    stage.get("menu-reply").click()
    stage.get("reply-bar").get_by_role("button", pressed=True).click()
    stage.write("nobody")
    expect(stage.message("nobody")).to_be_visible()
    sent: Any = stage.place.act(stage.people["ada"], f"channels/{stage.channel_id}/messages")
    assert sent[0]["message_reference"]["message_id"] == asked
    assert sent[0]["mentions"] == []


def test_a_mentioned_bot_types_and_answers(stage: Stage) -> None:
    composer = stage.get("composer")
    composer.press_sequentially("@bo")
    composer.press("Enter")
    composer.press_sequentially("good morning")
    composer.press("Enter")
    expect(stage.message("good morning").locator(".mention")).to_have_text("@Bot")
    expect(stage.get("typing")).to_contain_text("Bot is typing…")
    stage.say("ada", "go on")
    expect(stage.message("You said 3 words.")).to_be_visible()
    expect(stage.get("typing")).to_have_count(0)


def test_several_files_come_with_a_mention(stage: Stage, tmp_path: Path) -> None:
    paths = [tmp_path / "plan.txt", tmp_path / "beds.csv"]
    for path in paths:
        path.write_text("north,south")
    stage.get("attach").set_input_files(paths)
    composer = stage.get("composer")
    composer.press_sequentially("@bo")
    composer.press("Enter")
    composer.press_sequentially("read these")
    composer.press("Enter")
    expect(stage.message("read these").get_by_test_id("file")).to_have_count(2)
    stage.say("ada", "go on")
    expect(stage.message("You said 3 words, plan.txt, beds.csv.")).to_be_visible()


def test_own_messages_can_be_edited_and_deleted(stage: Stage) -> None:
    stage.write("helo")
    stage.message("helo").click(button="right")
    stage.get("menu-edit").click()
    stage.get("edit-input").fill("hello")
    stage.get("edit-input").press("Enter")
    expect(stage.message("hello")).to_contain_text("(edited)")
    stage.message("hello").click(button="right")
    stage.get("menu-delete").click()
    expect(stage.get("message")).to_have_count(0)


def test_the_last_own_message_is_edited_with_the_arrow_up(stage: Stage) -> None:
    stage.write("first")
    expect(stage.message("first")).to_be_visible()
    stage.get("composer").press("ArrowUp")
    expect(stage.get("edit-input")).to_be_focused()
    stage.page.keyboard.press("Escape")
    expect(stage.get("composer")).to_be_focused()


def test_only_who_may_can_delete_what_others_wrote(stage: Stage, open_stage: Open) -> None:
    stage.say("you", "keep this")
    plain = open_stage(person="ada", channel=stage.channel_id)
    plain.message("keep this").click(button="right")
    expect(plain.get("menu-copy")).to_be_visible()
    expect(plain.get("menu-delete")).to_have_count(0)
    keeper = open_stage(person="linus", channel=stage.channel_id)
    keeper.message("keep this").click(button="right")
    keeper.get("menu-delete").click()
    expect(keeper.get("message")).to_have_count(0)


def test_text_and_ids_can_be_copied(stage: Stage) -> None:
    sent = stage.say("ada", "**copy** me")
    for hook, expected in (("menu-copy", "**copy** me"), ("menu-copy-id", sent)):
        stage.message("copy me").click(button="right")
        stage.get(hook).click()
        stage.page.wait_for_function("async (text) => (await navigator.clipboard.readText()) === text", arg=expected)


def test_menus_reach_the_commands_of_the_bot(stage: Stage) -> None:
    stage.say("ada", "four words in here")
    stage.message("four words").click(button="right")
    stage.get("menu-apps").click()
    stage.get("menu-app").filter(has_text="Count words").click()
    expect(stage.message("4 words.")).to_contain_text("Count words used by You")
    stage.message("four words").get_by_role("button", name="ada", exact=True).click()
    stage.get("menu-apps").click()
    stage.get("menu-app").filter(has_text="Wave").click()
    expect(stage.message("ada is greeted.")).to_be_visible()


def test_an_editor_has_its_caret_before_the_next_frame_is_drawn(stage: Stage) -> None:
    """A caret that comes a frame later goes to the end of what somebody has selected or typed meanwhile."""
    stage.write("first")
    stage.page.evaluate("window.requestAnimationFrame = () => 0")
    stage.message("first").click(button="right")
    stage.get("menu-edit").click()
    expect(stage.get("edit-input")).to_be_focused()
    stage.page.keyboard.type(", second")
    expect(stage.get("edit-input")).to_have_value("first, second")


def test_an_edited_message_says_so_beside_its_last_line(stage: Stage) -> None:
    stage.write("first\n-# small")
    stage.message("first").click(button="right")
    stage.get("menu-edit").click()
    stage.get("edit-input").fill("second\n-# smaller")
    stage.get("edit-input").press("Enter")
    expect(stage.message("second").locator("small")).to_have_text("smaller(edited)")


def test_a_spoiler_is_hidden_until_it_is_clicked(stage: Stage) -> None:
    stage.write("It was ||the heron||.")
    spoiler = stage.message("It was").get_by_role("button", name="Spoiler")
    expect(spoiler.locator(".spoiler-inner")).to_have_css("opacity", "0")
    spoiler.click()
    expect(stage.page.locator(".spoiler-inner")).to_have_css("opacity", "1")


def test_who_reads_above_stays_there_and_is_told_of_news(stage: Stage) -> None:
    expect(stage.get("welcome")).to_be_visible()  # history that comes later is put above, and the view moves along
    stage.say("ada", "\n".join(str(number) for number in range(80)))
    expect(stage.get("message")).to_be_visible()
    scroller = stage.page.locator(".log-scroll")
    assert scroller.evaluate("(el) => el.scrollHeight - el.scrollTop - el.clientHeight") < 2
    scroller.evaluate("(el) => { el.scrollTop = 200 }")
    expect(stage.get("new-messages")).to_have_text("Jump to the latest")
    stage.say("ada", "news")
    expect(stage.get("new-messages")).to_have_text("1 new message")
    assert scroller.evaluate("(el) => el.scrollTop") == 200
    stage.get("new-messages").click()
    expect(stage.get("new-messages")).to_be_hidden()
    stage.say("ada", "and more")
    expect(stage.message("and more")).to_be_in_viewport()


def test_history_that_comes_late_moves_nothing_that_is_read(open_page: Callable[..., Page], place: Place) -> None:
    held: list[Route] = []

    def open_held(url: str, size: tuple[int, int]) -> Page:
        page: Page = open_page("about:blank", size)
        page.route("**/messages?limit*", lambda route: held.append(route))
        page.goto(url)
        return page

    stage = Stage.open(open_held, place, "you", None, (1280, 800))
    stage.say("ada", "\n".join(str(number) for number in range(80)))
    expect(stage.get("message")).to_be_visible()
    stage.page.locator(".log-scroll").evaluate("(el) => { el.scrollTop = 200 }")
    expect(stage.get("new-messages")).to_have_text("Jump to the latest")
    before = stage.get("message").bounding_box()
    for route in held:
        route.continue_()
    expect(stage.get("welcome")).to_be_attached()
    after = stage.get("message").bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == pytest.approx(before["y"], abs=1)


def test_who_scrolls_up_while_the_page_is_drawn_is_not_taken_back(stage: Stage) -> None:
    expect(stage.get("welcome")).to_be_visible()
    stage.say("ada", "\n".join(str(number) for number in range(80)))
    expect(stage.get("message")).to_be_visible()
    scroller = stage.page.locator(".log-scroll")
    # Drawn before the browser tells of the scrolling, as when a message comes at that moment.
    scroller.evaluate("(el) => { el.scrollTop = 200; document.querySelector('.category-name').click() }")
    expect(stage.get("new-messages")).to_have_text("Jump to the latest")
    assert scroller.evaluate("(el) => el.scrollTop") == 200


def test_what_grows_before_the_browser_tells_of_an_earlier_scroll_is_followed(stage: Stage) -> None:
    expect(stage.get("welcome")).to_be_visible()
    stage.say("ada", "\n".join(str(number) for number in range(80)))
    expect(stage.get("message")).to_be_visible()
    scroller = stage.page.locator(".log-scroll")
    # As a card that becomes a clip does, between the page's own scrolling and the event that tells of it.
    scroller.evaluate(
        """(el) => {
            el.querySelector('.log-list').lastElementChild.style.paddingBottom = '900px';
            el.dispatchEvent(new Event('scroll'));
        }"""
    )
    eventually(lambda: scroller.evaluate("(el) => el.scrollHeight - el.scrollTop - el.clientHeight < 2"))


def test_older_messages_are_fetched_when_one_scrolls_up(stage: Stage, open_stage: Open) -> None:
    for number in range(60):
        stage.say("ada", f"number {number}.")
    fresh = open_stage(channel=stage.channel_id)
    expect(fresh.message("number 59.")).to_be_in_viewport()
    expect(fresh.get("message")).to_have_count(50)
    fresh.page.evaluate("document.querySelector('.log-scroll').scrollTop = 0")
    expect(fresh.get("message")).to_have_count(60)
    expect(fresh.message("number 10.")).to_be_in_viewport()
