"""`grokcord demo` in a browser: started, entered, and used as people do."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.page.world import ROOT, eventually

OPEN_WITHIN_S = 40
ANSWER_WITHIN_MS = 60_000


@contextmanager
def running_demo() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the demo; its process and the address it prints."""
    command = [sys.executable, "-m", "bot", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        yield process, next(line.strip() for line in lines if "http://" in line)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(OPEN_WITHIN_S)


def enter(page: Page, channel: str) -> None:
    """Go to a channel, and wait until what was written there stands in it."""
    page.get_by_test_id("channel").filter(has_text=channel).first.click()
    expect(page.get_by_test_id("channel-title")).to_contain_text(channel)
    expect(page.get_by_test_id("welcome")).to_contain_text(channel)  # above the first message, once all are there


def use(page: Page, command: str) -> Locator:
    """Type a command with its text; the message it leads to."""
    before = page.get_by_test_id("message").count()
    page.get_by_test_id("composer").fill(f"/{command}")
    page.get_by_test_id("composer").press("Enter")
    form, messages = page.get_by_test_id("command-form"), page.get_by_test_id("message")

    def is_sent() -> bool:
        # An Enter would take the first suggestion where there are some, and a click meets nothing when they come then.
        if messages.count() == before and form.is_visible():
            page.get_by_test_id("send").click()
        return messages.count() > before

    eventually(is_sent)
    expect(messages).to_have_count(before + 1)
    return pinned(messages.last)


def pinned(message: Locator) -> Locator:
    """Return a message by its id: it stays the one it is when others come below it."""
    return message.page.locator(f'[data-message-id="{message.get_attribute("data-message-id")}"]')


def button(message: Locator, label: str) -> Locator:
    """Return a button below a message."""
    return message.get_by_test_id("component-button").filter(has_text=label)


def finished(message: Locator) -> Locator:
    """Wait until an answer has the buttons of one that is finished."""
    expect(button(message, "Regenerate").or_(button(message, "Retry")).first).to_be_visible(timeout=ANSWER_WITHIN_MS)
    return message


def point(message: Locator, command: str) -> None:
    """Use a command on a message: right click, Apps."""
    page = message.page
    message.get_by_test_id("message-content").first.click(button="right")
    page.get_by_test_id("menu-apps").click()
    page.get_by_test_id("menu-app").filter(has_text=command).click()
