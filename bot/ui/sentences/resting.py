"""How upstreams that are left alone for a while read: in `/status`, and under the bot's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.grok.types import Resting

_KINDS = {"chat": "chat", "image": "pictures", "video": "clips"}
_REASONS = {"busy": "no account is free", "failed": "it does not answer", "refused": "it refuses the bot's key"}
LINES_LIMIT = 12
MINUTE_S = 60


def cooling_until(rests: Sequence[Resting]) -> str:
    """Return what the bot is doing while something that people ask for is served by nobody, "" else."""
    ends = [rest.until for rest in rests if not rest.is_served]
    if not ends:
        return ""
    upwards = -(-max(ends) // MINUTE_S) * MINUTE_S  # to the minute: it is not repainted every second
    return f"cooling until about {datetime.fromtimestamp(upwards, UTC):%H:%M} UTC"


def rest_lines(rests: Sequence[Resting]) -> list[str]:
    """Return one line for each upstream and kind that rests. The times are Discord's, in everybody's own zone."""
    lines = [
        f"{'🟡' if rest.is_served else '🔴'} `{rest.upstream}` · {_KINDS[rest.kind]}: cooling, {_REASONS[rest.reason]};"
        f" asked again <t:{round(rest.until)}:R>{' · another server serves meanwhile' if rest.is_served else ''}"
        for rest in rests
    ]
    more = len(lines) - LINES_LIMIT
    return lines if more <= 0 else [*lines[:LINES_LIMIT], f"-# and {more} more"]
