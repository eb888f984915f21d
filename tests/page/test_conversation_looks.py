"""Every control and view of a conversation, used in a real browser; GROKCORD_SHOTS=folder keeps the screenshots."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.page.demo import ANSWER_WITHIN_MS, button, enter, finished, point, use

pytestmark = [pytest.mark.page, pytest.mark.e2e]

Shoot = Callable[[str], None]


@pytest.fixture
def shoot(page: Page, shots: Path) -> Shoot:
    """Keep a picture of the page as it is."""

    def take(name: str) -> None:
        page.screenshot(path=shots / f"chat-{name}.png")

    return take


def private(page: Page, text: str | re.Pattern[str]) -> Locator:
    """Return the newest message that only this person sees and that reads so."""
    found = page.get_by_test_id("message").filter(has_text="Only you can see this").filter(has_text=text).last
    expect(found).to_be_visible(timeout=ANSWER_WITHIN_MS)
    found.scroll_into_view_if_needed()
    return found


def test_an_answer_under_way_thinks_writes_and_can_be_stopped(page: Page, shoot: Shoot) -> None:
    enter(page, "general")
    message = use(page, "ask [[think=3]] Write a long story about herons")
    expect(message).to_contain_text(re.compile("thinking, [1-9]", re.IGNORECASE), timeout=ANSWER_WITHIN_MS)
    shoot("thinking")
    expect(message).to_contain_text("You asked", timeout=ANSWER_WITHIN_MS)
    shoot("writing")
    button(message, "Stop").click()
    expect(message).to_contain_text("Stopped.")
    finished(message)
    shoot("stopped")
    button(message, "Thoughts").click()
    private(page, "The question is about")
    shoot("thoughts")


def test_versions_models_and_continuing(page: Page, shoot: Shoot) -> None:
    enter(page, "help")
    message = finished(use(page, "ask [[length]] What is a tide?"))
    shoot("cut-by-length")
    button(message, "Continue").click()
    expect(button(message, "Continue")).to_have_count(0, timeout=ANSWER_WITHIN_MS)
    finished(message)
    button(message, "Try with…").click()
    expect(page.get_by_test_id("modal")).to_be_visible()
    shoot("try-with")
    page.get_by_test_id("modal-select").click()
    page.get_by_test_id("dropdown-option").filter(has_text="grok-4").first.click()
    page.get_by_test_id("modal-submit").click()
    expect(button(message, "2/2")).to_be_visible(timeout=ANSWER_WITHIN_MS)
    shoot("versions")
    button(message, "‹").click()
    expect(button(message, "1/2")).to_be_visible()


def test_a_branch_goes_on_in_a_thread(page: Page, shoot: Shoot) -> None:
    enter(page, "general")
    message = finished(use(page, "ask What do otters eat?"))
    button(message, "Branch").click()
    private(page, "It goes on in")
    shoot("branch")
    message.get_by_role("button", name="Open thread").click()
    composer = page.get_by_test_id("composer")
    expect(page.get_by_test_id("message").filter(has_text="goes its own way")).to_be_visible()
    composer.press_sequentially("@Gr")
    composer.press("Enter")
    composer.press_sequentially("what was my last question?")
    composer.press("Enter")
    answer = page.get_by_test_id("message").filter(has_text="Your last question was").last
    expect(answer).to_be_visible(timeout=ANSWER_WITHIN_MS)
    finished(answer)
    shoot("thread")


def test_deleting_asks_first(page: Page, shoot: Shoot) -> None:
    enter(page, "help")
    message = finished(use(page, "ask [[tokens=5]] delete me"))
    button(message, "🗑️").click()
    question = private(page, "Delete this answer")
    shoot("delete")
    button(question, "Delete for good").click()
    private(page, "Deleted and forgotten.")


def test_tables_formulae_code_and_sources_read_well(page: Page, shoot: Shoot) -> None:
    enter(page, "help")
    finished(use(page, "ask [[search]] a wide table of tides"))
    shoot("table")
    finished(use(page, "ask a formula for tides"))
    shoot("formula")
    use(page, "ask long code for tides please")
    expect(page.get_by_test_id("message").last.get_by_test_id("file")).to_be_visible(timeout=ANSWER_WITHIN_MS)
    shoot("long-code")


def test_private_and_interrupted_answers_say_so(page: Page, shoot: Shoot) -> None:
    enter(page, "help")
    use(page, "ask prompt: What do otters fear? private: true")
    private(page, "You asked")
    shoot("private")
    finished(use(page, "ask [[cut]] Why is the sea salt?"))
    shoot("interrupted")


def test_a_picture_is_asked_about(page: Page, shoot: Shoot, tmp_path: Path) -> None:
    enter(page, "pictures")
    Image.new("RGB", (640, 400), "#2e6f57").save(tmp_path / "meadow.png")
    page.get_by_test_id("attach").set_input_files(tmp_path / "meadow.png")
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("@Gr")
    composer.press("Enter")
    composer.press_sequentially("what colour is this?")
    composer.press("Enter")
    expect(page.get_by_test_id("message").last).to_contain_text("You attached a picture", timeout=ANSWER_WITHIN_MS)
    finished(page.get_by_test_id("message").last)
    shoot("picture")


def test_commands_on_a_message(page: Page, shoot: Shoot) -> None:
    enter(page, "clips")
    page.get_by_test_id("composer").fill("It runs in O(n log n), said the heron.")
    page.get_by_test_id("composer").press("Enter")
    said = page.get_by_test_id("message").filter(has_text="said the heron").first
    said.get_by_test_id("message-content").first.click(button="right")
    page.get_by_test_id("menu-apps").click()
    shoot("menu")
    page.keyboard.press("Escape")
    point(said, "Ask Grok about this")
    page.get_by_test_id("modal-input").fill("Is that fast?")
    shoot("ask-about-form")
    page.get_by_test_id("modal-submit").click()
    answer = page.get_by_test_id("message").filter(has_text="this message").last
    finished(answer)
    shoot("ask-about")
    point(said, "Explain")
    private(page, "explained")
    point(said, "Summarise from here")
    private(page, "In short")
    shoot("explain-and-summary")


def test_what_is_remembered_is_shown(page: Page, shoot: Shoot) -> None:
    enter(page, "general")
    finished(use(page, "ask [[tokens=5]] remember the herons"))
    shown = use(page, "memory show")
    expect(shown).to_contain_text("go along with the next question", timeout=ANSWER_WITHIN_MS)
    shoot("memory")
    shown.get_by_test_id("component-select").click()
    page.get_by_test_id("dropdown-option").first.click()
    button(shown, "Pin ").click()
    expect(shown).to_contain_text("1 pinned")
    shoot("memory-pinned")
    button(shown, "Edit ").click()
    expect(page.get_by_test_id("modal")).to_be_visible()
    shoot("memory-edit")
    page.get_by_test_id("modal-cancel").click()
    expect(use(page, "memory export")).to_contain_text("as JSON and as Markdown")
    expect(use(page, "memory scope")).to_contain_text("everybody here shares one memory")
    expect(use(page, "memory undo")).to_contain_text("Forgotten")
    shoot("memory-export-scope-undo")


def test_persona_model_and_tuning(page: Page, shoot: Shoot) -> None:
    enter(page, "pictures")
    use(page, "persona show")
    shoot("persona")
    use(page, "model")
    shoot("model")
    button(page.get_by_test_id("message").last, "Tune").click()
    expect(page.get_by_test_id("modal")).to_be_visible()
    shoot("tune")
    page.get_by_test_id("modal-check").check()
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("message").last).to_contain_text("tuned")
    message = finished(use(page, "ask Which tides are high?"))
    expect(message.get_by_test_id("file")).to_contain_text("answer.json")
    shoot("json")


def test_many_questions_wait_in_line(page: Page, shoot: Shoot) -> None:
    enter(page, "clips")
    for number in range(9):
        page.get_by_test_id("composer").fill(f"/ask [[tokens=120 rate=30]] number {number}")
        page.get_by_test_id("composer").press("Enter")
    expect(page.get_by_test_id("message").filter(has_text="In line").first).to_be_visible(timeout=ANSWER_WITHIN_MS)
    shoot("line")
    finished(page.get_by_test_id("message").last)
