"""How personas and tuning look: the forms, the button that opens one, and the lists. State stands in custom ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord

from bot.ui import text
from bot.ui.face import MESSAGE_LIMIT_CHARS
from bot.ui.sentences import preferences as sentences

TUNE = "grokcord:tune:2:"
PERSONA = "grokcord:persona:2:"
FORM_LIMIT_CHARS = 4000  # Discord: a text input
CHANGE_SHOWN_CHARS = 80

_STYLES = (
    ("brief", "Brief", "as few sentences as the question allows"),
    ("normal", "Normal", "as usual"),
    ("thorough", "Thorough", "reasons, examples, exceptions"),
)


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a tuning form shows and takes, as it is typed. style: "brief", "normal" or "thorough"."""

    temperature: str
    length: str
    style: str
    is_json: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """Who changed what, and when. value: "" when it was taken back."""

    name: str
    what: str
    value: str
    at: datetime


class TuneForm(discord.ui.Modal, title="Tune the answers here"):
    """Temperature, length, style and JSON, with the present values."""

    def __init__(self, channel_id: int, now: Knobs) -> None:
        super().__init__(custom_id=f"{TUNE}{channel_id}")
        self._line("Temperature", "0 (dry) to 2 (wild); blank: as usual", "temperature", now.temperature)
        self._line("Answer length", "in tokens; blank: as usual", "length", now.length)
        styles: discord.ui.RadioGroup[Any] = discord.ui.RadioGroup(custom_id="style")  # Any: whichever view
        for value, label, said in _STYLES:
            styles.add_option(label=label, value=value, description=said, default=value == now.style)
        self.add_item(discord.ui.Label(text="Style", component=styles))
        box: discord.ui.Checkbox[Any] = discord.ui.Checkbox(custom_id="json", default=now.is_json)  # Any: as above
        self.add_item(discord.ui.Label(text="JSON", description="answer with JSON alone, as a file", component=box))

    def _line(self, label: str, said: str, custom_id: str, value: str) -> None:
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(  # Any: as above
            custom_id=custom_id, default=value or None, required=False, max_length=12
        )
        self.add_item(discord.ui.Label(text=label, description=said, component=field))


class PersonaForm(discord.ui.Modal, title="Who I am here"):
    """The persona of a channel, with the present one."""

    def __init__(self, channel_id: int, now: str) -> None:
        super().__init__(custom_id=f"{PERSONA}{channel_id}")
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(  # Any: as above
            custom_id="persona",
            style=discord.TextStyle.paragraph,
            default=now[:FORM_LIMIT_CHARS] or None,
            max_length=FORM_LIMIT_CHARS,
        )
        said = "Told to the model before every question asked in this channel"
        self.add_item(discord.ui.Label(text="Persona", description=said, component=field))


def tune_button(channel_id: int) -> discord.ui.Button[Any]:  # Any: whichever view
    """Return the button that opens the tuning form."""
    return discord.ui.Button(
        label="Tune", emoji="🎛️", style=discord.ButtonStyle.secondary, custom_id=f"{TUNE}{channel_id}"
    )


def knobs_of(filled: Mapping[str, object]) -> Knobs:
    """Return a tuning form as it was filled in."""
    return Knobs(
        str(filled.get("temperature") or ""),
        str(filled.get("length") or ""),
        str(filled.get("style") or ""),
        filled.get("json") is True,
    )


def persona_text(
    persona: str | None, changes: Sequence[ShownChange] | None = None, *, is_inherited: bool = False
) -> str:
    """Return the persona, and who changed what lately, in one message. changes: None to leave that out."""
    history = "" if changes is None else "\n".join(map(_change_line, changes)) or f"-# {sentences.NO_CHANGES}"
    if persona is None:
        return f"{sentences.persona_none()}\n{history}".rstrip()
    head = sentences.persona_head(is_inherited=is_inherited)
    room = MESSAGE_LIMIT_CHARS - len(head) - len(history) - 2
    return f"{head}\n{_quoted(persona, room)}\n{history}".rstrip()


def named(person: str) -> str:
    """Return a person's name as it may stand in a sentence."""
    return f"**{text.escape(person, 32)}**"


def _change_line(change: ShownChange) -> str:
    value = text.escape(change.value, CHANGE_SHOWN_CHARS)
    return sentences.change_line(named(change.name), change.what, value, int(change.at.timestamp()))


def _quoted(said: str, room: int) -> str:
    """Return a text as a quotation that keeps its lines, cut to `room` characters; markup is escaped."""
    lines: list[str] = []
    for line in said.splitlines():
        quoted = f"> {text.escape(line, FORM_LIMIT_CHARS)}"
        if len(quoted) + 1 > room - 4:
            lines.append(f"{quoted[: max(room - 4, 2)]}…".rstrip("\\"))
            break
        room -= len(quoted) + 1
        lines.append(quoted)
    return "\n".join(lines)
