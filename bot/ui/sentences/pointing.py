"""Sentences about the commands on a message."""

from __future__ import annotations

INPUT: dict[str, str] = {
    "nothing_to_read": "There is nothing in that message that I can read: no text, and no file.",
}

_SHOWN = "-# About [this message]({link}): {what}"


def about(link: str, what: str) -> str:
    """Return the line above an answer that is about a message."""
    return _SHOWN.format(link=link, what=what)


def summary_heading(link: str, read: int, hidden: int) -> str:
    """Return the line above a summary: from where on, and how much of it Discord did not let the bot read."""
    head = f"-# From [this message]({link}) on, {read} {'message' if read == 1 else 'messages'}"
    if not hidden:
        return head
    return (
        f"{head}. {hidden} more {'was' if hidden == 1 else 'were'} written that Discord does not show me: I see a "
        "message only when it mentions me or when somebody points at it"
    )
