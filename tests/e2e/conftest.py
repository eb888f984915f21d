"""One running stack for each module of tests; starting it takes seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.demo import Demo
from tests.e2e.person import Person, people
from tests.e2e.processes import Stack, stack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stack")
    options = ("--first-token-s", "0.3", "--image-s", "0.3", "--video-s", "4")
    async with stack(folder, grok_options=options) as processes:
        yield processes


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def you(running: Stack) -> AsyncIterator[Person]:
    async with people(running.page) as who:
        yield who("you")


@pytest.fixture(scope="module")
def quick_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bot of `quick` keeps its database."""
    return tmp_path_factory.mktemp("quick")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick(quick_folder: Path) -> AsyncIterator[Stack]:
    """A stack whose answers are written fast."""
    async with stack(quick_folder, grok_options=("--first-token-s", "0.05", "--tokens-per-s", "300")) as processes:
        yield processes


@pytest.fixture
def demo(quick: Stack) -> Demo:
    return Demo(quick)
