"""The checks of Discord: token, gateway and intents, invite links, commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.doctor.api import DiscordApi, Told
from bot.doctor.findings import Finding, failed, ok, skipped
from bot.needs import PERMISSIONS, server_link, user_link

TOKEN, GATEWAY, INVITES, USER_INSTALL, COMMANDS = (
    "Discord token",
    "gateway and intents",
    "invite link, server",
    "invite link, user",
    "commands in sync",
)
NEEDS_TOKEN = "needs the token first"  # noqa: S105  # no password
_PORTAL = "https://discord.com/developers/applications"

Payload = Mapping[str, Any]  # Any: Discord's JSON


def token_finding(application: Told, address: str) -> Finding:
    """Return what asking for the own application with the token showed."""
    if application.status == 401:
        remedy = f"Reset the token at {_PORTAL} (Bot, Reset Token) and put it into DISCORD_TOKEN."
        return failed(TOKEN, "Discord refuses the token", remedy)
    if application.status != 200 or not str(application.fields.get("id", "")).isdecimal():
        what = f"answered {application.status}" if application.status else "cannot be reached"
        remedy = "Check this machine's network and DISCORD_API_URL, and look at https://discordstatus.com."
        return failed(TOKEN, f"{address} {what}", remedy)
    return ok(TOKEN, f"accepted, for the application {application.fields.get('name', '?')}")


async def discord_findings(api: DiscordApi, application: Told) -> list[Finding]:
    """Return what the application is set up for. application: as Discord tells of it, the token accepted."""
    application_id = int(application.fields["id"])
    return [gateway_finding(await api.get("gateway/bot")), *invite_findings(application_id, application)]


def gateway_finding(told: Told) -> Finding:
    """Return whether a session can begin now."""
    limit = told.fields.get("session_start_limit")
    if told.status != 200 or not isinstance(limit, dict):
        remedy = "Wait for Discord: https://discordstatus.com tells how it is doing."
        return failed(GATEWAY, f"Discord does not say where its gateway is (answer {told.status or 'none'})", remedy)
    left, total = limit.get("remaining", 1), limit.get("total", 1000)
    if left == 0:
        wait = timedelta(milliseconds=limit.get("reset_after", 0))
        remedy = f"Wait {wait}: something restarts the bot again and again; its log says why."
        return failed(GATEWAY, f"no session may begin any more, all {total} of the day are used up", remedy)
    line = f"guilds, guild messages and direct messages; none is privileged · {left} of {total} session starts left"
    return ok(GATEWAY, line)


def invite_findings(application_id: int, application: Told) -> list[Finding]:
    """Return the links by which people take the bot, where the application lets them."""
    modes = application.fields.get("integration_types_config")
    allowed = set(modes) if isinstance(modes, dict) and modes else {"0", "1"}  # old applications do not say
    server = f"permissions {PERMISSIONS.value} · {server_link(application_id)}"
    user = user_link(application_id)
    where = f"{_PORTAL}, your application, Installation"
    return [
        ok(INVITES, server)
        if "0" in allowed
        else failed(INVITES, "people cannot put the bot into servers", f"Turn on Guild Install: {where}."),
        ok(USER_INSTALL, user)
        if "1" in allowed
        else failed(USER_INSTALL, "people cannot take the bot along", f"Turn on User Install: {where}."),
    ]


def commands_finding(own: Sequence[Payload], told: Told) -> Finding:
    """Return whether Discord has the commands that the bot would register."""
    remedy = "Start the bot once: it registers its commands when they changed."
    if told.status != 200 or not isinstance(told.body, list):
        return failed(COMMANDS, f"Discord does not say what is registered (answer {told.status or 'none'})", remedy)
    theirs = {(row.get("type", 1), row.get("name")): row for row in told.body if isinstance(row, dict)}
    ours = {(row.get("type", 1), row.get("name")): row for row in own}
    lacking = [str(key[1]) for key in ours if key not in theirs]
    surplus = [str(key[1]) for key in theirs if key not in ours]
    stale = [str(key[1]) for key in ours if key in theirs and not _covers(theirs[key], ours[key])]
    wrong = [
        f"{what}: {', '.join(sorted(names))}"
        for what, names in (("not registered", lacking), ("registered for nothing", surplus), ("outdated", stale))
        if names
    ]
    return failed(COMMANDS, "; ".join(wrong), remedy) if wrong else ok(COMMANDS, f"all {len(ours)} as they should be")


def without_token() -> list[Finding]:
    """Return the checks that were not made because Discord does not know us."""
    return [skipped(check, NEEDS_TOKEN) for check in (GATEWAY, INVITES, USER_INSTALL)]


def _covers(theirs: Any, ours: Any) -> bool:  # Any: JSON
    """Tell whether Discord has all that was sent: it adds fields of its own and leaves out what is not set."""
    if isinstance(ours, Mapping):
        return isinstance(theirs, Mapping) and all(
            _covers(theirs.get(name), value) for name, value in ours.items() if not _is_nothing(value)
        )
    if isinstance(ours, list | tuple):
        return isinstance(theirs, list) and len(theirs) == len(ours) and all(map(_covers, theirs, ours))
    if isinstance(ours, int | str):
        return str(theirs) == str(ours)
    return bool(theirs == ours)


def _is_nothing(value: object) -> bool:
    return value is None or value is False or value in ("", [], {})
