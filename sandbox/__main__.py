"""`python -m sandbox`: a local Discord on loopback, which says in one line of JSON where it is."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys

from sandbox.interactions import Timing
from sandbox.server import Options, Sandbox
from sandbox.shapes import to_text


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(_serve(_read_options(sys.argv[1:])))


def _read_options(arguments: list[str]) -> Options:
    defaults, timing = Options(), Timing()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local Discord for bots, on loopback.")
    parser.add_argument("--port", type=int, default=defaults.port, help="0 takes a free one")
    parser.add_argument("--token", default=defaults.token, help="the bot's token; made up if not given")
    parser.add_argument("--bot-name", default=defaults.bot_name, help="what the bot is called")
    parser.add_argument(
        "--shards",
        type=int,
        default=defaults.shards,
        help="how many shards bots are told to use, and how many servers there are",
    )
    parser.add_argument("--limits", choices=("discord", "off"), default="discord", help="whether 429s are sent")
    parser.add_argument("--interaction-life-s", type=float, default=timing.life_s)
    parser.add_argument("--first-reply-s", type=float, default=timing.first_reply_s)
    parser.add_argument("--max-file-bytes", type=int, default=defaults.max_file_bytes)
    given = parser.parse_args(arguments)
    return Options(
        given.port,
        given.token,
        given.shards,
        given.limits == "discord",
        Timing(given.first_reply_s, given.interaction_life_s),
        given.max_file_bytes,
        given.bot_name,
    )


async def _serve(options: Options) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with Sandbox(options) as sandbox:
        place = {
            "page": sandbox.page,
            "api": sandbox.api,
            "token": sandbox.token,
            "application_id": str(sandbox.world.bot.id),
            "owner_id": str(sandbox.world.people[0]),
            "pid": os.getpid(),
        }
        sys.stdout.write(to_text(place) + "\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    main()
