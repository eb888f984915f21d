"""How a model's thinking reads: its last line while it lasts, all of it for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.ui import text
from bot.ui.face import MESSAGE_LIMIT_CHARS, TextUpload

LINE_CHARS = 100
TAIL_CHARS = 2000  # the last line is looked for in as much

_QUOTED_ROOM = MESSAGE_LIMIT_CHARS - 200


def last_line(thoughts: Sequence[str]) -> str:
    """Return the newest whole line that says anything, as small print may show it; "" if there is none.

    thoughts: the pieces as they came, joined the thinking. A line that is still growing is shown only while there is
    no whole one: it would flicker.
    """
    tail = ""
    for piece in reversed(thoughts):
        tail = piece + tail
        if len(tail) >= TAIL_CHARS:
            break
    lines = [line for line in tail.splitlines(keepends=True) if any(sign.isalnum() for sign in line)]
    whole = [line for line in lines if line != line.rstrip("\n")] or lines
    return text.escape(whole[-1].strip(), LINE_CHARS) if whole else ""


def thoughts_view(thoughts: str, seconds: float) -> tuple[str, list[discord.File]]:
    """Return the content of a private message that shows the thinking, and a file where it is too long for one."""
    took = f" for {text.duration(seconds)}" if seconds >= 1 else ""
    head = f"💭 Grok thought{took}:"
    bare = thoughts.strip()
    quoted = "\n".join(f"> {text.unmentioned(line)}" for line in bare.splitlines())
    if len(quoted) <= _QUOTED_ROOM:
        return f"{head}\n{quoted}", []
    return f"{head} (the whole of it is attached)", [TextUpload("thoughts.md", bare).open()]
