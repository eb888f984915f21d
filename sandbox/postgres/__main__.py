"""`python -m sandbox.postgres`: a throw-away PostgreSQL, which says in one line of JSON where it is."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from sandbox.postgres.cluster import Cluster, PostgresError
from sandbox.postgres.programs import HOW_TO_INSTALL, find_account, find_programs

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    programs = find_programs()
    if programs is None:
        log.error(HOW_TO_INSTALL)
        return 1
    given: Path | None = options.folder
    folder = given.absolute() if given else Path(tempfile.mkdtemp(prefix="grokcord-postgres-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return asyncio.run(_serve(Cluster(folder, programs, find_account()), options.port, keep=given is not None))
    except OSError as refused:
        log.error("cannot use the folder %s: %s", folder, refused.strerror)
        return 1
    finally:
        if given is None:
            shutil.rmtree(folder, ignore_errors=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.postgres", description="A throw-away PostgreSQL.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    # Started as root, PostgreSQL runs as an unprivileged user, who must be able to reach it.
    parser.add_argument("--folder", type=Path, help="keeps its data there; default: a folder removed at the end")
    return parser


async def _serve(cluster: Cluster, port: int, *, keep: bool) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        url = await cluster.start(port)
        sys.stdout.write(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        waits = {asyncio.create_task(stopped.wait()), asyncio.create_task(cluster.ended())}
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()
    except PostgresError as failed:
        log.error("%s", failed)
        return 1
    finally:
        await cluster.stop(keep=keep)
    return 0 if stopped.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
