"""How a memory reads, and the buttons to change it. All that a button needs stands in its custom id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import discord

from bot.ui import text
from bot.ui.face import MESSAGE_LIMIT_CHARS

PREFIX = "grokcord:memory:2:"
ROWS_A_PAGE = 5
ROW_SHOWN_CHARS = (240, 160, 80, 40)  # the first with which a page fits
PICKED_SHOWN_CHARS = (1200, 600, 300)  # of the turn that was picked; the same
OPTION_LIMIT_CHARS = 100  # Discord: label of an option

Action = Literal["older", "newer", "pick", "pin", "unpin", "edit", "save", "delete"]
_CUSTOM_ID = re.compile(rf"{PREFIX}([a-z]+):([0-9]{{1,6}}):([0-9]{{1,18}})")


@dataclass(frozen=True, slots=True)
class MemoryControl:
    """What a button does: on which page, to which turn. turn_id: 0 for none."""

    action: Action
    page: int
    turn_id: int = 0


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One thing that goes along. turn_id: None for the summary. tokens: an estimate.

    told: the text, word for word as the model is told it. pictures: how many go along with it.
    """

    turn_id: int | None
    speaker: str
    text: str
    tokens: int
    is_pinned: bool
    told: str = ""
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class ShownMemory:
    """What goes along with the next question, in its order, and in figures."""

    rows: Sequence[ShownRow]
    header: str

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-len(self.rows) // ROWS_A_PAGE))

    def page(self, number: int) -> Sequence[tuple[int, ShownRow]]:
        """Return the rows of a page, each with its number; page 0 holds the newest."""
        end = len(self.rows) - number * ROWS_A_PAGE
        start = max(0, end - ROWS_A_PAGE)
        return list(enumerate(self.rows[start:end], start + 1))

    def page_of(self, turn_id: int | None, number: int) -> int:
        """Return the page that holds a turn, `number` when none does: pages move on when something more is said."""
        at = next((at for at, row in enumerate(reversed(self.rows)) if row.turn_id and row.turn_id == turn_id), None)
        return number if at is None else at // ROWS_A_PAGE


def custom_id(control: MemoryControl) -> str:
    """Return what Discord is told of a button."""
    return f"{PREFIX}{control.action}:{control.page}:{control.turn_id}"


def find_memory_control(written: str) -> MemoryControl | None:
    """Return what a button does, or None for one that is not of this version."""
    found = _CUSTOM_ID.fullmatch(written)
    if found is None or found[1] not in get_args(Action):
        return None
    return MemoryControl(cast(Action, found[1]), int(found[2]), int(found[3]))  # cast: one of Action's, see above


def memory_page(memory: ShownMemory, number: int, picked: int | None = None) -> str:
    """Return one page as a message, with the turn that somebody picked at more length. number: clipped to what is."""
    if not memory.rows:
        return text.MEMORY_EMPTY
    number = _clipped(memory, number)
    foot = f"-# Page {number + 1} of {memory.pages}, the newest last" if memory.pages > 1 else ""
    lengths = [(chars, room) for room in PICKED_SHOWN_CHARS for chars in ROW_SHOWN_CHARS]
    for chars, room in lengths:
        lines = [memory.header, *(_line(at, row, chars) for at, row in memory.page(number)), foot]
        shown = "\n".join(filter(None, (*lines, *_picked(memory, number, picked, room))))
        if len(shown) <= MESSAGE_LIMIT_CHARS:
            return shown
    return text.cut(shown, MESSAGE_LIMIT_CHARS)


def memory_view(memory: ShownMemory, number: int, picked: int | None = None) -> discord.ui.View:
    """Return the controls of a page: its turns to pick from, what can be done to the one picked, older and newer."""
    number = _clipped(memory, number)
    view = discord.ui.View(timeout=None)
    turns = [(at, row) for at, row in memory.page(number) if row.turn_id is not None]
    if turns:
        view.add_item(_select(turns, number, picked))
    for at, row in turns:
        if row.turn_id == picked:
            _add_turn_buttons(view, at, row, number)
    if memory.pages > 1:
        view.add_item(_button("‹ Older", "older", number, is_disabled=number + 1 == memory.pages))
        view.add_item(_button("Newer ›", "newer", number, is_disabled=number == 0))
    # Nothing of it lives in the process: discord.py would keep a view that is not stopped for ever.
    view.stop()
    return view


def edit_form(control: MemoryControl, said: str, limit: int) -> discord.ui.Modal:
    """Return a form with what a turn says, to be changed."""
    form = discord.ui.Modal(
        title="Change what I remember", custom_id=custom_id(MemoryControl("save", control.page, control.turn_id))
    )
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph, default=said, max_length=limit, custom_id="field"
    )
    form.add_item(discord.ui.Label(text="What goes along with the next question", component=field))
    form.stop()  # as above
    return form


def _clipped(memory: ShownMemory, number: int) -> int:
    return min(max(number, 0), memory.pages - 1)


def _line(at: int, row: ShownRow, chars: int) -> str:
    pin = "📌 " if row.is_pinned else ""
    pictures = f", {text.counted(row.pictures, 'picture')}" if row.pictures else ""
    head = f"`{at}` {pin}**{text.escape(row.speaker, 32)}** · {row.tokens:,} tokens{pictures}"
    return f"{head}\n{text.quoted(row.text, chars)}"


def _picked(memory: ShownMemory, number: int, picked: int | None, room: int) -> list[str]:
    """Return the turn that was picked as the model is told it, line by line, cut to `room` characters of it."""
    chosen = [(at, row) for at, row in memory.page(number) if picked is not None and row.turn_id == picked]
    return [
        "\n".join([f"**Picked: `{at}`, as I am told it**", *_lines(text.cut(row.told or row.text, room))])
        for at, row in chosen
    ]


def _lines(said: str) -> list[str]:
    return [text.quoted(line, len(line) + 1) for line in said.splitlines()]


def _select(
    turns: Sequence[tuple[int, ShownRow]], number: int, picked: int | None
) -> discord.ui.Select[discord.ui.View]:
    options = [
        discord.SelectOption(
            label=text.cut(f"{at}. {row.speaker}: {' '.join(row.text.split())}", OPTION_LIMIT_CHARS),
            value=str(row.turn_id),
            emoji="📌" if row.is_pinned else None,
            default=row.turn_id == picked,
        )
        for at, row in turns
    ]
    return discord.ui.Select(
        custom_id=custom_id(MemoryControl("pick", number)), placeholder="Pick a turn to change it", options=options
    )


def _add_turn_buttons(view: discord.ui.View, at: int, row: ShownRow, number: int) -> None:
    turn_id = row.turn_id or 0
    pin: tuple[str, Action] = ("Unpin", "unpin") if row.is_pinned else ("Pin", "pin")
    view.add_item(_button(f"{pin[0]} {at}", pin[1], number, turn_id))
    view.add_item(_button(f"Edit {at}", "edit", number, turn_id))
    view.add_item(_button(f"Delete {at}", "delete", number, turn_id, style=discord.ButtonStyle.danger))


def _button(
    label: str,
    action: Action,
    page: int,
    turn_id: int = 0,
    *,
    is_disabled: bool = False,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
) -> discord.ui.Button[discord.ui.View]:
    row = 1 if turn_id else 2
    written = custom_id(MemoryControl(action, page, turn_id))
    return discord.ui.Button(label=label, custom_id=written, disabled=is_disabled, style=style, row=row)
