"""`python -m sandbox.grok`: serve on loopback until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import secrets
import signal
import sys

from aiohttp import web

from sandbox.grok.app import make_app
from sandbox.grok.kinds import ANY, KINDS
from sandbox.grok.settings import DemoSettings

HOST = "127.0.0.1"
SHUTDOWN_S = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = DemoSettings(
        key=_made_up() if options.key is None else options.key,
        tokens_per_s=options.tokens_per_s,
        first_token_s=options.first_token_s,
        image_s=options.image_s,
        video_s=options.video_s,
        app_url=options.app_url,
        is_proxy_only=options.proxy_only,
        dialect=options.dialect,
        is_video_jobs=options.video_jobs,
        admin_key=_made_up() if options.admin_key is None else options.admin_key,
        is_admin_wrapped=options.admin_wrapped,
    )
    return asyncio.run(serve(settings, options.port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.grok", description="A demo Grok server: no model.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--key", help='what clients must send; "" lets everybody in; default: made up at each start')
    parser.add_argument("--tokens-per-s", type=_positive, default=45.0, help="pace of answers")
    parser.add_argument("--first-token-s", type=_seconds, default=0.4, help="silence before an answer")
    parser.add_argument("--image-s", type=_seconds, default=2.5, help="how long a picture takes")
    parser.add_argument("--video-s", type=_seconds, default=8.0, help="how long a clip takes")
    parser.add_argument("--app-url", help='what file links begin with; "" as a proxy that does not know its address')
    parser.add_argument("--proxy-only", action="store_true", help="ignore what the proxy ignores: max_tokens and more")
    parser.add_argument("--dialect", choices=list(KINDS), default=ANY, help="pass for one kind of server and no other")
    parser.add_argument("--video-jobs", action="store_true", help="make clips as jobs only, not in chat")
    parser.add_argument(
        "--admin-key",
        nargs="?",
        default="",
        help="have accounts to administer with this key; alone: with one that is made up at each start",
    )
    parser.add_argument("--admin-wrapped", action="store_true", help="list the accounts as the second version does")
    return parser


def _made_up() -> str:
    return f"demo-{secrets.token_hex(12)}"


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def _positive(text: str) -> float:
    value = _seconds(text)
    if value == 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


async def serve(settings: DemoSettings, port: int) -> int:
    """Serve, say where on one line of standard output, and end cleanly; returns the exit code."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    # Without an access log: a line for each of many requests would cost more than answering them.
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        try:
            await site.start()
        except OSError as taken:
            logging.getLogger(__name__).error("cannot listen on port %s: %s", port, taken.strerror)
            return 1
        ready = {"base_url": f"{_address(runner)}/v1", "key": settings.key, "pid": os.getpid()}
        if settings.admin_key:
            ready["admin_key"] = settings.admin_key
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await ended.wait()
    finally:
        await runner.cleanup()
    return 0


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
