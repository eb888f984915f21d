"""One PostgreSQL: its folder, its process, and how it starts and stops."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from sandbox.postgres.programs import Account

HOST = "127.0.0.1"
USER = "grokcord"
DATABASE = "postgres"  # the one that initdb makes
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0

# Nothing here has to survive a power cut: a crash of the process loses nothing all the same.
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
_STATUS_LINE = 7  # of postmaster.pid, counted from 0. Source: PostgreSQL's src/include/utils/pidfile.h


class PostgresError(Exception):
    """PostgreSQL could not be started, in one line."""


class _Who(TypedDict, total=False):
    user: int
    group: int
    extra_groups: Sequence[int]


class Cluster:
    """A PostgreSQL whose data, with its password, are in `folder`: what a cluster is called in PostgreSQL's words.

    programs: the folder of `initdb` and `postgres`. account: whom they run as, None for the present user.
    """

    def __init__(self, folder: Path, programs: Path, account: Account | None) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._programs = programs
        self._account = account
        self._process: Process | None = None

    async def start(self, port: int) -> str:
        """Start it, with the data that are there or new ones, and return its address; port 0 takes a free one.

        Raises PostgresError.
        """
        port = port or _free_port()
        password = self._password()
        if not (self._data / "PG_VERSION").exists():
            await self._create()
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        # PostgreSQL logs to standard error; its output must not mix with the one line of ours.
        self._process = await asyncio.create_subprocess_exec(
            *(str(self._programs / "postgres"), "-D", str(self._data), "-p", str(port), *settings),
            stdin=DEVNULL,
            stdout=sys.stderr,
            cwd="/",
            **self._who(),
        )
        await self._readiness(self._process)
        return f"postgresql://{USER}:{password}@{HOST}:{port}/{DATABASE}"

    async def ended(self) -> None:
        """Return when the process has ended by itself."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self, *, keep: bool) -> None:
        """End it without waiting for its clients; without `keep` the data may be left as they are."""
        if self._process is None or self._process.returncode is not None:
            return
        # PostgreSQL: SIGINT is the fast shutdown, which writes what is due; SIGQUIT the immediate one.
        self._process.send_signal(signal.SIGINT if keep else signal.SIGQUIT)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _password(self) -> str:
        """Return the password kept beside the data, made up at the first start."""
        kept = self._folder / "password"
        try:
            if not kept.exists():
                kept.touch(mode=0o600)
                kept.write_text(secrets.token_hex(16), encoding="ascii")
            if self._account is not None:
                os.chown(self._folder, self._account.user_id, self._account.group_id)
                os.chown(kept, self._account.user_id, self._account.group_id)
            return kept.read_text(encoding="ascii")
        except OSError as refused:
            raise PostgresError(f"cannot use the folder {self._folder}: {refused.strerror}") from refused

    async def _create(self) -> None:
        options = ("--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256")
        making = await asyncio.create_subprocess_exec(
            *(str(self._programs / "initdb"), "-D", str(self._data), f"--username={USER}", *options),
            f"--pwfile={self._folder / 'password'}",
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            cwd="/",
            **self._who(),
        )
        said, _ = await making.communicate()
        if making.returncode != 0:
            lines = [line for line in said.decode(errors="replace").splitlines() if "error" in line] or ["no reason"]
            raise PostgresError(f"initdb failed: {lines[0].strip()}")

    async def _readiness(self, process: Process) -> None:
        """Return when it takes connections: it then says so in its pid file, which is what pg_ctl waits for too."""
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not self._is_ready(process.pid):
                    if process.returncode is not None:
                        raise PostgresError(f"postgres ended at once with exit code {process.returncode}")
                    await asyncio.sleep(0.01)
        except TimeoutError as slow:
            raise PostgresError(f"postgres was not ready after {START_TIMEOUT_S:.0f} s") from slow

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        except OSError:
            return False
        return len(lines) > _STATUS_LINE and lines[0] == str(pid) and lines[_STATUS_LINE].strip() == "ready"

    def _who(self) -> _Who:
        if self._account is None:
            return {}
        return {"user": self._account.user_id, "group": self._account.group_id, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
