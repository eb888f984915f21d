from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.controls import ACTIONS, MOST_ID, AnswerControls, Control, DeleteChoice, custom_id, find_control


def labels(controls: AnswerControls) -> list[list[str]]:
    return [
        [button.get("label") or button["emoji"]["name"] for button in row["components"]]
        for row in controls.build().to_components()
    ]


@pytest.mark.parametrize("action", sorted(ACTIONS - {"older", "newer"}))
@pytest.mark.parametrize("key", ["1", str(MOST_ID), "p0", f"p{2**62:x}"])
def test_a_button_is_found_by_its_custom_id(action: str, key: str) -> None:
    control = Control(action, key)  # type: ignore[arg-type]  # one of ACTIONS
    assert find_control(custom_id(control)) == control
    assert len(custom_id(control)) <= 100


def test_leafing_buttons_name_the_version() -> None:
    assert find_control(custom_id(Control("older", "5", "2"))) == Control("older", "5", "2")


def test_the_released_reply_button_is_known() -> None:
    assert find_control("grokcord:reply:1") == Control("reply", "")


@pytest.mark.parametrize(
    "written",
    [
        "grokcord:regenerate:1:5",
        "grokcord:regenerate:3:5",
        "grokcord:regenerate:2:",
        "grokcord:regenerate:2:-1",
        "grokcord:regenerate:2:x",
        f"grokcord:regenerate:2:{MOST_ID + 1}",
        "grokcord:regenerate:2:5:1",
        "grokcord:older:2:5",
        "grokcord:explode:2:5",
        "grokcord:regenerate:2:5\n",
        "grokcord:regenerate:2:\u0665",
        "other:regenerate:2:5",
        "",
    ],
)
def test_a_forged_or_old_custom_id_is_nobodys(written: str) -> None:
    assert find_control(written) is None


@given(st.text(max_size=100))
def test_no_custom_id_breaks_the_reading(rest: str) -> None:
    assert find_control(f"grokcord:{rest}") is None or ":" in rest


def test_while_it_is_written_there_is_only_stop() -> None:
    assert labels(AnswerControls("1", is_writing=True)) == [["Stop"]]


def test_a_plain_answer_has_one_row() -> None:
    assert labels(AnswerControls("1", can_branch=True)) == [["Reply", "Regenerate", "Try with…", "Branch", "🗑️"]]


def test_versions_and_thoughts_stand_in_a_second_row() -> None:
    row = labels(AnswerControls("1", version=2, versions=3, has_thoughts=True))[1]
    assert row == ["‹", "2/3", "›", "Thoughts", "🗑️"]


def test_an_answer_that_did_not_end_well_can_be_retried() -> None:
    assert labels(AnswerControls("1", can_retry=True))[0][1] == "Retry"


def test_at_either_end_there_is_nothing_to_leaf_to() -> None:
    for version, off in ((1, "‹"), (3, "›")):
        row = AnswerControls("1", version=version, versions=3).build().to_components()[1]["components"]
        assert [button["label"] for button in row if button.get("label") and button.get("disabled")] == (
            [off, "1/3"] if version == 1 else ["3/3", off]
        )


def test_a_private_answer_offers_nothing_that_needs_the_channel() -> None:
    shown = labels(AnswerControls("p1", is_private=True, has_thoughts=True))
    assert shown == [["Regenerate", "Try with…"], ["Thoughts"]]


@given(
    st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.integers(1, 99), st.integers(1, 99)
)
def test_every_row_fits_discord(
    can_continue: bool, can_retry: bool, can_branch: bool, has_thoughts: bool, is_private: bool, version: int, more: int
) -> None:
    controls = AnswerControls(
        "9" * 19,
        version=version,
        versions=version + more - 1,
        can_continue=can_continue,
        can_retry=can_retry,
        can_branch=can_branch,
        has_thoughts=has_thoughts,
        is_private=is_private,
    )
    rows = controls.build().to_components()
    assert 1 <= len(rows) <= 5
    assert all(1 <= len(row["components"]) <= 5 for row in rows)
    ids = [button["custom_id"] for row in rows for button in row["components"]]
    assert len(ids) == len(set(ids))


def test_deleting_is_one_red_button() -> None:
    [row] = DeleteChoice("1").build().to_components()
    assert [(button["label"], button["style"]) for button in row["components"]] == [("Delete for good", 4)]
