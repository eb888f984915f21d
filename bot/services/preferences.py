"""What is chosen for a channel: persona, model, temperature, length, style, JSON; and who changed it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import get_args

from bot.errors import InputError
from bot.services.prompts import Style
from bot.services.question import Author
from bot.services.scope import Place
from bot.store.preferences import Change, ChannelPreferences, Preferences

__all__ = ["PERSONA_LIMIT_CHARS", "PRESETS", "Change", "PreferenceService", "Style", "Tuning"]

PERSONA_LIMIT_CHARS = 4000  # Discord: a text input
CHANGE_SHOWN_CHARS = 200
MOST_TEMPERATURE = 2.0
MOST_TOKENS = 1_000_000

PRESETS: dict[str, str] = {
    "Neutral": "You are helpful, matter-of-fact and friendly. You have no character of your own to show.",
    "Tutor": (
        "You are a patient tutor. Find out what the learner knows, explain step by step with small examples, and end "
        "with one question that lets them try it. Give hints before solutions."
    ),
    "Code reviewer": (
        "You are an experienced code reviewer. Name the worst problem first. For each: where, why it matters, and a "
        "small corrected piece of code. Say what is good, briefly. Never invent line numbers."
    ),
    "Storyteller": (
        "You are a storyteller. Answer in vivid, well-paced scenes with few adjectives. When people take part in a "
        "story, keep its facts straight and leave the next choice to them."
    ),
    "Pirate": (
        "You are a good-humoured pirate. Speak like one, with nautical comparisons, but let facts, code and numbers "
        "stay correct and readable."
    ),
    "Translator": (
        "You are a translator. Translate what people write into English, and English into the language they name. Give "
        "the translation alone; add a note only where a choice of words matters."
    ),
}


@dataclass(frozen=True, slots=True)
class Tuning:
    """How answers are to be. None: nobody chose, so the usual holds. temperature: 0..2. max_tokens: of an answer."""

    persona: str | None = None
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    style: Style | None = None
    is_json: bool = False


class PreferenceService:
    """The preferences of every channel. A thread uses those of its channel where it has none of its own. now: aware."""

    def __init__(self, store: Preferences, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    async def of(self, place: Place) -> Tuning:
        """Return what holds in a place."""
        tuning = _tuning(await self._store.channel(place.channel_id))
        if place.parent_id is None:
            return tuning
        usual = _tuning(await self._store.channel(place.parent_id))
        chosen = {field.name: getattr(tuning, field.name) for field in fields(tuning)}
        if tuning.style is None:  # whoever tunes a thread chooses a style as well, and so says whether it is JSON
            chosen["is_json"] = usual.is_json or tuning.is_json
        return replace(usual, **{name: value for name, value in chosen.items() if value is not None})

    async def own(self, place: Place) -> Tuning:
        """Return what was chosen for this very channel or thread."""
        return _tuning(await self._store.channel(place.channel_id))

    async def set_persona(self, place: Place, author: Author, text: str | None) -> None:
        """Choose a persona; None takes it back. Raises InputError when it is blank or too long."""
        text = checked_persona(text) if text is not None else None
        await self._change(place, author, "persona", text or "", lambda chosen: replace(chosen, persona=text))

    async def set_model(self, place: Place, author: Author, model: str | None) -> None:
        """Choose a model, which `ModelService.checked` knows; None takes the choice back."""
        await self._change(place, author, "model", model or "", lambda chosen: replace(chosen, model=model))

    async def set_tuning(self, place: Place, author: Author, tuning: Tuning) -> None:
        """Choose everything but persona and model. Raises InputError for a number outside its range."""
        if tuning.temperature is not None and not 0 <= tuning.temperature <= MOST_TEMPERATURE:
            raise InputError("temperature_range", most=MOST_TEMPERATURE)
        if tuning.max_tokens is not None and not 1 <= tuning.max_tokens <= MOST_TOKENS:
            raise InputError("length_range", most=MOST_TOKENS)

        def tuned(chosen: ChannelPreferences) -> ChannelPreferences:
            return replace(
                chosen,
                temperature=tuning.temperature,
                max_tokens=tuning.max_tokens,
                style=tuning.style,
                is_json=tuning.is_json,
            )

        await self._change(place, author, "tuning", told_tuning(tuning), tuned)

    async def changes(self, place: Place, limit: int = 5) -> tuple[Change, ...]:
        """Return who changed what there, newest first."""
        return await self._store.changes(place.channel_id, limit)

    async def _change(
        self,
        place: Place,
        author: Author,
        what: str,
        value: str,
        changed: Callable[[ChannelPreferences], ChannelPreferences],
    ) -> None:
        shown = value if len(value) <= CHANGE_SHOWN_CHARS else f"{value[: CHANGE_SHOWN_CHARS - 1]}…"
        change = Change(author.id, author.name, what, shown, self._now())
        await self._store.change_channel(place.channel_id, place.guild_id, changed, change)


def checked_persona(text: str) -> str:
    """Return a persona without outer white space. Raises InputError when it is blank or too long."""
    bare = text.strip()
    if not bare:
        raise InputError("persona_blank")
    if len(bare) > PERSONA_LIMIT_CHARS:
        raise InputError("persona_long", chars=len(bare), limit=PERSONA_LIMIT_CHARS)
    return bare


def temperature(typed: str) -> float | None:
    """Return a temperature as somebody typed it, None when they left it blank. Raises InputError."""
    try:
        value = float(typed.strip().replace(",", ".")) if typed.strip() else None
    except ValueError:
        value = math.nan
    if value is not None and not 0 <= value <= MOST_TEMPERATURE:
        raise InputError("temperature_range", most=MOST_TEMPERATURE)
    return value


def max_tokens(typed: str) -> int | None:
    """Return an answer's length as somebody typed it, None when they left it blank. Raises InputError."""
    bare = typed.strip().replace(",", "").replace(" ", "")
    if not bare:
        return None
    if not (bare.isascii() and bare.isdecimal()) or len(bare) > 9 or not 1 <= int(bare) <= MOST_TOKENS:
        raise InputError("length_range", most=MOST_TOKENS)
    return int(bare)


def style(chosen: str | None) -> Style | None:
    """Return a style by its name, None for a name that is none."""
    known: tuple[Style, ...] = get_args(Style)
    return next((name for name in known if name == chosen), None)


def told_tuning(tuning: Tuning) -> str:
    """Return what was tuned, in a few words; "usual" where nothing was."""
    said = [
        "" if tuning.temperature is None else f"temperature {tuning.temperature:g}",
        "" if tuning.max_tokens is None else f"at most {tuning.max_tokens:,} tokens",
        "" if tuning.style in {None, "normal"} else f"style {tuning.style}",
        "JSON" if tuning.is_json else "",
    ]
    return ", ".join(filter(None, said)) or "usual"


def _tuning(chosen: ChannelPreferences | None) -> Tuning:
    if chosen is None:
        return Tuning()
    return Tuning(
        chosen.persona, chosen.model, chosen.temperature, chosen.max_tokens, style(chosen.style), chosen.is_json
    )
