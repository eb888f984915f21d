"""The demo Grok server on a real socket, quick enough for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sandbox_grok.serving import DemoClient, demo_server


@pytest.fixture
async def demo() -> AsyncIterator[DemoClient]:
    async with demo_server() as client:
        yield client
