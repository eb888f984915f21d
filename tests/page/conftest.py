"""A real Chromium on the page of a real local Discord that a real discord.py bot is connected to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.page.demo import running_demo
from tests.page.stage import Stage
from tests.page.world import CHROMIUM_FLAGS, NO_CHROMIUM, Place, find_chromium, running_bot, running_sandbox

WIDE = (1280, 800)
PATIENCE_MS = 8000
# What Chromium itself says of an answer that is no success, or of a local Discord that has ended; not of the page.
NOT_REACHED = ("Failed to load resource", "WebSocket connection to")
Open = Callable[..., Stage]


# For the package, not the session: a running Playwright makes asyncio believe a loop runs, which other tests meet.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def empty_place() -> Iterator[Place]:
    """A local Discord that no bot has found yet."""
    with running_sandbox() as place:
        yield place


@pytest.fixture(scope="package")
def place() -> Iterator[Place]:
    with running_sandbox() as place, running_bot(place):
        yield place


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go; GROKCORD_SHOTS keeps them."""
    folder = Path(os.environ.get("GROKCORD_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str, tuple[int, int]], Page]]:
    """Open addresses in fresh windows; a script error or a broken content policy fails the test."""
    problems: list[str] = []
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NOT_REACHED):
            problems.append(message.text)

    def open_at(url: str, size: tuple[int, int] = WIDE) -> Page:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=1,
            permissions=["clipboard-read", "clipboard-write"],
            locale="en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", note)
        page.goto(url)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_stage(open_page: Callable[..., Page], place: Place) -> Open:
    """Open a channel nobody wrote in yet."""

    def open_at(size: tuple[int, int] = WIDE, *, person: str = "you", channel: str | None = None) -> Stage:
        return Stage.open(open_page, place, person, channel, size)

    return open_at


@pytest.fixture
def stage(open_stage: Open) -> Stage:
    return open_stage()


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running demo, and the address it printed."""
    with running_demo() as started:
        yield started


@pytest.fixture
def page(demo: tuple[subprocess.Popen[str], str], open_page: Callable[..., Page]) -> Page:
    """A window on the demo."""
    return open_page(demo[1])
