"""Two demo Grok servers, of which one is killed while many are served."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.demo import Demo
from tests.e2e.orders import DONE, Order, order, phase
from tests.e2e.person import Json, Person, eventually, is_finished, people, said, texts
from tests.e2e.processes import Running, Stack, logged, running, serving

pytestmark = pytest.mark.e2e

PACE = ("--first-token-s", "0.6", "--image-s", "4", "--video-s", "6", "--key", "demo-key-of-the-pool")
WORDS = 150
QUESTIONS, PICTURES, CLIPS = 16, 3, 2


@dataclass(frozen=True, slots=True)
class Pair:
    """The local Discord, two Grok servers called `a` and `b`, and the bot between them."""

    you: Person
    discord: Running
    a: Running
    b: Running
    bot: Running
    list_of_servers: Path

    def demo(self, server: Running) -> Demo:
        """Return the controls of a server."""
        return Demo(Stack(self.discord, server, self.bot))


def listed(**servers: Running) -> str:
    """Return a file that lists servers; `a` gets most of the work."""
    return "\n".join(
        f"""[[upstream]]
name = "{name}"
base_url = "{server.announced["base_url"]}"
key_env = "POOL_KEY"
weight = {3 if name == "a" else 1}
"""
        for name, server in servers.items()
    )


@asynccontextmanager
async def pair(folder: Path) -> AsyncIterator[Pair]:
    async with (
        serving("sandbox") as discord,
        serving("sandbox.grok", *PACE) as a,
        serving("sandbox.grok", *PACE) as b,
        people(discord.announced["page"]) as who,
    ):
        path = folder / "upstreams.toml"
        path.write_text(listed(a=a, b=b))
        environment = {
            "DISCORD_TOKEN": discord.announced["token"],
            "DISCORD_API_URL": discord.announced["api"],
            "GROK_UPSTREAMS": str(path),
            "POOL_KEY": "demo-key-of-the-pool",
            "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
            "MEDIA_DIR": str(folder / "media"),
            "CHAT_PER_CHANNEL": "50",
            "ORDERS_AT_ONCE": "20",
            "ORDERS_PER_PERSON": "20",
        }
        async with running("bot", "run", environment=environment, cwd=folder) as bot:
            await logged(bot, "connected as")
            yield Pair(who("you"), discord, a, b, bot, path)


async def test_a_killed_server_loses_no_request_before_its_first_byte(tmp_path: Path) -> None:
    async with pair(tmp_path) as here:
        you = here.you
        talk, works = await you.place("talk"), await you.place("works")

        asked = await questions(you, talk, "early", QUESTIONS)
        ordered = await orders(you, works, "early")
        begun = await eventually(lambda: all_begun(here, talk, ordered), what="everything under way")
        late = await questions(you, talk, "late", 6)  # nothing of these was written yet
        here.a.process.send_signal(signal.SIGKILL)
        await here.a.process.wait()
        await logged(here.bot, "rests upstream=a kind=chat")
        await you.command(talk, "status")
        status = await you.whisper(talk, "`a` · chat: cooling, it does not answer")
        assert "another server serves meanwhile" in texts(status)
        later = await questions(you, talk, "later", QUESTIONS)
        ordered |= await orders(you, works, "later")

        whole = cut = 0
        for interaction in [*asked, *late, *later]:
            answer = await you.first(talk, partial(is_end, interaction), within_s=90, what="an end")
            if said(answer).endswith(f"w{WORDS - 1}"):
                whole += 1
                continue
            cut += 1
            assert "w0" in said(answer), f"lost before its first byte: {texts(answer)}"
            assert "nterrupted" in texts(answer)
            assert interaction in asked
        assert cut, "nothing was under way when the server was killed"
        assert whole >= len(late) + len(later)

        for prompt, each in ordered.items():
            card = await each.over(within_s=90)
            again = (await here.demo(here.b).generated(prompt))["begun"]
            if phase(card) != DONE:
                assert begun.get(prompt), f"lost before it began: {texts(card)}"
                assert "nterrupted" in texts(card)
            assert begun.get(prompt, 0) + again <= 1, f"{prompt} was made twice"

        port = str(urlsplit(here.a.announced["base_url"]).port)
        async with serving("sandbox.grok", *PACE, "--port", port) as back:

            async def is_asked_again() -> bool:
                answer = await you.asked(talk, "[[tokens=3 rate=100]] hello again")
                return said(answer).endswith("w2") and bool(await here.demo(back).questions())

            await eventually(is_asked_again, within_s=90, what="a probe")
            await logged(here.bot, "works again upstream=a kind=chat")


async def test_the_list_is_read_again_at_a_signal_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    async with pair(tmp_path) as here:
        you = here.you
        talk = await you.channel()
        here.list_of_servers.write_text("[[upstream]]\nname = 1\n")
        here.bot.process.send_signal(signal.SIGHUP)
        await logged(here.bot, "nothing was changed: GROK_UPSTREAMS: upstreams.toml: upstream 1: ")
        assert said(await you.asked(talk, "[[tokens=3 rate=100]] one")).endswith("w2")
        long = await you.ask(talk, f"[[tokens={WORDS} rate=30]] under way")
        await eventually(lambda: both(here), what="the second question")
        here.list_of_servers.write_text(listed(b=here.b))
        here.bot.process.send_signal(signal.SIGHUP)
        await logged(here.bot, "upstreams: b")
        assert said(await you.answer(talk, long)).endswith(f"w{WORDS - 1}")
        before = len(await here.demo(here.a).questions())
        for _ in range(5):
            await you.asked(talk, "[[tokens=3 rate=100]] two")
        assert len(await here.demo(here.a).questions()) == before


async def both(here: Pair) -> bool:
    return sum([len(await here.demo(server).questions()) for server in (here.a, here.b)]) > 1


async def questions(you: Person, channel: str, name: str, number: int) -> list[str]:
    return [await you.ask(channel, f"[[tokens={WORDS} rate=25]] {name} {n}") for n in range(number)]


async def orders(you: Person, channel: str, name: str) -> dict[str, Order]:
    """Order pictures and clips; by their prompts."""
    wishes = [(f"{name} picture {n}", "imagine") for n in range(PICTURES)]
    wishes += [(f"{name} clip {n}", "video") for n in range(CLIPS)]
    return {prompt: await order(you, channel, command, prompt) for prompt, command in wishes}


async def all_begun(here: Pair, channel: str, ordered: dict[str, Order]) -> dict[str, int] | None:
    """Return how often each order was begun at `a`, once all were somewhere and most answers are being written."""
    rows = await here.you.from_bot(channel)
    at_a, at_b = [
        {prompt: int((await here.demo(server).generated(prompt))["begun"]) for prompt in ordered}
        for server in (here.a, here.b)
    ]
    is_all = all(at_a[prompt] + at_b[prompt] for prompt in ordered) and any(at_a.values())
    return at_a if is_all and sum("w5" in texts(row) for row in rows) >= QUESTIONS - 2 else None


def is_end(interaction: str, row: Json) -> bool:
    is_its = (row.get("interaction_metadata") or {}).get("id") == interaction
    return is_its and (is_finished(row) or "nterrupted" in texts(row))
