from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page.conftest import Open

NARROW = (390, 800)

pytestmark = pytest.mark.page


def test_a_conversation_fits_wide_and_narrow_screens(open_stage: Open, shots: Path) -> None:
    stage = open_stage()
    stage.say("ada", "Has anybody seen why the maples turn so early this year?")
    stage.run("ask why do leaves turn red?")
    expect(stage.message("the long story")).to_be_visible()
    stage.run("pictures")
    expect(stage.message("Four evenings").locator("img")).to_have_count(4)
    stage.page.screenshot(path=shots / "conversation-wide.png")
    narrow = open_stage(NARROW, channel=stage.channel_id)
    expect(narrow.message("Four evenings")).to_be_visible()
    assert narrow.page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    narrow.page.screenshot(path=shots / "conversation-narrow.png")
