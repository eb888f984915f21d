"""How lists of models and the bot's state read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from bot.errors import UpstreamError
from bot.grok.types import Resting
from bot.slots import Slot
from bot.ui import text
from bot.ui.face import MESSAGE_LIMIT_CHARS
from bot.ui.sentences.resting import rest_lines


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What `/status` shows. Times in seconds; refused: replies of 429 since the start; answering: work under way.

    slot: the share of this process, where several run as one bot. lacks: what the Grok server cannot do, as a line.
    rests: upstreams that are left alone now.
    """

    upstream_s: float
    upstream_problem: UpstreamError | None
    gateway_s: float
    shards: int
    answering: int
    refused: int
    uptime_s: float
    slot: Slot | None = None
    lacks: str = ""
    rests: tuple[Resting, ...] = ()


def models_text(names: Sequence[str], in_use: Mapping[str, str]) -> str:
    """Return the list of models as one message. in_use: what each model in use is used for."""
    missing = [f"`{text.code(name)}` for {use}" for name, use in in_use.items() if name not in names]
    lines = [f"- `{text.code(name)}`{f' · **{in_use[name]}**' if name in in_use else ''}" for name in names]
    if missing:
        lines.append(f"⚠️ Configured but not listed by the server: {', '.join(missing)}.")
    head = f"**{len(names)} models** on this Grok server:\n" if names else "This Grok server lists no models.\n"
    kept: list[str] = []
    for line in lines:
        if len(head) + sum(len(row) + 1 for row in kept) + len(line) > MESSAGE_LIMIT_CHARS - 40:
            kept.append(f"-# and {len(lines) - len(kept)} more")
            break
        kept.append(line)
    return head + "\n".join(kept)


def status_text(facts: StatusFacts) -> str:
    """Return the state as one message."""
    if facts.upstream_problem is None:
        upstream = f"🟢 Grok answers ({facts.upstream_s * 1000:.0f} ms)"
    else:
        upstream = f"🔴 {text.sentence(facts.upstream_problem)}"
    shards = text.counted(facts.shards, "shard")
    if isfinite(facts.gateway_s):
        gateway = f"🟢 Discord answers ({facts.gateway_s * 1000:.0f} ms, {shards})"
    else:  # no heartbeat was answered yet
        gateway = f"🟢 Discord is connected ({shards})"
    return "\n".join(
        (
            upstream,
            *rest_lines(facts.rests),
            gateway,
            *([f"-# {facts.lacks}"] if facts.lacks else []),
            f"-# {text.counted(facts.answering, 'answer')} under way · up for {text.long_duration(facts.uptime_s)}"
            f" · refused by Discord's rate limits: {facts.refused}",
            *([] if facts.slot is None else [_slot_text(facts.slot)]),
        )
    )


def _slot_text(slot: Slot) -> str:
    """Return which share of the bot answers here; slots and shards are counted from 0, as in logs and by Discord."""
    first, last = slot.shard_ids[0], slot.shard_ids[-1]
    shards = f"shard {first}" if first == last else f"shards {first} to {last}"
    return f"-# this process: slot {slot.number} of {slot.slots} · {shards} of {slot.shard_count}"
