"""What is said about orders: one clear sentence each, whatever the facts."""

from __future__ import annotations

import pytest

from bot.errors import InputError
from bot.ui import text
from bot.ui.sentences import orders as sentences

FACTS = {"count": 3, "limit": 3}
PHASES = ("queued", "cooling", "generating", "upscaling", "fetching", "fitting", "uploading")
ENDS = ("done", "failed", "cancelled", "interrupted", "continued")


@pytest.mark.parametrize("code", sentences.INPUT)
def test_every_refusal_is_a_sentence_of_its_own(code: str) -> None:
    said = text.sentence(InputError(code, **FACTS))
    assert said.endswith(".")
    assert "{" not in said
    assert "\n" not in said


def test_too_many_orders_are_counted() -> None:
    said = text.sentence(InputError("orders_many", count=3, limit=2))
    assert "under way or in line: 3. I take 2 at a time" in said


def test_every_phase_has_a_title_of_its_own() -> None:
    titles = {sentences.title(kind, phase) for kind in ("picture", "clip") for phase in PHASES + ENDS}
    assert len(titles) == 2 * len(PHASES + ENDS)


@pytest.mark.parametrize(
    ("place", "wait", "said"),
    [
        (1, "", "Next in line"),
        (2, "5 s", "2nd in line · about 5 s until it begins"),
        (3, "2 min", "3rd in line · about 2 min until it begins"),
        (11, "", "11th in line"),
        (112, "", "112th in line"),
        (121, "", "121st in line"),
        (None, "5 s", "In line · about 5 s until it begins"),
    ],
)
def test_the_place_in_line_is_said(place: int | None, wait: str, said: str) -> None:
    assert sentences.in_line(place, wait) == said


def test_the_pings_mention_one_person_and_lead_to_the_card() -> None:
    link = "https://discord.com/channels/1/2/3"
    assert sentences.done_ping(1, "clip", link) == f"<@1> your clip is ready: {link}"
    assert sentences.done_ping(1, "picture", link, count=4) == f"<@1> your 4 pictures are ready: {link}"
    assert sentences.failed_ping(1, "picture", link) == f"<@1> your picture could not be made: {link}"
    assert sentences.interrupted_ping(1, "clip", link).endswith(f"costs you nothing: {link}")


def test_a_ping_without_a_link_is_a_sentence() -> None:
    assert sentences.done_ping(7, "clip") == "<@7> your clip is ready."


@pytest.mark.parametrize("reason", ["deleted", "forbidden", "unreachable"])
def test_what_goes_by_direct_message_says_where_it_was_ordered(reason: str) -> None:
    assert "#general" in sentences.handed_over(reason, "#general")


def test_a_clip_too_large_says_how_large_and_whether_it_can_be_had() -> None:
    linked = sentences.too_large("clip", "38.2 MiB", "10.0 MiB", has_link=True)
    alone = sentences.too_large("clip", "38.2 MiB", "10.0 MiB", has_link=False)
    assert "38.2 MiB, and Discord takes 10.0 MiB" in linked
    assert "can be fetched" in linked
    assert "no public link" in alone


def test_a_wait_for_an_account_says_for_how_long() -> None:
    assert sentences.cooling("40 s").endswith("I go on by myself in about 40 s.")
    assert sentences.cooling("").endswith("as soon as it is ready.")


def test_the_wish_to_be_pinged_is_confirmed() -> None:
    assert "no longer" in sentences.notify_set(is_on=False)
    assert "no longer" not in sentences.notify_set(is_on=True)
