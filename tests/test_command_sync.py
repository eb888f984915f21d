"""Registering the slash commands: only when they changed, here or at Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock, Mock, create_autospec

import discord
import pytest
from discord import app_commands

from bot.command_sync import CommandSync
from bot.errors import StoreAway, StoreError
from bot.grok.capabilities import Capabilities
from bot.shown_options import fitted


class Notes:
    """A notebook in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def set(self, key: str, value: str) -> None:
        self.kept[key] = value


class Registry:
    """What Discord has: a registration replaces every command and gives new ones an id."""

    def __init__(self) -> None:
        self.commands: dict[str, int] = {}
        self.payload: list[dict[str, object]] = []
        self.registrations = 0
        self.is_away = False
        self._last_id = 100

    def listed(self) -> list[Mock]:
        return [Mock(id=known) for known in self.commands.values()]

    def register(self, _application_id: int, payload: list[dict[str, object]]) -> list[dict[str, object]]:
        names = [str(row["name"]) for row in payload]
        if self.is_away:
            raise discord.HTTPException(Mock(status=503, reason="away"), "away")
        self.registrations += 1
        self.commands = {name: self.commands.get(name) or self._next_id() for name in names}
        self.payload = payload
        return [{"id": str(known)} for known in self.commands.values()]

    def forget(self, name: str) -> None:
        del self.commands[name]

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def program(registry: Registry, *names: str, description: str = "Ask") -> app_commands.CommandTree[discord.Client]:
    """Return a tree with these commands; what it sends and fetches goes to `registry`."""
    client = create_autospec(
        discord.Client, instance=True, http=Mock(), _connection=Mock(_command_tree=None), application_id=7
    )
    tree: app_commands.CommandTree[discord.Client] = app_commands.CommandTree(client)
    for name in names:
        tree.add_command(command(name, description))
    tree.fetch_commands = AsyncMock(side_effect=registry.listed)  # type: ignore[method-assign]  # a double
    client.http.bulk_upsert_global_commands = AsyncMock(side_effect=registry.register)
    return tree


def command(name: str, description: str) -> app_commands.Command[Any, ..., None]:  # Any: of no cog
    async def answer(interaction: discord.Interaction) -> None:
        raise NotImplementedError

    return app_commands.Command(name=name, description=description, callback=answer)


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def sync() -> CommandSync:
    return CommandSync(Notes())


async def test_commands_are_registered_at_the_first_start(registry: Registry, sync: CommandSync) -> None:
    assert await sync.run(program(registry, "ask", "video"))
    assert sorted(registry.commands) == ["ask", "video"]


async def test_the_next_start_with_the_same_commands_sends_nothing(registry: Registry, sync: CommandSync) -> None:
    await sync.run(program(registry, "ask", "video"))
    assert not await sync.run(program(registry, "ask", "video"))
    assert registry.registrations == 1


@pytest.mark.parametrize(("names", "description"), [(("ask", "video"), "Ask Grok"), (("ask",), "Ask")])
async def test_commands_that_changed_are_registered(
    registry: Registry, sync: CommandSync, names: tuple[str, ...], description: str
) -> None:
    await sync.run(program(registry, "ask", "video"))
    assert await sync.run(program(registry, *names, description=description))
    assert sorted(registry.commands) == sorted(names)


async def test_what_the_server_lacks_is_not_registered_and_comes_with_it(registry: Registry, sync: CommandSync) -> None:
    await sync.run(program(registry, "ask", "video"), lambda payload: fitted(payload, Capabilities(video=False)))
    assert sorted(registry.commands) == ["ask"]
    assert await sync.run(program(registry, "ask", "video"), lambda payload: fitted(payload, Capabilities()))
    assert sorted(registry.commands) == ["ask", "video"]


async def test_commands_that_discord_lost_are_registered_again(registry: Registry, sync: CommandSync) -> None:
    await sync.run(program(registry, "ask", "video"))
    registry.forget("video")
    assert await sync.run(program(registry, "ask", "video"))
    assert sorted(registry.commands) == ["ask", "video"]


async def test_a_registration_that_failed_is_tried_at_the_next_start(registry: Registry, sync: CommandSync) -> None:
    registry.is_away = True
    with pytest.raises(discord.HTTPException):
        await sync.run(program(registry, "ask"))
    registry.is_away = False
    assert await sync.run(program(registry, "ask"))
    assert sorted(registry.commands) == ["ask"]


class Lost:
    """A notebook that cannot be read or written."""

    async def get(self, key: str) -> str | None:
        raise StoreError(key)

    async def set(self, key: str, value: str) -> None:
        raise StoreError(key)


async def test_commands_are_registered_though_nobody_can_say_what_was(caplog: pytest.LogCaptureFixture) -> None:
    registry = Registry()
    assert await CommandSync(Lost()).run(program(registry, "ask"))
    assert registry.registrations == 1
    assert "registering anew" in caplog.text
    assert "was not noted" in caplog.text


async def test_processes_that_start_at_once_register_one_after_another_and_once(registry: Registry) -> None:
    notes, turn = Notes(), asyncio.Lock()
    inside: list[bool] = []

    @asynccontextmanager
    async def alone() -> AsyncIterator[None]:
        async with turn:
            inside.append(True)
            await asyncio.sleep(0)  # lets the others come to the door
            yield

    programs = [program(registry, "ask", "video") for _ in range(3)]
    sent = await asyncio.gather(*(CommandSync(notes, alone).run(each) for each in programs))
    assert sorted(sent) == [False, False, True]
    assert (registry.registrations, len(inside)) == (1, 3)


async def test_commands_are_registered_also_when_nobody_can_be_kept_out(registry: Registry) -> None:
    def alone() -> AbstractAsyncContextManager[None]:
        door: AbstractAsyncContextManager[None] = create_autospec(AbstractAsyncContextManager, instance=True)
        door.__aenter__ = AsyncMock(side_effect=StoreAway("away"))  # type: ignore[method-assign]  # a double
        return door

    assert await CommandSync(Notes(), alone).run(program(registry, "ask"))
    assert sorted(registry.commands) == ["ask"]
