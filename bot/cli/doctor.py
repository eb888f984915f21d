"""`grokcord doctor`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, replace
from typing import Annotated, Any

import httpx
import typer

from bot.cli.conduct import conduct
from bot.cli.environment import environment
from bot.cli.exits import EXIT_FAILED, EXIT_OK
from bot.cli.output import Format, FormatOption, Output
from bot.config import Settings, read_settings
from bot.doctor.examine import examine
from bot.doctor.findings import Finding, Outcome
from bot.doctor.upstream_side import Place
from bot.errors import SettingError
from bot.grok.http import make_http
from bot.grok.pool import Pool
from bot.grok.types import CallKind
from bot.grok.upstream import Upstream
from bot.own_commands import own_commands
from bot.upstreams.opening import Upstreams

_MARKS: dict[Outcome, str] = {"ok": "✓", "failed": "✗", "skipped": "–"}
_WIDTH = 23

Online = Annotated[bool, typer.Option("--online", help="Also order a picture and a clip, which costs their quota.")]


def add_to(cli: typer.Typer) -> None:
    """Add the command."""

    @cli.command()
    def doctor(online: Online = False, output: FormatOption = Format.TEXT) -> None:
        """Find what is wrong with the set-up.

        Each check is one line, with what to do below where it failed. Nothing is changed. It asks the chat model for
        one word; a picture and a clip only with --online. Exit code 0 only if nothing failed.
        """
        told = Output(output)
        codes: list[int] = []
        ended = conduct(told, lambda: codes.append(asyncio.run(_examine(told, online=online))))
        sys.exit(ended or codes[0])


async def _examine(output: Output, *, online: bool) -> int:
    """Tell what is found, and return the exit code."""
    settings, problems = read_settings(environment())
    findings: list[Finding] = []
    async with make_http() as http:
        pool = _pool(settings, http, problems)

        async def commands() -> list[dict[str, Any]]:  # Any: Discord's JSON
            return await own_commands(settings, pool)

        async for finding in examine(settings, problems, _places(settings, pool), commands, online=online):
            findings.append(finding)
            _tell(output, finding)
    bad = sum(finding.outcome == "failed" for finding in findings)
    output.line(f"{bad} of {len(findings)} checks failed" if bad else "all is well")
    output.document({"ok": not bad, "checks": [asdict(finding) for finding in findings]})
    return EXIT_FAILED if bad else EXIT_OK


def _tell(output: Output, finding: Finding) -> None:
    output.line(f"{_MARKS[finding.outcome]} {finding.check:<{_WIDTH}} {finding.line}")
    if finding.remedy:
        output.line(f"  {'':<{_WIDTH}} → {finding.remedy}")


def _pool(settings: Settings, http: httpx.AsyncClient, problems: list[SettingError]) -> Pool:
    """Return the servers that are listed; where their list cannot be read, which is noted, the one of the settings."""
    try:
        return Upstreams(settings, http, environment).pool
    except SettingError as bad:
        problems.append(bad)
        return Upstreams(replace(settings, grok_upstreams=""), http, environment).pool


def _places(settings: Settings, pool: Pool) -> list[Place]:
    return [_place(settings, each) for each in pool.upstreams]


def _place(settings: Settings, upstream: Upstream) -> Place:
    kinds: dict[str, tuple[CallKind, str]] = {
        "GROK_MODEL": ("chat", settings.grok_model),
        "GROK_FAST_MODEL": ("chat", settings.grok_fast_model),
        "GROK_VISION_MODEL": ("chat", settings.grok_vision_model),
        "GROK_IMAGE_MODEL": ("image", settings.grok_image_model),
        "GROK_IMAGE_EDIT_MODEL": ("image", settings.grok_image_edit_model),
        "GROK_VIDEO_MODEL": ("video", settings.grok_video_model),
    }
    models = {name: upstream.own_name(model) for name, (kind, model) in kinds.items() if upstream.serves(kind, model)}
    if not settings.grok_upstreams:
        return Place(upstream.client, upstream.base_url, models)
    where = f"GROK_UPSTREAMS ({upstream.name})"
    return Place(upstream.client, upstream.base_url, models, where, where)
