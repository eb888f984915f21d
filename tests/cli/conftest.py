"""One demo Grok server for all tests of the command line that need no special one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.programs import Demo, demo_server


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with demo_server() as running:
        yield running
