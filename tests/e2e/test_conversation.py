"""The buttons under an answer end to end: pressed in the local Discord, done by the bot's own process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.demo import Demo, told
from tests.e2e.openapi import DiscordApi, description_path
from tests.e2e.person import Json, Person, buttons, eventually, is_finished, is_writing, people, said, texts
from tests.e2e.processes import Stack, bot_environment, logged, running

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def you(quick: Stack) -> AsyncIterator[Person]:
    async with people(quick.page) as who:
        yield who("you")


async def writing(you: Person, channel: str) -> Json:
    """Return the answer that is being written and shows text already."""
    return await you.first(channel, lambda row: "w5" in row["content"] and is_writing(row), what="a growing answer")


async def test_stop_keeps_what_came_and_only_the_asker_or_a_moderator_may(you: Person) -> None:
    channel = await you.place("stop")
    await you.ask(channel, "[[tokens=900 rate=50]]")
    message = await writing(you, channel)
    ada = await you.other("ada")
    await ada.press(message, "Stop")
    await ada.whisper(channel, "Only the person who asked, or a moderator")
    await (await you.other("linus")).press(message, "Stop")
    stopped = await you.changed(message, is_finished)
    assert "w5" in stopped["content"]
    assert "w899" not in stopped["content"]
    assert "Stopped. What stands here is kept." in stopped["content"]


async def test_versions_are_kept_and_turned_in_the_same_message(you: Person, demo: Demo) -> None:
    channel = await you.place("versions")
    await demo.next("tokens=3")
    first = await you.asked(channel, "count for me")
    await demo.next("tokens=7")
    await you.press(first, "Regenerate")
    second = await you.changed(first, lambda row: is_finished(row) and "2/2" in buttons(row))
    assert "w6" in second["content"]
    await you.press(second, "‹")
    back = await you.changed(first, lambda row: "1/2" in buttons(row))
    assert "w2" in back["content"]
    assert "w6" not in back["content"]
    assert len(await you.from_bot(channel)) == 1
    await you.asked(channel, "[[tokens=2]] and then")
    assert "w0 w1 w2" in told(await demo.asked("and then"))  # the chosen version is what is remembered
    assert "w6" not in told(await demo.asked("and then"))


async def test_another_model_answers_the_same_question(you: Person, demo: Demo) -> None:
    channel = await you.place("models")
    answer = await you.asked(channel, "Which tide is it?")
    async with you.live() as frames:
        await you.press(answer, "Try with…")
        form = await frames.next("MODAL")
    offered = form["modal"]["components"][0]["component"]["options"]
    assert "grok-4" in [option["value"] for option in offered]
    await you.submit(form, ["grok-4"])
    again = await you.changed(answer, lambda row: is_finished(row) and "2/2" in buttons(row))
    assert "grok-4" in again["content"]
    assert (await demo.asked("Which tide is it?"))["model"] == "grok-4"


async def test_continue_makes_the_answer_whole(you: Person) -> None:
    channel = await you.place("longer")
    whole = await you.asked(channel, "Why do cats purr? In 150 words.", {"name": "fresh", "type": 5, "value": True})
    half = await you.asked(
        channel, "[[length]] Why do cats purr? In 150 words.", {"name": "fresh", "type": 5, "value": True}
    )
    await you.press(half, "Continue")
    joined = await you.changed(half, lambda row: is_finished(row) and "Continue" not in buttons(row))
    assert said(joined) == said(whole)


async def test_a_branch_is_a_thread_that_carries_the_context_and_goes_its_own_way(you: Person, demo: Demo) -> None:
    channel = await you.place("branch")
    bot = (await you.get("state"))["application"]["bot"]["id"]
    answer = await you.asked(channel, "[[tokens=4]] what of the herons")
    await you.press(answer, "Branch")
    await you.whisper(channel, "It goes on in")
    await you.asked(channel, "[[tokens=4]] what of the otters")
    await you.say(answer["id"], f"<@{bot}> [[tokens=4]] what of the storks")
    await you.first(answer["id"], is_finished, what="an answer in the thread")
    heard = told(await demo.asked("what of the storks"))
    assert "what of the herons" in heard
    assert "what of the otters" not in heard
    await you.asked(channel, "[[tokens=4]] what of the swans")
    assert "storks" not in told(await demo.asked("what of the swans"))


async def test_thoughts_are_shown_to_whoever_asks_and_never_mixed_in(you: Person) -> None:
    channel = await you.place("thoughts")
    answer = await you.asked(channel, "[[think]] Which tides are high?")
    assert "The question is about" not in texts(answer)
    versions = [version["content"] for version in await you.versions(answer["id"])]
    assert any("hinking" in version for version in versions)
    ada = await you.other("ada")
    await ada.press(answer, "Thoughts")
    await ada.whisper(channel, "The question is about")


async def test_sources_stand_in_a_numbered_footer(you: Person) -> None:
    channel = await you.place("sources")
    answer = await you.asked(channel, "[[search]] Which tides are high?")
    assert "example.org/tides" in texts(answer)
    assert "example.org/moon" in texts(answer)


async def test_deleting_asks_first_and_forgets(you: Person, demo: Demo) -> None:
    channel = await you.place("delete")
    answer = await you.asked(channel, "[[tokens=4]] a secret word")
    await you.press(answer, "🗑️")
    await you.press(await you.whisper(channel, "Delete this answer"), "Delete for good")

    async def is_gone() -> bool:
        return all(row["id"] != answer["id"] for row in await you.messages(channel))

    await eventually(is_gone, what="the deletion")
    await you.asked(channel, "[[tokens=4]] and now")
    assert "a secret word" not in told(await demo.asked("and now"))


async def test_an_interrupted_answer_keeps_what_came_and_is_tried_again(you: Person, demo: Demo) -> None:
    channel = await you.place("cut")
    await demo.next("cut")
    answer = await you.asked(channel, "Why is it so?")
    assert "demo Grok server" in answer["content"]
    await you.press(answer, "Retry")
    again = await you.changed(answer, lambda row: is_finished(row) and "Regenerate" in buttons(row))
    assert "Retry" not in buttons(again)


async def test_buttons_of_before_a_kill_work_after_the_restart(you: Person, quick: Stack, quick_folder: Path) -> None:
    channel = await you.place("restart")
    answer = await you.asked(channel, "[[think]] Which herons nest here?")
    elsewhere = await you.place("killed")
    await you.ask(elsewhere, "[[tokens=4000 rate=50]]")
    half = await writing(you, elsewhere)
    quick.bot.process.kill()
    await quick.bot.process.wait()
    environment = bot_environment(quick.discord, quick.grok, quick_folder)
    async with running("bot", "run", environment=environment, cwd=quick_folder) as bot:
        await logged(bot, "connected as")
        await you.press(answer, "Thoughts")
        await you.whisper(channel, "The question is about")
        await you.press(answer, "Regenerate")
        second = await you.changed(answer, lambda row: is_finished(row) and "2/2" in buttons(row))
        await you.press(second, "‹")
        await you.changed(answer, lambda row: "1/2" in buttons(row))
        async with you.live() as frames:
            await you.press(answer, "Reply")
            form = await frames.next("MODAL")
        reply = await you.answer(channel, await you.submit(form, "And where do storks nest?"))
        assert "Your last question was" in reply["content"]
        await you.press(half, "Stop")
        left = await you.changed(half, is_finished)
        await you.press(left, "Retry")
        await you.press(await writing(you, elsewhere), "Stop")


@pytest.mark.skipif(not description_path().is_file(), reason="Discord's description of its API is not here")
async def test_every_request_of_this_run_is_as_discord_describes_it(you: Person) -> None:
    api, requests = DiscordApi(), await you.requests()
    problems = [problem for row in requests for problem in api.problems(row["method"], row["path"], row["body"])]
    assert problems == []
