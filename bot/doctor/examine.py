"""The whole examination: which checks there are, in which order, and what each of them needs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp

from bot.config import Settings
from bot.doctor.api import DiscordApi, Told
from bot.doctor.clock import clock_finding
from bot.doctor.discord_side import (
    COMMANDS,
    GATEWAY,
    NEEDS_TOKEN,
    commands_finding,
    discord_findings,
    token_finding,
    without_token,
)
from bot.doctor.findings import Finding, failed, ok, skipped
from bot.doctor.storage import DATABASE, DISK, database_findings, disk_findings
from bot.doctor.upstream_side import KEY, REACHABLE, Place, upstream_findings
from bot.errors import SettingError

SETTINGS = "settings"

log = logging.getLogger(__name__)

OwnCommands = Callable[[], Awaitable[Sequence[dict[str, Any]]]]  # Any: Discord's JSON


async def examine(
    settings: Settings,
    problems: Sequence[SettingError],
    places: Sequence[Place],
    own_commands: OwnCommands,
    *,
    online: bool,
) -> AsyncIterator[Finding]:
    """Yield what each check finds, as it finds it. problems: with the settings; a bad one has its default here.

    own_commands: what the bot would register. online: whether a picture and a clip may be ordered.
    """
    for finding in settings_findings(problems):
        yield finding
    async with aiohttp.ClientSession() as http:
        api = DiscordApi(http, settings.discord_api_url, settings.discord_token)
        application = await api.get("applications/@me")
        ours = datetime.now(UTC)
        token = token_finding(application, settings.discord_api_url)
        is_known = token.outcome == "ok"
        yield token
        discord = await _whole(GATEWAY, partial(discord_findings, api, application)) if is_known else without_token()
        for finding in discord:
            yield finding
        upstreams = [
            finding
            for place in places
            for finding in await _whole(REACHABLE, partial(upstream_findings, place, online=online))
        ]
        for finding in upstreams:
            yield finding
        if not is_known:
            yield skipped(COMMANDS, NEEDS_TOKEN)
        elif any(finding.outcome == "failed" and finding.check in (REACHABLE, KEY) for finding in upstreams):
            yield skipped(COMMANDS, "they hang on what the Grok servers can do, which not all of them tell")
        else:
            for finding in await _whole(COMMANDS, partial(_commands_findings, api, application, own_commands)):
                yield finding
    for finding in await _whole(DATABASE, partial(database_findings, settings.database_url)):
        yield finding
    for finding in await _whole(DISK, partial(asyncio.to_thread, disk_findings, settings)):
        yield finding
    yield clock_finding(application.date, ours)


async def _commands_findings(api: DiscordApi, application: Told, own_commands: OwnCommands) -> list[Finding]:
    registered = await api.get(f"applications/{application.fields['id']}/commands?with_localizations=true")
    return [commands_finding(await own_commands(), registered)]


async def _whole(check: str, look: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    """Return what a group of checks finds. An answer that nobody foresaw is a finding too: the others are made."""
    try:
        return await look()
    except Exception as unforeseen:  # the outermost handler of a check
        log.debug("a check broke off check=%s", check, exc_info=unforeseen)
        remedy = "Run it again; if it stays, report it with the answer of the server that is behind this check."
        return [failed(check, f"an answer that makes no sense here ({type(unforeseen).__name__})", remedy)]


def settings_findings(problems: Sequence[SettingError]) -> list[Finding]:
    """Return a finding for each bad setting, or one that all are well."""
    if not problems:
        return [ok(SETTINGS, "all can be read")]
    return [
        failed(SETTINGS, str(problem), f"Correct {problem.name} in .env or the environment; .env.example explains it.")
        for problem in problems
    ]
