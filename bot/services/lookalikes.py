"""What a text looks like: look-alike letters folded into plain ones, and what cannot be seen left out."""

from __future__ import annotations

import unicodedata

# Visible to nobody though Unicode calls them letters, marks or symbols (beside the categories Cc, Cf and Cs).
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})

# Letters that read as Latin ones and that NFKD leaves alone. Source: Unicode's confusables.txt (UTS 39), the likeliest.
_TWINS = {
    "a": "аαᴀɑ",
    "b": "Ьʙвƅ",
    "c": "сϲᴄⅽ",
    "d": "ԁᴅɗ",
    "e": "еεᴇєҽ",
    "f": "ꜰƒ",
    "g": "ɡɢԍ",
    "h": "һʜнհ",
    "i": "іιɪıӏ",
    "j": "јϳᴊ",
    "k": "кκᴋ",
    "l": "ʟⅼ",
    "m": "мᴍⅿ",
    "n": "ոɴпи",
    "o": "оοσᴏօ",
    "p": "рρᴘ",
    "q": "ԛգ",
    "r": "гʀᴦ",
    "s": "ѕꜱʂ",
    "t": "тτᴛ",
    "u": "υᴜսц",
    "v": "νᴠѵ",
    "w": "ԝωᴡш",
    "x": "хχⅹ",
    "y": "уγʏү",
    "z": "ᴢʐ",
}
_TO_LATIN = str.maketrans({twin: letter for letter, twins in _TWINS.items() for twin in twins})
# Letters on badges, and the regional indicators that flags are made of.
_BADGES = str.maketrans(
    {chr(first + number): chr(ord("a") + number) for first in (0x1F150, 0x1F170, 0x1F1E6) for number in range(26)}
)


def is_invisible(character: str) -> bool:
    """Tell whether nobody can see a character, line breaks and tabs included."""
    return unicodedata.category(character) in _INVISIBLE or character in _BLANKS


def folded(text: str) -> str:
    """Return a text in small letters without accents and without what is invisible, look-alikes replaced.

    For comparing only: other scripts lose marks that matter to their readers.
    """
    if text.isascii() and text.isprintable():
        return text.casefold()
    spread = unicodedata.normalize("NFKD", text).translate(_BADGES)
    seen = "".join(each for each in spread if not (unicodedata.combining(each) or is_invisible(each)))
    seen = "".join(each for each in seen if unicodedata.category(each) not in {"Mn", "Me"})
    return unicodedata.normalize("NFKD", seen.casefold()).translate(_TO_LATIN)


def letters(text: str) -> str:
    """Return only the letters of a text, folded."""
    return "".join(filter(str.isalpha, folded(text)))
