"""Slash commands: finding one, filling in its options, sending it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page.stage import Stage

pytestmark = pytest.mark.page


def test_a_slash_offers_every_command_with_its_description(stage: Stage) -> None:
    stage.get("composer").fill("/")
    rows = stage.get("picker-row")
    expect(rows).to_have_count(16)
    expect(rows.filter(has_text="/memory forget")).to_contain_text("Forget this channel")
    expect(rows.filter(has_text="/ask")).to_contain_text("prompt")


def test_the_list_narrows_while_one_types_even_with_letters_left_out(stage: Stage) -> None:
    stage.get("composer").fill("/memsh")
    expect(stage.get("picker-row")).to_have_count(1)
    expect(stage.get("picker-row")).to_contain_text("/memory show")


def test_arrows_move_tab_chooses_and_escape_leaves(stage: Stage) -> None:
    composer = stage.get("composer")
    composer.fill("/")
    composer.press("ArrowDown")
    expect(stage.get("picker-row").nth(1)).to_have_attribute("aria-selected", "true")
    composer.press("ArrowUp")
    composer.press("ArrowUp")
    expect(stage.get("picker-row").last).to_have_attribute("aria-selected", "true")
    composer.press("Escape")
    expect(stage.get("picker")).to_have_count(0)
    composer.fill("/ask")
    composer.press("Tab")
    expect(stage.option("prompt")).to_be_focused()
    stage.page.keyboard.press("Escape")
    expect(stage.get("command-form")).to_have_count(0)
    expect(composer).to_be_focused()


def test_text_after_the_name_fills_the_first_text_option(stage: Stage) -> None:
    stage.run("ask why is it so?")
    expect(stage.message("why is it so?")).to_contain_text("the long story")


def test_options_can_be_written_out_by_name(stage: Stage) -> None:
    stage.run("ask prompt: how so? words: 50 tone: Warm")
    expect(stage.message("the long story")).to_contain_text("how so? · warm · 50")


def test_a_command_typed_key_by_key_becomes_its_form(stage: Stage) -> None:
    stage.get("composer").press_sequentially("/ask ")
    expect(stage.option("prompt")).to_be_focused()
    stage.page.keyboard.type("prompt: slowly words: 70")
    expect(stage.option("prompt")).to_have_value("slowly")
    expect(stage.option("words")).to_have_value("70")
    stage.page.keyboard.press("Enter")
    expect(stage.message("the long story")).to_contain_text("slowly · 70")


def test_required_options_stand_there_and_others_are_added(stage: Stage) -> None:
    stage.begin("ask")
    expect(stage.get("option")).to_have_count(1)
    expect(stage.get("options-more")).to_have_text("+3 more")
    stage.get("options-more").click()
    stage.get("option-add").filter(has_text="words").click()
    expect(stage.option("words")).to_be_focused()
    expect(stage.get("option")).to_have_count(2)


def test_what_is_missing_or_out_of_range_is_said_before_sending(stage: Stage) -> None:
    stage.begin("ask")
    stage.page.keyboard.press("Enter")
    prompt = stage.get("option").filter(has_text="prompt")
    expect(prompt).to_contain_text("This option is required.")
    stage.option("prompt").fill("x")
    expect(prompt).not_to_contain_text("required")
    stage.get("options-more").click()
    stage.get("option-add").filter(has_text="words").click()
    stage.option("words").fill("5")
    stage.option("words").press("Enter")
    expect(stage.get("option").filter(has_text="words")).to_contain_text("At least 10.")
    stage.option("words").fill("many")
    stage.option("words").press("Enter")
    expect(stage.get("option").filter(has_text="words")).to_contain_text("Type a number.")
    expect(stage.get("message")).to_have_count(0)


def test_choices_people_places_and_yes_or_no_are_chosen_from_lists(stage: Stage) -> None:
    stage.begin("details")
    stage.option("person").click()
    stage.get("dropdown-option").filter(has_text="ada").click()
    stage.option("loud").click()
    stage.get("dropdown-option").filter(has_text="True").click()
    stage.option("amount").fill("2.5")
    stage.get("option-add").filter(has_text="place").click()
    stage.page.keyboard.press("Enter")
    stage.get("dropdown-option").filter(has_text="pictures").click()
    stage.get("send").click()
    expect(stage.message("ada True 2.5 pictures")).to_be_visible()


def test_completions_come_from_the_bot(stage: Stage) -> None:
    stage.begin("find")
    expect(stage.get("picker-row")).to_have_count(6)
    stage.option("colour").press_sequentially("cr")
    expect(stage.get("picker-row")).to_have_text(["crimson"])
    stage.page.keyboard.press("Enter")
    expect(stage.option("colour")).to_have_value("crimson")
    stage.page.keyboard.press("Enter")
    expect(stage.message("Found crimson.")).to_be_visible()


def test_a_file_option_sends_its_file(stage: Stage, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("thyme\n" * 5)
    stage.begin("echo")
    stage.option("file").set_input_files(seeds)
    expect(stage.get("option")).to_contain_text("seeds.txt")
    stage.get("send").click()
    answer = stage.message("seeds.txt, 30 bytes")
    expect(answer.get_by_test_id("file")).to_contain_text("30 bytes")


def test_subcommands_are_called_by_their_full_name(stage: Stage) -> None:
    stage.run("memory forget")
    expect(stage.message("Forgotten.")).to_be_visible()
    expect(stage.message("Forgotten.").get_by_test_id("used-line")).to_contain_text("/memory forget used by You")


def test_a_newcomer_is_told_where_to_begin(stage: Stage) -> None:
    expect(stage.get("invitation")).to_contain_text("Type / to see what the bot can do")
    expect(stage.get("example")).to_have_count(3)
    stage.get("example").filter(has_text="/ask").click()
    expect(stage.option("prompt")).to_be_focused()


def test_silence_of_the_bot_is_said_and_can_be_retried_or_dismissed(stage: Stage) -> None:
    stage.run("silence")
    expect(stage.get("pending")).to_contain_text("Sending…")
    expect(stage.get("failure")).to_have_text("The application did not respond")
    stage.get("pending").get_by_text("Try again").click()
    expect(stage.get("pending")).to_contain_text("Sending…")
    expect(stage.get("failure")).to_have_count(1)
    stage.get("pending").get_by_text("Dismiss").click()
    expect(stage.get("pending")).to_have_count(0)
