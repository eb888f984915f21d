"""Writing messages: lines, files, mentions, limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page.garden_media import picture
from tests.page.stage import Stage

pytestmark = pytest.mark.page

DROP = """([hook, name, type, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const target = document.querySelector(hook);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""
PASTE = """([name, type, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(paste);
}"""


def test_shift_and_enter_make_a_new_line_and_enter_sends(stage: Stage) -> None:
    composer = stage.get("composer")
    composer.press_sequentially("one")
    composer.press("Shift+Enter")
    composer.press_sequentially("two")
    composer.press("Enter")
    expect(stage.get("message-content")).to_have_text("one\ntwo", use_inner_text=True)
    expect(composer).to_have_value("")
    expect(composer).to_be_focused()


def test_whoever_begins_to_type_writes_a_message(stage: Stage) -> None:
    expect(stage.get("composer")).to_be_focused()
    stage.page.locator("#log").click()
    expect(stage.get("composer")).not_to_be_focused()
    stage.page.keyboard.type("hey")
    expect(stage.get("composer")).to_have_value("hey")


def test_chosen_files_are_shown_can_be_taken_out_and_are_sent(stage: Stage, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.txt", "b.txt")]
    for path in paths:
        path.write_text(path.name)
    stage.get("attach").set_input_files(paths)
    expect(stage.get("tray-file")).to_have_count(2)
    stage.get("tray-file").first.get_by_role("button").click()
    stage.write("here")
    expect(stage.message("here").get_by_test_id("file")).to_have_count(1)
    expect(stage.message("here").get_by_test_id("file")).to_contain_text("b.txt")
    expect(stage.get("tray-file")).to_have_count(0)


def test_dropped_and_pasted_pictures_are_attached(stage: Stage) -> None:
    data = list(picture(0, 32, 24).getvalue())
    stage.page.evaluate(DROP, ["#log", "dropped.png", "image/png", data])
    expect(stage.get("tray-file")).to_have_count(1)
    stage.get("composer").focus()
    stage.page.evaluate(PASTE, ["pasted.png", "image/png", data])
    expect(stage.get("tray-file")).to_have_count(2)
    stage.get("send").click()
    images = stage.get("message").locator("img")
    expect(images).to_have_count(2)
    expect(images.first).to_have_js_property("naturalWidth", 32)


def test_a_file_dropped_on_a_command_fills_its_file_option(stage: Stage) -> None:
    stage.begin("ask")
    stage.page.evaluate(DROP, ["#log", "leaf.txt", "text/plain", [1, 2, 3]])
    expect(stage.get("option").filter(has_text="leaf.txt")).to_be_visible()
    stage.option("prompt").fill("see this")
    stage.option("prompt").press("Enter")
    expect(stage.message("the long story")).to_contain_text("see this · leaf.txt")


def test_the_counter_warns_and_too_long_a_message_is_kept(stage: Stage) -> None:
    stage.get("composer").fill("x" * 1799)
    expect(stage.get("counter")).to_have_count(0)
    stage.write("x" * 2005)
    expect(stage.get("counter")).to_have_text("-5")
    expect(stage.get("notice")).to_contain_text("at most 2000 characters")
    expect(stage.get("composer")).to_have_value("x" * 2005)
    expect(stage.get("message")).to_have_count(0)


def test_each_channel_keeps_its_draft(stage: Stage) -> None:
    stage.get("composer").fill("half a thought")
    stage.get("channel").filter(has_text="general").click()
    expect(stage.get("composer")).to_have_value("")
    stage.page.go_back()
    expect(stage.get("composer")).to_have_value("half a thought")


def test_what_the_server_refuses_is_said_and_nothing_is_lost(stage: Stage) -> None:
    stage.page.route(
        "**/messages", lambda route: route.fulfill(status=403, json={"message": "You may not write here."})
    )
    stage.write("a secret")
    expect(stage.get("notice")).to_contain_text("You may not write here.")
    expect(stage.get("composer")).to_have_value("a secret")
