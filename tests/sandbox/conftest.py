from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox.server import Options, Sandbox
from tests.sandbox.play import PATIENCE_S, Person, Rest

Start = Callable[[discord.Client], Awaitable[None]]
Enter = Callable[[str], Awaitable[Person]]


@pytest.fixture
def options() -> Options:
    """Overridden by tests that want another sandbox."""
    return Options(token="t0ken", has_limits=False)


@pytest.fixture
async def sandbox(options: Options) -> AsyncIterator[Sandbox]:
    async with Sandbox(options) as sandbox:
        yield sandbox


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def rest(sandbox: Sandbox, session: aiohttp.ClientSession) -> Rest:
    return Rest(sandbox, session)


@pytest.fixture
async def enter(sandbox: Sandbox, session: aiohttp.ClientSession) -> AsyncIterator[Enter]:
    people: list[Person] = []

    async def open_page(name: str) -> Person:
        person = Person(sandbox, session, name)
        people.append(person)
        await person.open()
        return person

    yield open_page
    for person in people:
        await person.close()


@pytest.fixture
async def you(enter: Enter) -> Person:
    return await enter("you")


@pytest.fixture
def redirected(sandbox: Sandbox) -> Iterator[None]:
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = sandbox.api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.origin.replace("http", "ws") + "/gateway")
    yield
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@pytest.fixture
async def start(sandbox: Sandbox, redirected: None) -> AsyncIterator[Start]:
    """Run a real discord.py client against the sandbox until the test ends."""
    async with AsyncExitStack() as stack:

        async def run(client: discord.Client) -> None:
            await stack.enter_async_context(_running(client, sandbox.token))

        yield run


@asynccontextmanager
async def _running(client: discord.Client, token: str) -> AsyncIterator[None]:
    running = asyncio.create_task(client.start(token))
    ready = asyncio.create_task(_until_ready(client))
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        ready.cancel()
        running.result()
    yield
    await client.close()
    await asyncio.wait({running}, timeout=PATIENCE_S)


async def _until_ready(client: discord.Client) -> None:
    while client._ready is discord.utils.MISSING:  # set by login, before which nothing can be waited for
        await asyncio.sleep(0)
    await client.wait_until_ready()
