"""The main job end to end: bot, local Discord and demo Grok server as processes of their own."""

from __future__ import annotations

import io
import re

import aiohttp
import pytest
from PIL import Image

from tests.e2e.demo import Demo
from tests.e2e.openapi import DiscordApi, description_path
from tests.e2e.orders import DONE, history, names, order, percents, phase
from tests.e2e.person import EPHEMERAL, Json, Person, eventually, is_finished, said, texts
from tests.e2e.processes import Stack
from tests.sandbox_grok.serving import png

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


def words(number: int) -> str:
    """Return what the demo Grok server writes for `[[tokens=number]]`."""
    return " ".join(f"w{index}" for index in range(number))


async def test_an_answer_is_seen_growing_and_ends_complete(you: Person) -> None:
    channel = await you.channel("general")
    interaction = await you.ask(channel, "[[tokens=120 rate=60]]")
    answer = await you.answer(channel, interaction)
    lengths = [len(version["content"]) for version in await you.versions(answer["id"]) if version["content"]]
    assert said(answer) == words(120)
    assert lengths == sorted(lengths)
    assert len(set(lengths)) >= 3


async def test_a_long_answer_goes_on_in_further_messages_that_join_to_the_answer(you: Person) -> None:
    channel = await you.channel("help")
    await you.ask(channel, "[[tokens=900 rate=400]]")

    async def look() -> list[Json] | None:
        rows = await you.from_bot(channel)
        return rows if rows and is_finished(rows[-1]) else None

    rows = await eventually(look, what="the last part")
    assert len(rows) == 3
    assert all(len(row["content"]) <= 2000 for row in rows)
    assert " ".join(said(row) for row in rows) == words(900)


async def test_the_next_question_takes_along_what_was_said(you: Person, running: Stack) -> None:
    channel = await you.channel("pictures")
    first = await you.ask(channel, "first of all [[tokens=5 rate=100]]")
    await you.answer(channel, first)
    second = await you.ask(channel, "and then [[tokens=5 rate=100]]")
    await you.answer(channel, second)
    async with aiohttp.ClientSession() as http, http.get(f"{running.grok_root}/control/requests") as reply:
        asked = next(row for row in (await reply.json())["requests"] if "and then" in str(row["body"]))
    heard = [(message["role"], message["content"].strip()) for message in asked["body"]["messages"]]
    assert heard[1:] == [
        ("user", "first of all [[tokens=5 rate=100]]"),
        ("assistant", words(5)),
        ("user", "and then [[tokens=5 rate=100]]"),
    ]


async def test_a_clip_counts_up_in_one_message_and_is_attached_to_it_unchanged(you: Person, running: Stack) -> None:
    channel = await you.channel("clips")
    ordered = await order(you, channel, "video", "a lighthouse in a storm", seconds=6)
    card = await ordered.over()
    seen = percents(await history(you, card))
    clip, poster = sorted(card["attachments"], key=lambda file: str(file["filename"]))
    served = await Demo(running).files()
    assert phase(card) == DONE
    assert seen == sorted(seen)
    assert len(set(seen)) >= 3
    assert re.fullmatch(r"grok-\d+\.mp4", clip["filename"])
    assert poster["content_type"].startswith("image/")
    assert await you.download(clip["url"]) in served
    assert await you.download(poster["url"]) in served
    assert "a lighthouse in a storm" in clip["description"]
    ping = await ordered.ping(card)
    assert f"<@{you.user_id}> your clip is ready" in ping["content"]
    assert [row["id"] for row in await you.from_bot(channel)] == [card["id"], ping["id"]]


async def test_pictures_come_with_alt_text_and_in_the_shape_asked_for(you: Person) -> None:
    channel = await you.channel("pictures")
    card = await (await order(you, channel, "imagine", "two foxes", count=2, aspect="16:9")).over()
    pictures = [Image.open(io.BytesIO(await you.download(file["url"]))) for file in card["attachments"]]
    assert len(pictures) == 2
    assert {picture.size for picture in pictures} == {(1280, 720)}
    assert [name.rpartition("-")[2] for name in names(card)] == ["1.jpg", "2.jpg"]
    assert all("two foxes" in file["description"] for file in card["attachments"])


async def test_a_picture_that_is_handed_in_is_changed(you: Person, running: Stack) -> None:
    channel = await you.channel("pictures")
    given = png(640, 480, "#c0392b")
    card = await (await order(you, channel, "imagine", "more autumn", image=("red.png", given))).over()
    async with aiohttp.ClientSession() as http, http.get(f"{running.grok_root}/control/requests") as reply:
        asked = next(row for row in (await reply.json())["requests"] if "more autumn" in str(row["body"]))
    assert asked["model"] == "grok-imagine-1.0-edit"
    assert "data:image/png;base64," in str(asked["body"])
    assert len(card["attachments"]) == 1


async def test_a_file_that_is_no_picture_is_refused_by_name(you: Person) -> None:
    channel = await you.channel("pictures")
    options = [{"name": "prompt", "type": 3, "value": "x"}, {"name": "image", "type": 11, "value": "0"}]
    interaction = await you.command(channel, "imagine", options, [("notes.png", b"these are only words")])

    async def look() -> Json | None:
        rows = await you.from_bot(channel)
        mine = (row for row in rows if row.get("interaction_metadata", {}).get("id") == interaction)
        return next((row for row in mine if "is not a picture" in texts(row)), None)

    assert "notes.png" in texts(await eventually(look, what="the refusal"))


async def test_a_mention_and_a_direct_message_are_answered(you: Person) -> None:
    bot = (await you.get("state"))["application"]["bot"]["id"]
    channel = await you.channel("general")
    asked = await you.say(channel, f"<@{bot}> [[tokens=7 rate=100]]")
    direct = await you.post("dms", {"recipient_id": bot})
    await you.say(direct["id"], "[[tokens=9 rate=100]]")

    async def answered(where: str, text: str) -> Json | None:
        return next((row for row in await you.from_bot(where) if said(row) == text and is_finished(row)), None)

    in_channel = await eventually(lambda: answered(channel, words(7)), what="an answer to the mention")
    assert in_channel["message_reference"]["message_id"] == asked["id"]
    assert await eventually(lambda: answered(direct["id"], words(9)), what="an answer to the direct message")


async def test_reply_opens_a_modal_and_its_text_is_answered(you: Person) -> None:
    channel = await you.channel("help")
    answer = await you.answer(channel, await you.ask(channel, "[[tokens=3 rate=100]] to be replied to"))
    async with you.live() as frames:
        await you.press(answer, "Reply")
        form = await frames.next("MODAL")
    reply = await you.answer(channel, await you.submit(form, "[[tokens=4 rate=100]] a reply"))
    assert said(reply) == words(4)
    assert "a reply" in reply["content"].splitlines()[0]


async def test_what_is_private_is_seen_by_one_person_only(you: Person) -> None:
    channel = await you.channel("general")
    interaction = await you.command(channel, "models")

    async def look() -> Json | None:
        rows = await you.from_bot(channel)
        return next((r for r in rows if r.get("interaction_metadata", {}).get("id") == interaction), None)

    shown = await eventually(look, what="the list of models")
    ada = await you.other("ada")
    assert "grok-3" in shown["content"]
    assert shown["flags"] & EPHEMERAL
    assert shown["id"] not in {row["id"] for row in await ada.messages(channel)}


async def test_no_request_was_answered_429(you: Person) -> None:
    statuses = {row["status"] for row in await you.requests()}
    assert 429 not in statuses
    assert max(statuses) < 400


@pytest.mark.skipif(not description_path().exists(), reason="Discord's openapi.json is not on this machine")
async def test_every_request_is_valid_by_discords_own_description(you: Person) -> None:
    api = DiscordApi()
    requests = await you.requests()
    problems = [problem for row in requests for problem in api.problems(row["method"], row["path"], row["body"])]
    assert len(requests) > 20
    assert problems == []
