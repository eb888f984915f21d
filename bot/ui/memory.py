"""How a memory reads."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ui import text
from bot.ui.face import MESSAGE_LIMIT_CHARS

TURN_SHOWN_CHARS = 160


def memory_text(turns: Sequence[tuple[str, str, str]], *, total: int, tokens: int) -> str:
    """Return one message that shows what goes along with the next question, newest last.

    turns: role, speaker's name and text of each, oldest first; the oldest are left out where there is no room.
    total: all turns stored. tokens: an estimate of the turns' size.
    """
    if not total:
        return text.MEMORY_EMPTY
    head = f"**{len(turns)} of {total} turns** go along with the next question here, about {tokens:,} tokens.\n"
    lines: list[str] = []
    left = MESSAGE_LIMIT_CHARS - len(head) - 60
    for role, name, said in reversed(turns):
        speaker = "Grok" if role == "assistant" else text.escape(name, 32)
        line = f"> **{speaker}**: {text.escape(said, TURN_SHOWN_CHARS)}"
        left -= len(line) + 1
        if left < 0:
            lines.append(f"-# and {len(turns) - len(lines)} earlier ones")
            break
        lines.append(line)
    return head + "\n".join(reversed(lines))
