"""The small print under an answer: which model wrote it, and what of the memory it was told."""

from __future__ import annotations

from collections.abc import Mapping

from bot.ui import text


def footer(
    model: str, used: Mapping[str, int], *, is_fresh: bool = False, is_private: bool = False, is_passing: bool = False
) -> str:
    """Return "grok-3 · 12 turns, 2 pinned, 3 dropped". used: turns, pinned, summarised, dropped; 0 where missing.

    In `used`, `off` says that the memory could not be read. is_passing: the answer could not be stored.
    """
    is_off = bool(used.get("off"))
    known = "memory is off" if is_off else "without memory" if is_fresh else _memory(used)
    parts = [text.escape(model, 60), *filter(None, [known])]
    if is_private:
        parts.append("not remembered")
    elif is_passing and not is_off:
        parts.append("not remembered: memory is off")
    return " · ".join(parts)


def _memory(used: Mapping[str, int]) -> str:
    """Return what went along; "" where nothing is remembered yet."""
    counts = {name: used.get(name, 0) for name in ("turns", "pinned", "summarised", "dropped")}
    if not any(counts.values()):
        return ""
    said = [text.counted(counts["turns"], "turn")]
    said += [f"{counts[name]} {name}" for name in ("pinned", "summarised", "dropped") if counts[name]]
    return ", ".join(said)
