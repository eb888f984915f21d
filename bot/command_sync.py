"""Register the slash commands with Discord, but only when they changed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext, suppress
from typing import Any, Protocol

import discord
from discord import app_commands

from bot.errors import StoreError

NOTE = "commands"

Payload = dict[str, Any]  # Any: JSON as Discord wants it
Fit = Callable[[Sequence[Payload]], list[Payload]]

log = logging.getLogger(__name__)


class NoteBook(Protocol):
    """Where the last registration is remembered."""

    async def get(self, key: str) -> str | None:
        """Return a value, None when there is none."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Store a value."""
        ...


class CommandSync:
    """Compares what the program has with what was registered last, and with what Discord still has.

    alone: keeps the other processes of the same bot from doing it at the same time.
    """

    def __init__(self, notes: NoteBook, alone: Callable[[], AbstractAsyncContextManager[object]] = nullcontext) -> None:
        self._notes = notes
        self._alone = alone

    async def run(self, tree: app_commands.CommandTree[Any], fit: Fit = list) -> bool:  # Any: whichever client
        """Register where needed. Returns whether anything was sent. fit: makes of the commands what is registered.

        Discord allows 200 registrations a day; asking what it has is free. Raises discord.HTTPException.
        """
        async with AsyncExitStack() as stack:
            with suppress(StoreError):  # commands matter more than being the only one to register them
                await stack.enter_async_context(self._alone())
            return await self._run(tree, payload_of(tree, fit))

    async def _run(self, tree: app_commands.CommandTree[Any], payload: list[Payload]) -> bool:  # Any: as above
        fingerprint = _fingerprint(payload)
        registered = await tree.fetch_commands()
        if await self._noted() == _note(fingerprint, [command.id for command in registered]):
            log.info("commands unchanged")
            return False
        synced = await _register(tree, payload)
        await self._remember(_note(fingerprint, synced))
        log.info("commands registered count=%d", len(synced))
        return True

    async def _noted(self) -> str | None:
        try:
            return await self._notes.get(NOTE)
        except StoreError as failed:
            log.warning("what was registered is not known, registering anew error=%s", type(failed).__name__)
            return None

    async def _remember(self, note: str) -> None:
        try:
            await self._notes.set(NOTE, note)
        except StoreError as failed:  # the next start registers once more
            log.warning("what was registered was not noted error=%s", type(failed).__name__)


def payload_of(tree: app_commands.CommandTree[Any], fit: Fit = list) -> list[Payload]:  # Any: whichever client
    """Return the commands as they are registered. fit: makes of all commands those that are."""
    return fit([command.to_dict(tree) for command in tree.get_commands()])


async def _register(tree: app_commands.CommandTree[Any], payload: list[Payload]) -> list[int]:  # Any: as above
    """Replace what Discord has; returns the ids. Not by `tree.sync`, which registers everything that the tree has."""
    client = tree.client
    if client.application_id is None:
        raise app_commands.MissingApplicationID
    # Any: discord.py's own type lists every kind of command.
    typed: list[Any] = list(payload)
    rows = await client.http.bulk_upsert_global_commands(client.application_id, payload=typed)
    return [int(row["id"]) for row in rows]


def _fingerprint(payload: list[Payload]) -> str:
    text = json.dumps(payload, sort_keys=True, default=str)
    return hashlib.sha256(f"{discord.__version__} {text}".encode()).hexdigest()


def _note(fingerprint: str, ids: list[int]) -> str:
    return f"{fingerprint} {','.join(str(known) for known in sorted(ids))}"
