"""How much memory it takes to hand a large clip on: from the demo Grok server to disk, from disk to the local Discord.

`python -m bench.relay` starts both servers and the process that is measured, which is this module with `carry`. The
Grok server breaks off half-way, so the download goes on; Discord fails once, so discord.py sends the whole again.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp
import discord
from discord.http import Route

from bot.grok.client import GrokClient
from bot.grok.http import make_http
from bot.grok.types import MediaRef, VideoReady, VideoRequest
from bot.secret import Secret
from bot.ui.face import Upload
from tests.e2e.processes import ROOT, Running, serving

MIB = 2**20
ONE_FAILURE = {"method": "POST", "path": "/messages$", "status": 502, "body": {"message": "Bad Gateway"}}
CLIP_MB = 200
DEADLINE_S = 120.0
MOST_GROWTH_MIB = 32  # what the issue allows


@dataclass(frozen=True, slots=True)
class Relayed:
    """One clip handed on. idle_mib: resident memory before; peaks: the highest by then."""

    idle_mib: float
    fetched_peak_mib: float
    sent_peak_mib: float
    fetch_s: float
    send_s: float
    sent_bytes: int

    @property
    def growth_mib(self) -> float:
        """How much memory it took."""
        return self.sent_peak_mib - self.idle_mib


async def measure(clip_mb: int = CLIP_MB) -> Relayed:
    """Start two servers and a process that hands a clip of that size on, at the second attempt on either side."""
    room = ("--max-file-bytes", str((clip_mb + 1) * MIB))
    async with serving("sandbox", *room) as local, serving("sandbox.grok", "--video-s", "0.2") as grok:
        async with aiohttp.ClientSession() as http:
            await http.post(f"{local.announced['page']}control/faults", json=ONE_FAILURE, raise_for_status=True)
        command = [sys.executable, "-m", "bench.relay", "carry", str(clip_mb)]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdin=DEVNULL, stdout=PIPE, env={**os.environ, **_facts(local, grok)}
        )
        try:
            async with asyncio.timeout(DEADLINE_S):
                said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            raise RuntimeError(f"the relay ended with {process.returncode}")
        return Relayed(**json.loads(said))


def _facts(local: Running, grok: Running) -> dict[str, str]:
    return {
        "DISCORD_API_URL": local.announced["api"],
        "DISCORD_TOKEN": local.announced["token"],
        "GROK_BASE_URL": grok.announced["base_url"],
        "GROK_API_KEY": grok.announced["key"],
    }


async def carry(clip_mb: int) -> Relayed:
    """Be the process that is measured: connected to Discord as a bot is, then fetch a clip and send it on."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    bot = discord.AutoShardedClient(intents=discord.Intents(guilds=True))
    async with bot, make_http() as http:
        await bot.login(os.environ["DISCORD_TOKEN"])
        connecting = asyncio.create_task(bot.connect())
        await bot.wait_until_ready()
        channel = bot.guilds[0].text_channels[0]
        grok = GrokClient(http, base_url=os.environ["GROK_BASE_URL"], api_key=Secret(os.environ["GROK_API_KEY"]))
        with tempfile.TemporaryDirectory() as folder:
            relayed = await _relay(grok, channel, Path(folder), clip_mb)
        connecting.cancel()
    return relayed


async def _relay(grok: GrokClient, channel: discord.TextChannel, folder: Path, clip_mb: int) -> Relayed:
    ref = await _clip(grok, f"[[mb={clip_mb} seconds=1 shortfile=1]] a clip of {clip_mb} MB")
    idle_mib, begun_s = _memory_mib("VmRSS"), time.perf_counter()
    clip = await grok.fetch(ref, folder, kind="video", max_bytes=(clip_mb + 1) * MIB)
    fetched_peak_mib, fetched_s = _memory_mib("VmHWM"), time.perf_counter()
    message = await channel.send(file=Upload(clip.path, "grok.mp4", "A clip").open())
    sent_s = time.perf_counter()
    sent_bytes = message.attachments[0].size
    if sent_bytes != clip.size_bytes:
        raise RuntimeError(f"{clip.size_bytes} bytes were fetched, {sent_bytes} arrived")
    return Relayed(
        idle_mib, fetched_peak_mib, _memory_mib("VmHWM"), fetched_s - begun_s, sent_s - fetched_s, sent_bytes
    )


async def _clip(grok: GrokClient, prompt: str) -> MediaRef:
    async with aclosing(grok.stream_video(VideoRequest("grok-imagine-1.0-video", prompt))) as events:
        async for event in events:
            if isinstance(event, VideoReady):
                return event.clip
    raise AssertionError("a stream without a clip raises")


def _memory_mib(field: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field)) / 1024


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["carry"]:
        print(json.dumps(asdict(asyncio.run(carry(int(sys.argv[2]))))))
        return
    run = asyncio.run(measure())
    print(f"| handing on a clip of {run.sent_bytes / MIB:.0f} MiB | |\n|---|---|")
    print(f"| memory of the idle process | {run.idle_mib:.1f} MiB |")
    print(f"| its peak after the clip was fetched to disk | {run.fetched_peak_mib:.1f} MiB |")
    print(f"| its peak after the clip was sent to Discord | {run.sent_peak_mib:.1f} MiB |")
    print(f"| growth ({MOST_GROWTH_MIB} MiB are allowed) | {run.growth_mib:.1f} MiB |")
    print(f"| fetching, sending | {run.fetch_s:.1f} s, {run.send_s:.1f} s |")


if __name__ == "__main__":
    main()
