"""Have files read by worker processes: few at once, each with a deadline, none left behind."""

from __future__ import annotations

import asyncio
import logging
from asyncio.subprocess import Process
from contextlib import suppress

from bot.errors import InputError
from bot.files.content import Content, Limits
from bot.files.wire import parse_reply, request
from bot.workers.process import worker, worker_command

log = logging.getLogger(__name__)

COMMAND = worker_command("bot.files.worker")
DEADLINE_S = 20.0
REPLY_LIMIT_BYTES = 64 * 1024 * 1024  # a worker that was taken over could write for ever
_CHUNK_BYTES = 256 * 1024


class FileReader:
    """Reads files in worker processes. at_once: how many may run; deadline_s: for one file, without standing in line.

    command: what is started for each file.
    """

    def __init__(self, *, at_once: int = 2, deadline_s: float = DEADLINE_S, command: tuple[str, ...] = COMMAND) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._deadline_s = deadline_s
        self._command = command

    async def read(self, name: str, data: bytes, limits: Limits) -> Content:
        """Return what is in a file. Raises InputError (a "file_", "picture_" or "pdf_" code) with its name."""
        async with self._free:
            try:
                async with asyncio.timeout(self._deadline_s):
                    message, status = await self._run(request(name, limits), data)
            except TimeoutError as slow:
                log.warning("gave up on a file bytes=%s after_s=%s", len(data), self._deadline_s)
                raise InputError("file_heavy", name=name) from slow
        return _content(name, message, status)

    async def _run(self, line: bytes, data: bytes) -> tuple[bytes, int]:
        """Return what a worker said and how it ended."""
        async with worker(self._command) as process:
            _, message = await asyncio.gather(_feed(process, line, data), _listen(process))
            return message, await process.wait()


def _content(name: str, message: bytes, status: int) -> Content:
    try:
        return parse_reply(message)
    except InputError as refused:
        if refused.__cause__:
            log.info("could not read a file code=%s cause=%s", refused.code, refused.__cause__)
        raise InputError(refused.code, name=name, **refused.facts) from refused
    except ValueError as silent:
        log.warning("a file worker ended without a reply status=%s", status)
        raise InputError("file_heavy", name=name) from silent


async def _feed(process: Process, line: bytes, data: bytes) -> None:
    pipe = process.stdin
    assert pipe is not None  # noqa: S101  # it was asked for
    with suppress(BrokenPipeError, ConnectionResetError):  # it died: what it said, or did not, tells why
        pipe.write(line)
        for start in range(0, len(data), _CHUNK_BYTES):
            pipe.write(data[start : start + _CHUNK_BYTES])
            await pipe.drain()
    pipe.close()


async def _listen(process: Process) -> bytes:
    pipe = process.stdout
    assert pipe is not None  # noqa: S101  # it was asked for
    chunks: list[bytes] = []
    while sum(map(len, chunks)) <= REPLY_LIMIT_BYTES and (chunk := await pipe.read(_CHUNK_BYTES)):
        chunks.append(chunk)
    return b"".join(chunks)
