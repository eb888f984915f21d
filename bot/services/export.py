"""What is remembered, as files that people can keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.scope import Scope
from bot.store.memory import Turn

VERSION = 1


@dataclass(frozen=True, slots=True)
class Export:
    """The turns as two texts. left_out: how many of the oldest had no room.

    json: {"version": 1, "scope": its name, "left_out": a number, "turns": [{"id", "exchange", "role": "user" or
    "assistant", "author", "text", "model", "created_at": ISO 8601 in UTC, "pinned"}, ...]}, oldest first.
    """

    json: str
    markdown: str
    turns: int
    left_out: int


def exported(scope: Scope, turns: Sequence[Turn], max_bytes: int, *, left_out: int = 0) -> Export:
    """Return the newest turns whose texts each take at most `max_bytes`; left_out: how many were not even read."""
    whole = _export(scope, turns, left_out)
    while turns and max(len(whole.json.encode()), len(whole.markdown.encode())) > max_bytes:
        fewer = turns[len(turns) // 2 + 1 :]
        left_out += len(turns) - len(fewer)
        turns = fewer
        whole = _export(scope, turns, left_out)
    return whole


def _export(scope: Scope, turns: Sequence[Turn], left_out: int) -> Export:
    told = {"version": VERSION, "scope": scope.key, "left_out": left_out, "turns": [_told(turn) for turn in turns]}
    markdown = [f"# What Grok remembers ({scope.key})", *(_section(turn) for turn in turns)]
    if left_out:
        markdown.insert(1, f"{left_out:,} earlier turns are left out.")
    as_json = json.dumps(told, ensure_ascii=False, indent=2)
    return Export(f"{as_json}\n", "\n\n".join(markdown) + "\n", len(turns), left_out)


def _told(turn: Turn) -> dict[str, object]:
    return {
        "id": turn.id,
        "exchange": turn.exchange_id,
        "role": turn.role,
        "author": _speaker(turn),
        "text": turn.text,
        "model": turn.model,
        "created_at": turn.created_at.isoformat(),
        "pinned": turn.pinned,
    }


def _section(turn: Turn) -> str:
    pinned = ", pinned" if turn.pinned else ""
    name = " ".join(_speaker(turn).split())
    return f"## {name}, {turn.created_at:%Y-%m-%d %H:%M} UTC{pinned}\n\n{turn.text}"


def _speaker(turn: Turn) -> str:
    return "Grok" if turn.role == "assistant" else turn.author_name
