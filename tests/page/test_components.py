"""Buttons, selects, layouts and modals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.page.stage import Stage

pytestmark = pytest.mark.page


def button(stage: Stage, label: str) -> Locator:
    return stage.get("component-button").filter(has_text=label)


def test_a_button_changes_its_message(stage: Stage) -> None:
    stage.run("panel")
    button(stage, "Count").click()
    expect(stage.message("Pressed 1 times.")).to_be_visible()
    button(stage, "Count 1").click()
    expect(stage.message("Pressed 2 times.")).to_be_visible()
    button(stage, "Delete").click()
    expect(stage.message("Gone.")).to_be_visible()
    expect(stage.get("component-button")).to_have_count(0)


def test_a_button_turns_until_the_bot_answers_and_says_when_it_does_not(stage: Stage) -> None:
    stage.run("panel")
    later = button(stage, "Later")
    later.click()
    expect(later).to_be_disabled()
    expect(later.get_by_role("status")).to_be_visible()
    expect(stage.get("failure")).to_have_text("The application did not respond")
    expect(later).to_be_enabled()
    button(stage, "Approve").click()
    expect(stage.message("Approved.")).to_contain_text("Only you can see this")
    expect(stage.get("failure")).to_have_count(0)


def test_disabled_buttons_and_links_are_what_they_are(stage: Stage) -> None:
    stage.run("panel")
    expect(button(stage, "Out of season")).to_be_disabled()
    expect(button(stage, "The manual")).to_have_attribute("href", "https://example.org/manual")


def test_several_options_are_handed_over_when_the_list_closes(stage: Stage) -> None:
    stage.run("panel")
    stage.get("component-select").first.click()
    stage.get("dropdown-option").filter(has_text="Fern").click()
    stage.page.keyboard.press("End")
    stage.page.keyboard.press("Enter")
    stage.get("dropdown-option").filter(has_text="Thyme").click()
    stage.page.keyboard.press("Escape")
    expect(stage.message("Sowing fern and poppy")).to_be_visible()


def test_people_are_chosen_from_those_who_are_here(stage: Stage) -> None:
    stage.run("panel")
    stage.get("component-select").nth(1).click()
    stage.get("dropdown-option").filter(has_text="linus").click()
    expect(stage.message("linus digs.")).to_be_visible()


def test_a_layout_shows_its_parts_and_its_button_works(stage: Stage) -> None:
    stage.run("layout")
    layout = stage.message("The east bed")
    expect(layout.locator(".gallery img")).to_have_count(2)
    for image in layout.locator("img").all():
        expect(image).to_have_js_property("naturalWidth", 640)
    expect(layout.get_by_test_id("file")).to_contain_text("report.txt")
    expect(layout.locator(".attachments")).to_have_count(0)
    button(stage, "Water it").click()
    expect(stage.message("Watered.")).to_be_visible()


def test_a_form_checks_and_hands_in_every_kind_of_field(stage: Stage, tmp_path: Path) -> None:
    plan = tmp_path / "plan.txt"
    plan.write_text("north")
    stage.run("form")
    modal = stage.get("modal")
    stage.get("modal-submit").click()
    expect(modal.get_by_role("alert")).to_have_text(["This is required.", "Choose one.", "Choose one."])
    stage.get("modal-input").fill("Ro")
    stage.get("modal-input").press("Enter")
    expect(modal.get_by_role("alert").first).to_have_text("At least 3 characters; this has 2.")
    stage.get("modal-input").fill("Roses")
    stage.get("modal-select").click()
    stage.get("dropdown-option").filter(has_text="Autumn").click()
    stage.get("modal-radio").first.check()
    stage.get("modal-upload").set_input_files(plan)
    stage.get("modal-submit").click()
    expect(stage.message("Roses: Autumn, sun, plan.txt (5).")).to_be_visible()
    expect(modal).to_have_count(0)


def test_a_modal_of_the_first_generation_takes_ctrl_enter(stage: Stage) -> None:
    stage.run("note")
    note = stage.get("modal-input")
    expect(note).to_be_focused()
    expect(note).to_have_value("Dear gardener,")
    note.fill("Dear gardener,\nwater!")
    note.press("Control+Enter")
    expect(stage.message("Noted: Dear gardener,")).to_be_visible()


def test_the_focus_stays_in_a_modal_and_escape_leaves_it(stage: Stage) -> None:
    stage.run("form")
    expect(stage.get("modal")).to_be_visible()
    for _ in range(15):
        stage.page.keyboard.press("Tab")
        assert stage.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    stage.page.keyboard.press("Escape")
    expect(stage.get("modal")).to_have_count(0)
    expect(stage.get("message")).to_have_count(0)


def test_an_open_list_in_a_modal_takes_the_first_escape(stage: Stage) -> None:
    stage.run("form")
    stage.get("modal-select").click()
    stage.page.keyboard.press("Escape")
    expect(stage.get("modal-select")).to_have_attribute("aria-expanded", "false")
    expect(stage.get("modal")).to_have_class(re.compile("modal"))


def test_a_form_opens_with_what_is_set_already(stage: Stage) -> None:
    stage.say("ada", "Sage")
    stage.message("Sage").click(button="right")
    stage.get("menu-apps").click()
    stage.get("menu-app").filter(has_text="Label this").click()
    radios, boxes = stage.get("modal-radio"), stage.get("modal-checkbox")
    expect(radios.nth(1)).to_be_checked()
    expect(boxes.first).to_be_checked()
    expect(boxes.nth(1)).not_to_be_checked()
    expect(stage.get("modal-check")).to_be_checked()
    radios.first.check()
    boxes.nth(1).check()
    stage.get("modal-check").uncheck()
    stage.get("modal-submit").click()
    labelled = stage.message("Sage: tree, water+shade, False.")
    expect(labelled).to_contain_text("Label this used by You")
    expect(labelled).not_to_contain_text("/Label this")


def test_a_private_message_has_a_list_and_a_button_that_work(stage: Stage) -> None:
    stage.run("whisper")
    stage.get("component-select").click()
    stage.get("dropdown-option").filter(has_text="North").click()
    expect(stage.message("The North gate is open.")).to_contain_text("Only you can see this")
    button(stage, "Close it").click()
    expect(stage.get("message")).to_have_count(0)


def test_the_answer_to_a_button_stands_below_its_message(stage: Stage) -> None:
    stage.run("panel")
    button(stage, "Approve").click()
    approved = stage.message("Approved.")
    expect(approved.get_by_test_id("reply-line")).to_contain_text("Press something.")
    expect(approved).not_to_contain_text("used by")
