"""`grokcord demo` as a newcomer meets it: the very bot, in a real browser.

With GROKCORD_SHOTS=folder the screenshots are kept; those in the README come from here.
"""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.demo import OPEN_WITHIN_S, enter, finished, use
from tests.page.world import eventually

pytestmark = [pytest.mark.page, pytest.mark.e2e]

CLIP_WITHIN_MS = 60_000


def test_typing_a_slash_offers_every_command(page: Page, shots: Path) -> None:
    enter(page, "help")
    page.get_by_test_id("composer").press_sequentially("/")
    offered = page.get_by_test_id("picker-row")
    expect(offered.filter(has_text="/ask")).to_be_visible()
    texts = "\n".join(offered.all_inner_texts())
    page.screenshot(path=shots / "commands.png")
    for command in ("/ask", "/imagine", "/video", "/notify", "/memory show", "/memory forget", "/models", "/status"):
        assert command in texts


def test_an_answer_writes_itself(page: Page, shots: Path) -> None:
    enter(page, "general")
    message = use(page, "ask Why do leaves turn red in autumn?")
    lengths: list[int] = []

    def is_done() -> bool:
        lengths.append(len(message.inner_text()))
        return message.get_by_test_id("component-button").filter(has_text="Reply").count() > 0

    eventually(is_done, within_s=40)
    page.screenshot(path=shots / "ask.png")
    assert len({length for length in lengths if length > 100}) >= 3
    expect(message).to_contain_text("Why do leaves turn red in autumn?")


def test_reply_carries_the_conversation_on(page: Page, shots: Path) -> None:
    enter(page, "help")
    answer = finished(use(page, "ask What is a tide?"))
    answer.get_by_test_id("component-button").filter(has_text="Reply").click(timeout=CLIP_WITHIN_MS)
    page.get_by_test_id("modal-input").fill("And a neap tide?")
    page.screenshot(path=shots / "reply.png")
    page.get_by_test_id("modal-submit").click()
    reply = page.get_by_test_id("message").filter(has_text="And a neap tide?").last
    finished(reply)


def test_a_private_answer_says_so(page: Page, shots: Path) -> None:
    enter(page, "help")
    message = use(page, "status")
    expect(message).to_contain_text("Grok answers")
    expect(message.get_by_test_id("dismiss")).to_be_visible()
    page.screenshot(path=shots / "status.png")


def test_ctrl_c_stops_all_three_cleanly(demo: tuple[subprocess.Popen[str], str]) -> None:
    process, _ = demo
    children = children_of(process.pid)
    assert len(children) == 3
    process.send_signal(signal.SIGINT)
    assert process.wait(OPEN_WITHIN_S) == 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
