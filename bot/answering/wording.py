"""What a message asks, told from its text."""

from __future__ import annotations

import re


def without_mention(content: str, bot_id: int) -> str:
    """Return what a message says to the bot: its text without the mentions that called it."""
    return re.sub(rf"<@!?{bot_id}>", "", content).strip()
