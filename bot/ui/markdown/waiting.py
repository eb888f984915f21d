"""How much of a paragraph waits for its end, and where a part of it is given out before."""

from __future__ import annotations

from bot.ui.markdown import holding
from bot.ui.markdown.characters import whole_before

STRETCH_CHARS = 256  # of a long line that is read at once, and of a paragraph that waits for its end
LEAST_STRETCH_CHARS = 64
MOST_WAITING_CHARS = 768  # of a paragraph in which a mark is open, before the mark is taken for meant


def decided_end(block: str) -> int:
    """Return how much of an open block nothing that comes can change, its last word left out."""
    body = block.rstrip()
    last_line = body.rpartition("\n")[2]
    may_be_header = "|" in last_line and len(last_line) <= STRETCH_CHARS
    return min(len(body) - 1 - (len(last_line) if may_be_header else 0), holding.shown_end(block))


def forced_end(block: str, most: int) -> int:
    """Return where to end the first part of a block in which some mark is open all along."""
    near = max(most, MOST_WAITING_CHARS // 2)
    space = max(block.rfind(space, LEAST_STRETCH_CHARS, near) for space in " \n")
    return space + 1 if space > 0 else whole_before(block, near)
