"""Sentences about what is remembered."""

from __future__ import annotations

from collections.abc import Sequence

INPUT: dict[str, str] = {
    "turn_gone": "I do not remember that turn any more, so nothing was changed. `/memory show` shows what I remember.",
    "turn_blank": "A turn cannot be empty. Press **Delete** to have it forgotten.",
    "turn_long": "That turn has {chars:,} characters, and a form of Discord takes {limit:,}. You can delete it.",
    "not_yours_turn": "`{asker}` asked that; only they, or somebody with **Manage Messages**, can change it.",
    "pins_full": "That turn takes about {size:,} tokens, and pinned turns take {used:,} of the {limit:,} there are for "
    "them. Please unpin another one first.",
    "nothing_to_undo": "There is nothing to undo: I remember no question asked here.",
    "mode_refused": "Only a person with **Manage Channels** can choose which memory is used here.",
    "mode_needs_thread": "A memory of its own is for threads. Here it can be `channel` or `person`.",
    "expiry_refused": "Only a person with **Manage Server** can choose how long I remember.",
    "expiry_needs_server": "Memory expires in servers only. Here, `/memory forget` forgets at once.",
    "expiry_days": "Please give a number of days from 1 to {most:,}, or 0 to keep everything.",
}

MODES = {
    "channel": "everybody here shares one memory",
    "thread": "this thread has a memory of its own, which began with that of its channel",
    "person": "each person has a memory of their own here",
}
AWAY = "My memory is off for the moment: please try again in a minute, and tell the bot's owner if it stays off."
NOT_STORED = "My memory is off for the moment: this answer could not be stored, so I shall not remember it."
NO_BUTTONS = "My memory is off for the moment, so there are no buttons here."

PARENT = "this thread shares the memory of its channel"

SAVED = "Changed."
PARENT_KEPT = "What you asked in its channel is remembered there; `/memory forget` in the channel forgets it."
CUT_OFF = "What this thread took over from its channel is forgotten here as well; the channel still remembers it."


def undone(question: str) -> str:
    """Return what was undone. question: quoted, "" if it was gone already."""
    return f"Forgotten, with its answer:\n{question}" if question else "Forgotten: the newest answer."


def mode_now(mode: str, *, is_thread: bool) -> str:
    """Return which memory is used here."""
    return f"Memory: {_mode(mode, is_thread=is_thread)} (`{mode}`)."


def mode_changed(name: str, mode: str, *, is_thread: bool) -> str:
    """Return the public line about another memory. name: of who changed it, fit to stand in a sentence."""
    return f"-# {name} changed what I remember: {_mode(mode, is_thread=is_thread)}."


def expiry_now(days: int | None) -> str:
    """Return how long a server remembers."""
    if days is None:
        return "I remember without an end here. `/memory expiry days:30` would change that."
    return f"I forget here what is older than {_days(days)}."


def expiry_changed(name: str, days: int) -> str:
    """Return the public line about another expiry. name: as in `mode_changed`; days: 0 for never."""
    then = f"what is older than {_days(days)} is forgotten" if days else "nothing is forgotten by itself"
    return f"-# {name} changed how long I remember in this server: {then}."


def exported(turns: int, left_out: int) -> str:
    """Return what an export holds."""
    said = (
        f"Everything I remember here ({turns:,} {'turn' if turns == 1 else 'turns'})"
        if not left_out
        else f"The newest {turns:,} turns; {left_out:,} older ones had no room"
    )
    return f"{said}, as JSON and as Markdown."


def header(
    *,
    turns: int,
    stored: int,
    pinned: int,
    summarised: int,
    tokens: int,
    budget: int,
    pictures: int = 0,
    system_tokens: int = 0,
) -> str:
    """Return what goes along with the next question, in figures. system_tokens: of what I am told before it."""
    parts: Sequence[str] = (
        f"**{turns:,} of {stored:,} turns** go along with the next question",
        f"{pinned:,} pinned" if pinned else "",
        f"summary of {summarised:,}" if summarised else "",
        f"about {tokens:,} tokens (estimate) of {budget:,}",
        ("1 picture" if pictures == 1 else f"{pictures} pictures") if pictures else "",
    )
    before = f"\n-# Before it: my instructions and persona, about {system_tokens:,} tokens" if system_tokens else ""
    return ", ".join(filter(None, parts)) + before


def _mode(mode: str, *, is_thread: bool) -> str:
    return PARENT if is_thread and mode == "channel" else MODES[mode]


def _days(days: int) -> str:
    return "a day" if days == 1 else f"{days:,} days"
