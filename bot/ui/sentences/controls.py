"""Sentences about the buttons under an answer."""

from __future__ import annotations

INPUT: dict[str, str] = {
    "not_yours": "Only the person who asked, or a moderator, may press that.",
    "old_button": "That button is from an older version of me, or belongs to another message. Please ask again.",
    "answer_forgotten": "I no longer remember this answer, so its buttons do nothing any more. Please ask again.",
    "still_writing": "I am still writing this answer. Wait until it is done, or press **Stop**.",
    "no_thoughts": "No thoughts were kept for this answer.",
    "no_threads_here": "Threads can only be made from a server's text channels.",
    "cannot_thread": "I may not make threads here: I lack the permission **Create Public Threads**.",
    "cannot_thread_you": "You may not make threads here: you lack the permission **Create Public Threads**.",
    "thread_exists": "This answer has a thread already: <#{thread_id}>",
    "no_models": "The Grok server does not tell which models it has. Please try again in a minute.",
    "lost_deleted": "I cannot show it here: one of the messages of this answer was deleted. Please ask again.",
    "lost_forbidden": "I cannot show it here: I lost a permission in this channel.",
    "lost_unreachable": "Discord did not let me change this answer. Please try again in a minute.",
    "cannot_delete": "I may not delete messages here any more. Please delete it by hand.",
}

STOPPED = "Stopped. What stands here is kept."
STOPPED_EMPTY = "Stopped before there was anything to read."
INTERRUPTED = "Interrupted: Grok stopped sending before the answer was complete. Press **Retry** to ask again."
INTERRUPTED_BY_ME = (
    "Interrupted: something went wrong on my side. What stands here is kept; press **Retry** to ask again."
)
SHUTTING_DOWN = "Interrupted: I am being restarted. What stands here is kept; press **Retry** in a minute."
NOT_JSON = "This is not valid JSON, although I asked for it twice."
WRITING_AGAIN = "-# Writing again …"
YOUR_TURN = "-# It is your turn …"
BRANCHED = (
    "This thread remembers the conversation up to the answer above, and goes its own way from here. "
    "Mention me to go on."
)
BRANCHED_TO = "It goes on in {thread}."
DELETE_REALLY = "Delete this answer, and forget it together with its question?"
DELETED = "Deleted and forgotten."


def in_line(place: int) -> str:
    """Return what stands in the place of an answer that waits for others. place: 1 is next."""
    before = place - 1
    if before == 0:
        return "-# In line: you are next …"
    return f"-# In line: {before} before you …"


def overflowing(characters: int, *, is_complete: bool) -> str:
    """Return what stands under the beginning of an answer that is too long for messages."""
    if is_complete:
        return f"-# This is the beginning of {characters:,} characters; all of it is attached."
    return f"-# … {characters // 1000 * 1000:,} characters so far; when it is done, all of it comes as a file."
