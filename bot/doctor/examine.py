"""The whole examination: which checks there are, in which order, and what each of them needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.config import Settings
from bot.doctor.api import DiscordApi
from bot.doctor.clock import clock_finding
from bot.doctor.discord_side import (
    COMMANDS,
    NEEDS_TOKEN,
    commands_finding,
    discord_findings,
    token_finding,
    without_token,
)
from bot.doctor.findings import Finding, failed, ok, skipped
from bot.doctor.storage import database_findings, disk_findings
from bot.doctor.upstream_side import KEY, REACHABLE, Place, upstream_findings
from bot.errors import SettingError

SETTINGS = "settings"

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
        for finding in await discord_findings(api, application) if is_known else without_token():
            yield finding
        upstreams = [finding for place in places for finding in await upstream_findings(place, online=online)]
        for finding in upstreams:
            yield finding
        if not is_known:
            yield skipped(COMMANDS, NEEDS_TOKEN)
        elif any(finding.outcome == "failed" and finding.check in (REACHABLE, KEY) for finding in upstreams):
            yield skipped(COMMANDS, "they hang on what the Grok servers can do, which not all of them tell")
        else:
            registered = await api.get(f"applications/{application.fields['id']}/commands?with_localizations=true")
            yield commands_finding(await own_commands(), registered)
    for finding in (*await database_findings(settings.database_url), *disk_findings(settings)):
        yield finding
    yield clock_finding(application.date, ours)


def settings_findings(problems: Sequence[SettingError]) -> list[Finding]:
    """Return a finding for each bad setting, or one that all are well."""
    if not problems:
        return [ok(SETTINGS, "all can be read")]
    return [
        failed(SETTINGS, str(problem), f"Correct {problem.name} in .env or the environment; .env.example explains it.")
        for problem in problems
    ]
