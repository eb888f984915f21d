"""What happens when messages vanish, permissions or connections are lost, tokens die, and the bot is told to stop."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.e2e.person import Json, Person, eventually, is_finished, people, said, texts
from tests.e2e.processes import bot_environment, logged, running, serving, stack

pytestmark = pytest.mark.e2e

SEND_MESSAGES = 1 << 11
VIEW_CHANNEL = 1 << 10


async def growing(you: Person, channel: str) -> Json:
    """Return the answer that is being written right now."""

    async def look() -> Json | None:
        rows = await you.from_bot(channel)
        return rows[-1] if rows and rows[-1]["content"] and not is_finished(rows[-1]) else None

    return await eventually(look, what="a growing answer")


async def direct_message(you: Person, bot_id: str, text: str) -> Json:
    dm = await you.post("dms", {"recipient_id": bot_id})

    async def look() -> Json | None:
        return next((row for row in await you.from_bot(dm["id"]) if text in texts(row)), None)

    return await eventually(look, what=f"a direct message that says {text!r}")


async def test_a_stop_lets_short_answers_end_and_long_ones_say_so_within_20_s(tmp_path: Path) -> None:
    async with stack(tmp_path) as processes, people(processes.page) as who:
        you = who("you")
        short, long = await you.channel("general"), await you.channel("help")
        await you.ask(short, "[[tokens=100 rate=50]]")
        await you.ask(long, "[[tokens=4000 rate=50]]")
        await growing(you, short)
        await growing(you, long)
        began = time.monotonic()
        assert await processes.bot.stop() == 0
        took_s = time.monotonic() - began
        assert said((await you.from_bot(short))[-1]).endswith("w99")
        assert "being restarted" in (await you.from_bot(long))[-1]["content"]
        assert took_s < 20


async def test_an_answer_goes_on_by_the_bots_own_edits_when_the_interactions_token_dies(tmp_path: Path) -> None:
    async with (
        stack(tmp_path, discord_options=("--interaction-life-s", "4")) as processes,
        people(processes.page) as who,
    ):
        you = who("you")
        channel = await you.channel()
        interaction = await you.ask(channel, "[[tokens=300 rate=40]]")
        answer = await you.answer(channel, interaction)
        edits = [row["route"] for row in await you.requests() if row["method"] == "PATCH" and row["status"] == 200]
        assert said(answer).endswith("w299")
        assert edits[0].startswith("/webhooks/")
        assert edits[-1].startswith("/channels/")


async def test_lost_messages_lost_permissions_and_lost_connections(tmp_path: Path) -> None:
    async with stack(tmp_path) as processes, people(processes.page) as who:
        you = who("you")
        bot_id = (await you.get("state"))["application"]["bot"]["id"]

        general = await you.channel("general")
        await you.ask(general, "[[tokens=400 rate=50]]")
        message = await growing(you, general)
        await you.delete(f"channels/{general}/messages/{message['id']}")
        assert (await direct_message(you, bot_id, "was deleted"))["attachments"][0]["filename"] == "answer.md"

        clips = await you.channel("clips")
        await you.say(clips, f"<@{bot_id}> [[tokens=150 rate=50]]")
        await growing(you, clips)
        await you.control("permissions", {"channel_id": clips, "allow": "0", "deny": str(VIEW_CHANNEL | SEND_MESSAGES)})
        handed = await direct_message(you, bot_id, "lost my permission")
        assert (await you.download(handed["attachments"][0]["url"])).decode().strip().endswith("w149")

        await you.control("gateway/drop", {"shard": 0, "resumable": True})

        async def answers_again() -> bool:
            interaction = await you.ask(general, "[[tokens=3 rate=100]]")
            return bool(await you.answer(general, interaction, within_s=20))

        async def is_online() -> bool:
            return bool((await you.get("state"))["bot_online"])

        await eventually(is_online, what="the bot back online")
        assert await answers_again()


async def test_a_restart_registers_nothing_anew_and_remembers(tmp_path: Path) -> None:
    async with serving("sandbox") as discord, serving("sandbox.grok") as grok:
        environment = bot_environment(discord, grok, tmp_path)
        async with people(discord.announced["page"]) as who:
            you = who("you")
            channel = await you.channel()
            async with running("bot", "run", environment=environment, cwd=tmp_path) as first:
                await logged(first, "connected as")
                await you.answer(channel, await you.ask(channel, "[[tokens=6 rate=100]] before"))
            async with running("bot", "run", environment=environment, cwd=tmp_path) as second:
                await logged(second, "connected as")
                await you.command(channel, "memory", [{"name": "show", "type": 1, "options": []}])

                async def look() -> str | None:
                    found = [texts(row) for row in await you.from_bot(channel) if "go along" in texts(row)]
                    return found[0] if found else None

                shown = await eventually(look, what="the memory")
            registrations = [row for row in await you.requests() if row["method"] == "PUT"]
            assert "before" in shown
            assert len(registrations) == 1


async def test_twenty_questions_at_once_in_one_channel_are_all_answered_without_a_429(tmp_path: Path) -> None:
    async with stack(tmp_path) as processes, people(processes.page) as who:
        you = who("you")
        channel = await you.channel()
        interactions = [await you.ask(channel, f"[[tokens=60 rate=30]] number {number}") for number in range(20)]
        answers = [await you.answer(channel, interaction) for interaction in interactions]
        assert all(said(answer).endswith("w59") for answer in answers)
        assert {row["status"] for row in await you.requests()} <= {200, 201, 204}
