"""How a memory reads."""

from __future__ import annotations

import discord
import pytest

from bot.ui import text
from bot.ui.face import MESSAGE_LIMIT_CHARS
from bot.ui.memory import (
    MemoryControl,
    ShownMemory,
    ShownRow,
    custom_id,
    edit_form,
    find_memory_control,
    memory_page,
    memory_view,
)
from bot.ui.sentences import memory as sentences


def memory(turns: int, said: str = "moss") -> ShownMemory:
    return ShownMemory(
        [ShownRow(number, "Ann", f"{said} {number}", 12, False) for number in range(1, turns + 1)], "All"
    )


def buttons(view: discord.ui.View) -> dict[str | None, str | None]:
    return {item.label: item.custom_id for item in view.children if isinstance(item, discord.ui.Button)}


def test_first_page_holds_the_newest_and_later_ones_all_the_others() -> None:
    shown = memory(12)
    pages = [[at for at, _ in shown.page(number)] for number in range(shown.pages)]
    assert pages == [[8, 9, 10, 11, 12], [3, 4, 5, 6, 7], [1, 2]]


def test_page_tells_number_pin_speaker_size_and_words_of_each() -> None:
    shown = ShownMemory(
        [ShownRow(None, "Summary of 25 turns", "mosses", 30, False), ShownRow(7, "A*n", "q", 1200, True)], "All"
    )
    assert memory_page(shown, 0) == (
        "All\n`1` **Summary of 25 turns** · 30 tokens\n> mosses\n`2` 📌 **A\\*n** · 1,200 tokens\n> q"
    )


def test_header_tells_turns_pins_summary_and_tokens() -> None:
    figures = {"turns": 12, "stored": 40, "pinned": 2, "summarised": 25, "tokens": 1930, "budget": 6000}
    assert sentences.header(**figures) == (
        "**12 of 40 turns** go along with the next question, 2 pinned, summary of 25, "
        "about 1,930 tokens (estimate) of 6,000"
    )
    assert sentences.header(**figures, pictures=1, system_tokens=200).endswith(
        "of 6,000, 1 picture\n-# Before it: my instructions and persona, about 200 tokens"
    )


def test_memory_of_nothing_says_so_and_has_no_buttons() -> None:
    assert memory_page(ShownMemory([], "All"), 3) == text.MEMORY_EMPTY
    assert memory_view(ShownMemory([], "All"), 3).children == []


@pytest.mark.parametrize("said", ["x" * 4000, "*_~`|" * 900, "@everyone " * 400, "👋" * 4000, "\n\n" * 2000])
def test_page_fits_into_a_message_whatever_was_said(said: str) -> None:
    shown = memory(5, said)
    assert 0 < len(memory_page(shown, 0, picked=5)) <= MESSAGE_LIMIT_CHARS
    options = next(item.options for item in memory_view(shown, 0).children if isinstance(item, discord.ui.Select))
    assert all(0 < len(option.label) <= 100 for option in options)


def test_turn_is_found_on_the_page_to_which_it_moved() -> None:
    shown = memory(6)
    assert [shown.page_of(turn_id, 7) for turn_id in (1, 2, 6, 99, None)] == [1, 0, 0, 7, 7]


def test_page_beyond_the_last_is_the_last() -> None:
    assert memory_page(memory(6), 9) == memory_page(memory(6), 1)
    assert memory_page(memory(6), -1) == memory_page(memory(6), 0)


def test_picked_turn_can_be_pinned_edited_and_deleted() -> None:
    view = memory_view(memory(6), 0, picked=4)
    assert buttons(view) == {
        "Pin 4": "grokcord:memory:2:pin:0:4",
        "Edit 4": "grokcord:memory:2:edit:0:4",
        "Delete 4": "grokcord:memory:2:delete:0:4",
        "‹ Older": "grokcord:memory:2:older:0:0",
        "Newer ›": "grokcord:memory:2:newer:0:0",
    }
    assert "**Picked: `4`, as I am told it**\n> moss 4" in memory_page(memory(6), 0, picked=4)


def test_picked_turn_is_shown_line_by_line_as_the_model_is_told_it() -> None:
    told = "[ann] wrote:\n> moss\n> fern " + "x" * 700
    row = ShownRow(7, "ann", "moss", 300, False, told, pictures=2)
    shown = memory_page(ShownMemory([row], "All"), 0, picked=7)
    assert "· 300 tokens, 2 pictures\n> moss\n" in shown
    assert shown.endswith("> \\[ann\\] wrote:\n> \\> moss\n> \\> fern " + "x" * 700)


def test_pinned_turn_can_be_unpinned() -> None:
    assert "Unpin 1" in buttons(memory_view(ShownMemory([ShownRow(9, "Ann", "q", 1, True)], "All"), 0, picked=9))


def test_turn_that_is_not_on_the_page_cannot_be_changed_there() -> None:
    assert list(buttons(memory_view(memory(6), 0, picked=1))) == ["‹ Older", "Newer ›"]
    assert "Picked" not in memory_page(memory(6), 0, picked=1)


def test_ends_of_the_pages_cannot_be_passed() -> None:
    def disabled(number: int) -> list[bool]:
        view = memory_view(memory(11), number)
        return [item.disabled for item in view.children if isinstance(item, discord.ui.Button)]

    assert [disabled(number) for number in range(3)] == [[False, True], [False, False], [True, False]]
    assert buttons(memory_view(memory(5), 0)) == {}


async def test_views_and_forms_stay_nowhere_in_the_process() -> None:
    assert memory_view(memory(6), 0).is_finished()
    assert edit_form(MemoryControl("edit", 0, 7), "said", 4000).is_finished()


def test_form_holds_what_was_said_and_tells_which_turn_it_is_for() -> None:
    form = edit_form(MemoryControl("edit", 2, 7), "said", 4000).to_dict()
    assert form["custom_id"] == "grokcord:memory:2:save:2:7"
    assert form["components"][0]["component"]["value"] == "said"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "grokcord:memory:1:pin:0:4",
        "grokcord:memory:2:burn:0:4",
        "grokcord:memory:2:pin:0:4:5",
        "grokcord:memory:2:pin:-1:4",
        "grokcord:memory:2:pin:0:" + "9" * 19,
        "grokcord:stop:2:4",
    ],
)
def test_forged_buttons_are_none(written: str) -> None:
    assert find_memory_control(written) is None


def test_buttons_are_found_again_by_what_discord_was_told() -> None:
    control = MemoryControl("delete", 3, 2**53)
    assert find_memory_control(custom_id(control)) == control
