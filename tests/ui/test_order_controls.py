from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.controls import MOST_ID, find_control
from bot.ui.order_controls import (
    ORDER_ACTIONS,
    OrderAction,
    OrderButtons,
    OrderControl,
    button_link,
    find_order_control,
    order_custom_id,
)


@pytest.mark.parametrize("action", get_args(OrderAction))
@pytest.mark.parametrize("key", ["1", "42", str(MOST_ID)])
def test_a_button_finds_its_order_again(action: OrderAction, key: str) -> None:
    control = OrderControl(action, key)
    assert find_order_control(order_custom_id(control)) == control
    assert len(order_custom_id(control)) <= 100
    assert find_control(order_custom_id(control)) is None  # the buttons of answers are others


@pytest.mark.parametrize(
    "written",
    [
        "grokcord:order:2:cancel:5",
        "grokcord:order:1:cancel:",
        "grokcord:order:1:cancel:0",
        "grokcord:order:1:cancel:05",
        "grokcord:order:1:cancel:-5",
        "grokcord:order:1:cancel:5\n",
        "grokcord:order:1:cancel:5:1",
        "grokcord:order:1:cancel:٥",
        f"grokcord:order:1:cancel:{MOST_ID + 1}",
        "grokcord:order:1:explode:5",
        "grokcord:order:1::5",
        "grokcord:cancel:1:5",
        "",
    ],
)
def test_a_forged_or_old_custom_id_belongs_to_no_order(written: str) -> None:
    assert find_order_control(written) is None


@given(
    st.text(max_size=90), st.sampled_from([*sorted(ORDER_ACTIONS), "", "x"]), st.text("0123456789:-٥\n", max_size=25)
)
def test_no_custom_id_breaks_the_reading(noise: str, action: str, key: str) -> None:
    for written in (f"grokcord:order:1:{action}:{key}", f"grokcord:order:{noise}", noise):
        found = find_order_control(written)
        if found is not None:
            assert found.action in ORDER_ACTIONS
            assert 0 < int(found.key) <= MOST_ID
            assert order_custom_id(found) == written


def test_all_the_buttons_a_card_can_have_fit_one_row() -> None:
    buttons = OrderButtons("9" * 18, ("retry", "resend", "delete"), link="https://example.org/clip.mp4")
    row = buttons.build()
    assert row is not None
    shown = [button.get("label") or button["emoji"]["name"] for button in row.to_component_dict()["components"]]
    assert shown == ["Retry", "Resend", "Original", "🗑️"]


def test_without_anything_to_press_there_is_no_row() -> None:
    assert OrderButtons("5").build() is None


@pytest.mark.parametrize(
    ("link", "is_kept"),
    [
        ("https://example.org/a.mp4?sig=1&x=%20", True),
        ("http://127.0.0.1:8000/a.mp4", True),
        ("javascript:alert(1)", False),
        ("https://example.org/a(1).mp4", True),
        ("https://example.org/a b", False),
        ("https://example.org/\u202egnp.exe", False),
        ("https://example.org/||@everyone||", False),
        ("https://example.org/) **free** [x](https://evil.example", False),
        ("https://example.org/" + "a" * 512, False),
        ("", False),
    ],
)
def test_a_button_leads_only_to_web_addresses_discord_takes(link: str, is_kept: bool) -> None:
    assert button_link(link) == (link if is_kept else "")
