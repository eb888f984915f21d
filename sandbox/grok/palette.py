"""Colours and moods: what a prompt's words, or else its hash, choose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Literal

from PIL import ImageColor

Colour = tuple[int, int, int]
Theme = Literal["hills", "peaks", "sea", "city", "orbits"]


@dataclass(frozen=True, slots=True)
class Palette:
    """sky: top to horizon; light: sun or moon; land: far to near."""

    sky: tuple[Colour, Colour]
    light: Colour
    land: tuple[Colour, Colour]
    is_night: bool = False


def _palette(top: str, low: str, light: str, far: str, near: str, *, is_night: bool = False) -> Palette:
    return Palette((_rgb(top), _rgb(low)), _rgb(light), (_rgb(far), _rgb(near)), is_night)


def _rgb(code: str) -> Colour:
    red, green, blue = ImageColor.getrgb(code)[:3]
    return red, green, blue


PALETTES = {
    "dawn": _palette("#5b6ee1", "#ffd1b3", "#fff1c9", "#c08fb0", "#3b2f5c"),
    "sunset": _palette("#4a2c6d", "#ff9a5a", "#ffe08a", "#b5536c", "#2b1535"),
    "night": _palette("#070b24", "#2b3a78", "#f4f1de", "#33427a", "#0a0f24", is_night=True),
    "aurora": _palette("#041326", "#1f7a6d", "#e4fff4", "#1f5a66", "#05141f", is_night=True),
    "noon": _palette("#4aa3df", "#d8f0ff", "#fffbe6", "#8ec6b0", "#1f5c4d"),
    "forest": _palette("#7fc8a9", "#f3f8d8", "#fff6c2", "#7fae82", "#12372a"),
    "sea": _palette("#2a6fb0", "#bfe6f0", "#fff4d6", "#5aa9c9", "#0b3a5b"),
    "blossom": _palette("#f7a8c4", "#ffe9ef", "#fffdf5", "#d98cae", "#5a2a4a"),
    "desert": _palette("#f2b872", "#fff0d0", "#fffaf0", "#d9925b", "#6b3320"),
    "golden": _palette("#a8701d", "#ffe7a3", "#fff9e0", "#d3a13b", "#4a2f0b"),
    "mist": _palette("#8d99ae", "#edf2f4", "#ffffff", "#a9b4c2", "#2b2d42"),
    "ember": _palette("#2a0a12", "#d94f30", "#ffd29a", "#8c2f39", "#1a0508", is_night=True),
}
MOODS = (
    ("night", r"night|moon|dark|midnight|stars?|space|galaxy|cosmos"),
    ("sunset", r"sunset|evening|dusk|orange"),
    ("dawn", r"dawn|sunrise|morning|purple|violet"),
    ("aurora", r"aurora|northern lights|teal|neon"),
    ("sea", r"sea|ocean|water|wave|lake|river|blue|fish|ship|boat"),
    ("forest", r"forest|tree|wood|garden|green|frog|leaf"),
    ("blossom", r"blossom|flower|rose|pink|spring|love"),
    ("desert", r"desert|sand|camel|dune|beach"),
    ("golden", r"gold\w*|yellow|honey|autumn|bee"),
    ("mist", r"mist|fog|snow|winter|white|gr[ae]y|silver|ice"),
    ("ember", r"fire|lava|red|dragon|volcano|ember"),
)
THEMES: tuple[tuple[Theme, str], ...] = (
    ("orbits", r"space|planet|galaxy|cosmos|orbit|astronaut|rocket|universe|robot"),
    ("city", r"city|town|street|skyline|tower|house|car|building"),
    ("sea", r"sea|ocean|water|wave|lake|river|fish|ship|boat|beach|whale"),
    ("hills", r"forest|tree|hill|garden|meadow|field"),
    ("peaks", r"mountain|peak|snow|ice|winter|alp|dragon|volcano|castle"),
)
TINTS = {
    "red": "#d0312d",
    "orange": "#f08a24",
    "gold": "#e0a526",
    "golden": "#e0a526",
    "yellow": "#f2d024",
    "green": "#2f9e5b",
    "teal": "#1f9e97",
    "blue": "#2f6fd0",
    "purple": "#7d4bc0",
    "violet": "#7d4bc0",
    "pink": "#e66aa0",
    "brown": "#8a5a34",
    "silver": "#aab4c4",
}


def _has(words: str, text: str) -> bool:
    return re.search(rf"\b(?:{words})s?\b", text) is not None


def choose_palette(prompt: str, luck: Random) -> Palette:
    """Return the palette for the prompt's words, or one by chance."""
    text = prompt.lower()
    by_chance = PALETTES[luck.choice(list(PALETTES))]
    return next((PALETTES[name] for name, words in MOODS if _has(words, text)), by_chance)


def choose_theme(prompt: str, luck: Random, *, is_night: bool) -> Theme:
    """Return the kind of scene for the prompt's words, or one by chance; planets need a dark sky."""
    choices: tuple[Theme, ...] = ("hills", "hills", "peaks", "sea", "city")
    by_chance = luck.choice((*choices, "orbits") if is_night else choices)
    return next((theme for theme, words in THEMES if _has(words, prompt.lower())), by_chance)


def choose_tint(prompt: str, luck: Random) -> Colour:
    """Return the colour the prompt names, or one by chance."""
    by_chance = TINTS[luck.choice(sorted(TINTS))]
    named = (TINTS[name] for name in TINTS if _has(name, prompt.lower()))
    return _rgb(next(named, by_chance))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour `share` of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
