"""One PostgreSQL for all tests of a run, and databases on it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sandbox.postgres.programs import HOW_TO_INSTALL, find_programs

ROOT = Path(__file__).resolve().parents[1]
STOP_TIMEOUT_S = 20.0

needs_postgres = pytest.mark.skipif(find_programs() is None, reason=HOW_TO_INSTALL)
_numbers = count(1)


@contextmanager
def postgres_process(*arguments: str) -> Iterator[str]:
    """Run `python -m sandbox.postgres`; give its address."""
    command = [sys.executable, "-m", "sandbox.postgres", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, cwd=ROOT)
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                log.seek(0)
                raise RuntimeError(f"PostgreSQL did not start: {log.read().decode(errors='replace')}")
            yield json.loads(line)["url"]
        finally:
            process.terminate()
            process.communicate(timeout=STOP_TIMEOUT_S)


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """Create an empty database on a server; give its address, and drop it at the end, whoever still uses it."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        # FILE_COPY: without fsync it is the faster strategy.
        creation = sql.SQL("CREATE DATABASE {} STRATEGY FILE_COPY")
        connection.execute(creation.format(sql.Identifier(name)))
    try:
        yield re.sub(r"/[^/]*$", f"/{name}", server)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """Give a folder that PostgreSQL's unprivileged user can reach; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory(prefix="grokcord-test-") as name:
        yield Path(name)
