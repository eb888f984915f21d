"""What somebody asks, and what becomes of it while it is answered, as values."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import InputError
from bot.grok.types import Finished, ReasoningDelta, TextDelta
from bot.services.reading import Material, NamedPicture
from bot.services.scope import Place

__all__ = [
    "Author",
    "ChatUpdate",
    "Finished",
    "Opened",
    "Question",
    "ReasoningDelta",
    "Restarted",
    "TextDelta",
    "Waiting",
    "checked_prompt",
    "told_material",
]

PROMPT_LIMIT_CHARS = 6000  # Discord: a string option
REMEMBERED_MATERIAL_CHARS = 24_000  # more of a file would push the rest of the memory out


@dataclass(frozen=True, slots=True)
class Author:
    """A person. name: as the channel sees it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks, and where.

    material: files and quoted messages, as text. message_id: the message that asks, None for a command.
    heading: a line shown above the answer. model: asked for explicitly. is_fresh: without the memory.
    is_private: for the asker's eyes only, and stored nowhere.
    """

    place: Place
    author: Author
    prompt: str
    material: tuple[Material, ...] = ()
    pictures: tuple[NamedPicture, ...] = ()
    message_id: int | None = None
    heading: str = ""
    model: str | None = None
    is_fresh: bool = False
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer has a key, by which its buttons find it. Always the first event."""

    key: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The question stands in line. place: 1 is next; 0: it is being answered."""

    place: int


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was written so far is void: the model writes the answer anew."""


ChatUpdate = Opened | Waiting | TextDelta | ReasoningDelta | Restarted | Finished


def checked_prompt(prompt: str) -> str:
    """Return the prompt without outer white space. Raises InputError when it is blank or too long."""
    bare = prompt.strip()
    if not bare:
        raise InputError("prompt_blank")
    if len(bare) > PROMPT_LIMIT_CHARS:
        raise InputError("prompt_long", chars=len(bare), limit=PROMPT_LIMIT_CHARS)
    return bare


def told_material(material: tuple[Material, ...]) -> str:
    """Return files and quoted messages as one text: each under its name, with a note of what was cut."""
    heads = (f"{each.name} ({each.note})" if each.note else each.name for each in material)
    return "\n\n".join(f"{head}:\n{each.text}".rstrip() for head, each in zip(heads, material, strict=True))
