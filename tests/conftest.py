"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.postgres.programs import HOW_TO_INSTALL, find_programs
from tests.postgres import fresh_database, postgres_process, reachable_folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of one PostgreSQL for the whole run; what asks for it is skipped where there is none."""
    if find_programs() is None:
        pytest.skip(HOW_TO_INSTALL)
    with postgres_process() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_folder() -> Iterator[Path]:
    """A folder for a PostgreSQL of this test's own, kept when it stops."""
    with reachable_folder() as folder:
        yield folder
