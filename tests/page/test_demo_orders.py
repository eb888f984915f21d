"""Orders in `grokcord demo` as a newcomer sees them: the very bot, in a real browser.

With GROKCORD_SHOTS=folder the screenshots are kept; those of orders in the README come from here.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.page.demo import button, enter, use
from tests.page.world import eventually

pytestmark = [pytest.mark.page, pytest.mark.e2e]

ENDS_WITHIN_MS = 60_000
TALL: ViewportSize = {"width": 1280, "height": 920}
PERCENT = re.compile(r"(\d+) %")


def phase(card: Locator) -> str:
    """Return what a card says of itself: "in line", "generating", "done"…"""
    found = re.search(r"(?:Picture|Clip) · ([a-z ]+)", card.inner_text())
    return found[1].strip() if found else ""


def ping_below(card: Locator) -> Locator:
    """Return the message that pings for this card."""
    return card.page.get_by_test_id("message").filter(has_text="ready:").last


def in_view(page: Page) -> Image.Image:
    """Return the messages as they are seen now."""
    return Image.open(io.BytesIO(page.locator(".log-scroll").screenshot()))


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return two pictures as one, in few colours, so that it stays small."""
    height = max(left.height, right.height)
    both = Image.new("RGB", (left.width + right.width, height), left.convert("RGB").getpixel((1, 1)))
    both.paste(left, (0, height - left.height))
    both.paste(right, (left.width, height - right.height))
    return both.quantize(256, dither=Image.Dither.NONE)


def test_one_message_goes_through_its_states_to_a_clip_that_plays(page: Page, shots: Path) -> None:
    enter(page, "clips")
    card = use(page, "video a paper boat crossing a moonlit lake")
    percents: list[int] = []
    phases: list[str] = []

    def has_clip() -> bool:
        percents.extend(int(found) for found in PERCENT.findall(card.inner_text()))
        phases.append(phase(card))
        if percents and percents[-1] > 30 and not (shots / "video-progress.png").exists():
            page.screenshot(path=shots / "video-progress.png")
        return card.locator("video").count() > 0

    eventually(has_clip, within_s=60)
    card.locator("video").evaluate("video => { video.muted = true; return video.play(); }")
    eventually(lambda: card.locator("video").evaluate("video => video.currentTime > 0.3"))
    expect(ping_below(card)).to_be_visible(timeout=ENDS_WITHIN_MS)
    page.screenshot(path=shots / "video.png")
    assert percents == sorted(percents)
    assert len(set(percents)) >= 3
    assert "generating" in phases
    assert phase(card) == "done"
    assert page.get_by_test_id("message").count() == 2


def test_cancel_and_then_retry(page: Page, shots: Path) -> None:
    enter(page, "clips")
    card = use(page, "video a train in the snow")
    expect(card).to_contain_text("generating", timeout=ENDS_WITHIN_MS)
    button(card, "Cancel").click()
    expect(card).to_contain_text("Cancelled. Nothing was charged.", timeout=ENDS_WITHIN_MS)
    card.screenshot(path=shots / "demo-cancelled.png")
    button(card, "Retry").click()
    expect(card).to_contain_text("generating", timeout=ENDS_WITHIN_MS)
    expect(card.locator("video")).to_be_visible(timeout=ENDS_WITHIN_MS)
    expect(button(card, "Again")).to_be_visible()


def test_four_pictures_appear_in_one_card(page: Page, shots: Path) -> None:
    enter(page, "pictures")
    card = use(page, "imagine prompt: a fox asleep under northern lights count: 4")
    pictures = card.locator(".container img")
    expect(pictures).to_have_count(4, timeout=ENDS_WITHIN_MS)
    eventually(lambda: pictures.evaluate_all("list => list.every(each => each.complete && each.naturalWidth > 0)"))
    expect(ping_below(card)).to_contain_text("your 4 pictures are ready", timeout=ENDS_WITHIN_MS)
    page.screenshot(path=shots / "imagine.png")


def test_who_orders_much_waits_in_line_and_is_pinged_when_it_is_done(page: Page, shots: Path) -> None:
    enter(page, "general")
    names = ("a hot-air balloon at sunrise", "a koi pond", "a street in the rain", "a windmill")
    cards = [use(page, f"video {name}") for name in names]
    expect(cards[2]).to_contain_text("Next in line", timeout=ENDS_WITHIN_MS)
    expect(cards[3]).to_contain_text("2nd in line", timeout=ENDS_WITHIN_MS)
    page.screenshot(path=shots / "demo-queue.png")
    for card in cards:
        expect(card.locator("video")).to_be_visible(timeout=2 * ENDS_WITHIN_MS)
    ping = ping_below(cards[3])
    expect(ping.locator(".mention").first).to_have_text("@You")
    page.screenshot(path=shots / "demo-ping.png")


def test_a_queue_and_what_comes_of_an_order_in_one_picture_for_the_readme(page: Page, shots: Path) -> None:
    page.set_viewport_size(TALL)
    enter(page, "pictures")
    pings = page.get_by_test_id("message").filter(has_text="ready:")
    before = pings.count()
    done = use(page, "imagine prompt: a lighthouse on a cliff count: 4")
    expect(done.locator(".container img")).to_have_count(4, timeout=ENDS_WITHIN_MS)
    expect(pings).to_have_count(before + 1, timeout=ENDS_WITHIN_MS)
    eventually(lambda: done.locator(".container img").evaluate_all("list => list.every(each => each.complete)"))
    seen, log, box = in_view(page), page.locator(".log-scroll").bounding_box(), done.bounding_box()
    assert log is not None
    assert box is not None
    result = seen.crop((0, round(box["y"] - log["y"]), seen.width, seen.height))  # without what came before
    enter(page, "help")
    names = ("a balloon at sunrise", "a koi pond", "a street in the rain", "a windmill")
    cards = [use(page, f"video {name}") for name in names]
    places = ("generating", "generating", "Next in line", "2nd in line")
    eventually(lambda: all(place in card.inner_text() for card, place in zip(cards, places, strict=True)), within_s=40)
    beside(in_view(page), result).save(shots / "orders.png", optimize=True)
    assert (shots / "orders.png").stat().st_size < 200_000


def test_what_went_wrong_is_one_sentence_with_a_retry(page: Page, shots: Path) -> None:
    enter(page, "help")
    card = use(page, "video a locked box [[video_mod]]")
    expect(card).to_contain_text("Grok withheld the result.", timeout=ENDS_WITHIN_MS)
    expect(button(card, "Retry")).to_be_visible()
    page.screenshot(path=shots / "demo-failed.png")
