"""Questions about a message that somebody points at: what is asked, and how messages become material."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.services.reading import Material

EXPLAIN = (
    "Explain the message that is quoted below: what it says, what its terms and allusions mean, and what a newcomer "
    "would need to know. Answer in {language}."
)
TRANSLATE = (
    "Translate the message that is quoted below into {language}. Give the translation alone; keep its tone, its "
    "Markdown, names and code. If it is in {language} already, say so and correct its mistakes."
)
SUMMARISE = (
    "Summarise the conversation that is quoted below: what was discussed and decided, what is still open, and who "
    "wants what. At most ten short bullet points. Answer in {language}."
)
SUMMARY_LIMIT_CHARS = 60_000  # what a question can hold beside everything else


@dataclass(frozen=True, slots=True)
class Said:
    """A message that somebody wrote. text: "" where Discord does not show it to the bot."""

    author: str
    text: str


def quoted_message(said: Said) -> Material:
    """Return one message as material."""
    return Material(f"Message by {said.author}", said.text, "")


def transcript(messages: Sequence[Said]) -> Material:
    """Return messages, oldest first, as material; the newest are kept where there are too many."""
    lines = [f"{said.author}: {said.text}" for said in messages if said.text.strip()]
    kept: list[str] = []
    room = SUMMARY_LIMIT_CHARS
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    note = "" if len(kept) == len(lines) else f"the last {len(kept)} of {len(lines)} messages"
    return Material("Conversation", "\n".join(reversed(kept)), note)
