"""Questions end to end: with files, in private, about messages, many at once, and remembered as people want them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.demo import Demo, told
from tests.e2e.openapi import DiscordApi, description_path
from tests.e2e.person import EPHEMERAL, Json, Person, buttons, eventually, is_finished, people, said, texts
from tests.e2e.processes import Stack
from tests.sandbox_grok.serving import png

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

CODE = b"def herons(nests: int) -> int:\n    return nests * 2\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def you(quick: Stack) -> AsyncIterator[Person]:
    async with people(quick.page) as who:
        yield who("you")


def pdf(text: str) -> bytes:
    """Return a PDF of one page with one line."""
    shown = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(shown), shown),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    end = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 5\n0000000000 65535 f \n" + table + end


async def mention(you: Person, channel: str, text: str, *files: tuple[str, bytes]) -> Json:
    """Write to the bot and return its finished answer."""
    content = f"<@{await you.bot_id()}> {text}"
    sent = await you.post(f"channels/{channel}/messages", {"content": content}, list(files))
    return await you.first(
        channel, lambda row: (row.get("message_reference") or {}).get("message_id") == sent["id"] and is_finished(row)
    )


async def test_a_picture_on_a_mention_is_looked_at(you: Person, demo: Demo) -> None:
    channel = await you.place("pictures")
    answer = await mention(you, channel, "what is this", ("red.png", png(640, 480, "#c0392b")))
    assert "You attached a picture" in answer["content"]
    asked = await demo.asked("what is this")
    [image] = [part for part in asked["messages"][-1]["content"] if part["type"] == "image_url"]
    assert image["image_url"]["url"].startswith("data:image/")


async def test_several_files_are_read_with_one_question(you: Person, demo: Demo) -> None:
    channel = await you.place("files")
    await mention(you, channel, "read these", ("nests.py", CODE), ("tides.pdf", pdf("High tide at noon")))
    heard = told(await demo.asked("read these"))
    assert "return nests * 2" in heard
    assert "High tide at noon" in heard
    assert "tides.pdf" in heard


async def test_a_file_option_is_read_and_another_kind_is_refused_by_name(you: Person, demo: Demo) -> None:
    channel = await you.place("option")
    option = {"name": "file", "type": 11, "value": "0"}
    interaction = await you.ask(channel, "what is in it", option, files=[("tides.csv", b"hour,height\n12,4.2\n")])
    await you.answer(channel, interaction)
    assert "12,4.2" in told(await demo.asked("what is in it"))
    await you.ask(channel, "and in this", option, files=[("tool.exe", b"MZ\x00\x01" * 100)])
    await you.first(channel, lambda row: "tool.exe" in texts(row), what="a refusal by name")


async def test_a_private_answer_is_seen_by_one_person_and_remembered_nowhere(you: Person, demo: Demo) -> None:
    channel = await you.place("private")
    private = {"name": "private", "type": 5, "value": True}
    answer = await you.asked(channel, "[[tokens=4]] my secret otter", private)
    assert answer["flags"] & EPHEMERAL
    assert await (await you.other("ada")).from_bot(channel) == []
    await you.asked(channel, "[[tokens=4]] and in public")
    assert "secret otter" not in told(await demo.asked("and in public"))


async def test_an_edited_question_is_remembered_as_it_reads_now_and_a_deleted_one_not_at_all(
    you: Person, demo: Demo
) -> None:
    channel = await you.place("edits")
    bot = await you.bot_id()
    await mention(you, channel, "[[tokens=4]] where are the herons")
    [said] = [row for row in await you.messages(channel) if not row["author"].get("bot")]
    path = f"channels/{channel}/messages/{said['id']}"

    async def heard(number: int) -> str:
        await mention(you, channel, f"[[tokens=4]] round {number}.")
        return told(await demo.asked(f"round {number}."))

    await you.patch(path, {"content": f"<@{bot}> where are the storks"})
    numbers = iter(range(1, 100))

    async def is_changed() -> bool:
        text = await heard(next(numbers))
        return "where are the storks" in text and "herons" not in text

    await eventually(is_changed, what="the memory of the edit")
    await you.delete(path)

    async def is_gone() -> bool:
        return "where are the storks" not in await heard(next(numbers))

    await eventually(is_gone, what="the forgetting")


async def test_twenty_questions_wait_in_line_while_another_channel_is_answered(you: Person) -> None:
    crowded, quiet = await you.place("crowded"), await you.place("quiet")
    asked = [await you.ask(crowded, f"[[tokens=50 rate=25]] number {number}") for number in range(20)]
    quick = await you.asked(quiet, "[[tokens=4]] quickly please")
    waiting = [row for row in await you.messages(crowded) if row["author"].get("bot") and not is_finished(row)]
    assert "w3" in quick["content"]
    assert len(waiting) >= 10
    answers = [await you.answer(crowded, interaction) for interaction in asked]
    assert all("w49" in answer["content"] for answer in answers)
    shown = [version["content"] for answer in answers for version in await you.versions(answer["id"])]
    assert any("before you" in text for text in shown)
    assert 429 not in {row["status"] for row in await you.requests()}


async def test_a_message_is_explained_privately_without_the_content_intent(you: Person, demo: Demo) -> None:
    channel = await you.place("explain")
    target = await (await you.other("ada")).say(channel, "It runs in O(n log n).")
    interaction = await you.point(target, "Explain")
    answer = await you.answer(channel, interaction)
    assert answer["flags"] & EPHEMERAL
    assert "O(n log n)" in told(await demo.asked("O(n log n)"))
    assert await (await you.other("ada")).from_bot(channel) == []


async def test_a_question_about_a_message_is_answered_with_a_link_to_it(you: Person, demo: Demo) -> None:
    channel = await you.place("about")
    target = await (await you.other("ada")).say(channel, "Herons nest in March.")
    async with you.live() as frames:
        await you.point(target, "Ask Grok about this")
        form = await frames.next("MODAL")
    answer = await you.answer(channel, await you.submit(form, "is that early?"))
    assert f"/{channel}/{target['id']}" in answer["content"]
    assert "Herons nest in March." in told(await demo.asked("is that early?"))


async def test_a_summary_says_how_much_it_could_not_read(you: Person, demo: Demo) -> None:
    channel = await you.place("summary")
    ada = await you.other("ada")
    first = await ada.say(channel, "Shall we plant herbs?")
    await ada.say(channel, "a whisper among people")
    await mention(you, channel, "note that herbs need sun")
    answer = await you.answer(channel, await you.point(first, "Summarise from here"))
    assert answer["flags"] & EPHEMERAL
    assert "In short" in answer["content"]
    assert "1 more was written that Discord does not show me" in answer["content"]
    assert "whisper among" not in told(await demo.asked("herbs need sun"))


async def test_a_persona_speaks_and_json_is_checked_asked_again_and_attached(you: Person, demo: Demo) -> None:
    channel = await you.place("tuned")
    text = {"name": "text", "type": 3, "value": "Talk like a pirate."}
    await you.command(channel, "persona", [{"name": "set", "type": 1, "options": [text]}])
    await you.first(channel, lambda row: texts(row), what="the note of the persona")
    assert said(await you.asked(channel, "Which tide is it?")).startswith("Arr!")
    async with you.live() as frames:
        await you.command(channel, "tune")
        form = await frames.next("MODAL")
    values: list[object] = [given(field["component"]) for field in form["modal"]["components"]]
    await you.submit(form, *values)
    await you.first(channel, lambda row: "JSON" in texts(row), what="the note of the tuning")
    answer = await you.asked(channel, "[[badjson]] Which tides are high?")
    [attached] = answer["attachments"]
    assert attached["filename"].endswith(".json")
    assert json.loads(await you.download(attached["url"]))["question"] == "Which tides are high?"
    assert "not valid JSON" in str((await demo.questions())[-1]["messages"][-1]["content"])


def given(field: Json) -> object:
    """Return what a field of a form is set to, with a checkbox ticked."""
    if field["type"] == 23:  # Discord: checkbox
        return True
    chosen = [option["value"] for option in field.get("options", []) if option.get("default")]
    if field["type"] == 21:  # Discord: radio group
        return chosen[0]
    return field.get("value") or "" if field["type"] == 4 else [*chosen, "json"]  # Discord: text input


async def test_long_code_comes_as_a_file_as_well(you: Person) -> None:
    channel = await you.place("code")
    await you.ask(channel, "long code for tides please")
    answer = await you.first(channel, lambda row: row["attachments"], what="the file")
    [attached] = answer["attachments"]
    assert attached["filename"].endswith(".py")
    assert b"tides_30(" in await you.download(attached["url"])


async def test_a_very_long_answer_is_a_beginning_and_a_file(you: Person) -> None:
    channel = await you.place("very-long")
    await you.ask(channel, "[[tokens=30000 rate=20000]]")
    last = await you.first(channel, lambda row: row["attachments"] and is_finished(row), what="the file")
    [attached] = last["attachments"]
    whole = (await you.download(attached["url"])).decode()
    assert whole.split() == [f"w{number}" for number in range(30_000)]
    assert len(await you.from_bot(channel)) <= 10
    assert (await you.from_bot(channel))[0]["content"].startswith("w0 w1 w2")


async def test_a_remembered_turn_is_changed_pinned_and_undone(you: Person, demo: Demo) -> None:
    channel = await you.place("memory")
    await you.asked(channel, "[[tokens=4]] where are the herons")
    await you.command(channel, "memory", [{"name": "show", "type": 1, "options": []}])
    shown = await you.whisper(channel, "where are the herons")
    select = next(part for row in shown["components"] for part in row["components"] if part["type"] == 3)
    await you.choose(shown, select, select["options"][0]["value"])
    picked = await you.changed(shown, lambda row: "Edit 1" in buttons(row))
    async with you.live() as frames:
        await you.press(picked, "Edit 1")
        form = await frames.next("MODAL")
    await you.submit(form, "where are the storks")
    await you.changed(shown, lambda row: "where are the storks" in texts(row))
    await you.asked(channel, "[[tokens=4]] and the otters")
    heard = told(await demo.asked("and the otters"))
    assert "where are the storks" in heard
    assert "herons" not in heard
    await you.command(channel, "memory", [{"name": "undo", "type": 1, "options": []}])
    await you.first(channel, lambda row: "Forgotten" in texts(row), what="the undoing")
    await you.asked(channel, "[[tokens=4]] and the swans")
    assert "otters" not in told(await demo.asked("and the swans"))


@pytest.mark.skipif(not description_path().is_file(), reason="Discord's description of its API is not here")
async def test_every_request_of_this_run_is_as_discord_describes_it(you: Person) -> None:
    api, requests = DiscordApi(), await you.requests()
    problems = [problem for row in requests for problem in api.problems(row["method"], row["path"], row["body"])]
    assert problems == []
