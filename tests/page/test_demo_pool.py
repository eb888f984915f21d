"""The pool of accounts in the demo, as the owner of the bot uses it in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.demo import button, enter, use

pytestmark = [pytest.mark.page, pytest.mark.e2e]

TOKENS = ("sso-0123456789abcdef-ab12", "sso-fedcba9876543210-cd34")


def add(page: Page, *tokens: str) -> None:
    """Fill the form in that `/grok add` opens."""
    page.get_by_test_id("composer").fill("/grok add")
    page.get_by_test_id("composer").press("Enter")
    expect(page.get_by_test_id("command-form")).to_be_visible()
    page.get_by_test_id("send").click()
    page.get_by_test_id("modal-input").fill("\n".join(tokens))
    page.get_by_test_id("modal-submit").click()


def test_accounts_are_listed_added_and_removed(page: Page, shots: Path) -> None:
    enter(page, "help")
    expect(use(page, "grok tokens")).to_contain_text("3 accounts · 3 active")
    add(page, *TOKENS)
    expect(page.get_by_test_id("message").last).to_contain_text("Added to ssoBasic: 2.")
    asked = use(page, "grok remove ab12")
    expect(asked).to_contain_text("(…ab12)? The server forgets its token.")
    page.screenshot(path=shots / "pool-remove.png")
    button(asked, "Remove").click()
    expect(asked).to_contain_text("Removed: ")
    expect(asked.get_by_test_id("component-button")).to_have_count(0)
    listed = use(page, "grok tokens")
    expect(listed).to_contain_text("4 accounts · 4 active")
    expect(listed).to_contain_text("(…cd34)")
    expect(listed.get_by_test_id("dismiss")).to_be_visible()
    page.screenshot(path=shots / "pool.png")
    assert not [token for token in TOKENS if token in page.content()]


def test_nobody_but_administrators_is_offered_it(page: Page) -> None:
    enter(page, "help")
    page.get_by_test_id("person-switcher").click()
    page.get_by_test_id("act-as-ada").click()
    expect(page.get_by_test_id("person-switcher")).to_contain_text("ada")
    page.get_by_test_id("composer").press_sequentially("/")
    offered = page.get_by_test_id("picker-row")
    expect(offered.filter(has_text="/ask")).to_be_visible()
    expect(offered.filter(has_text="/grok")).to_have_count(0)
