"""Characters that belong together or cannot be sent."""

from __future__ import annotations

import re
import unicodedata

# A skin tone or a tag changes the emoji before it; a zero-width joiner binds both its neighbours.
_JOINED_TO_BEFORE = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u200d]")
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]+\\Z")  # two make a flag
_FLAG_REACH = 64
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def sendable(text: str) -> str:
    """Return the text with U+FFFD for what no JSON in UTF-8 can carry: lone surrogates and NUL."""
    return _UNSENDABLE.sub("\ufffd", text)


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen. Discord refuses such a message (code 50006)."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)


def is_joined(text: str, at: int) -> bool:
    """Whether the characters before and after `at` belong together."""
    before, after = text[at - 1 : at], text[at : at + 1]
    if not after or before == "\u200d":
        return True  # what comes after is not known yet, or bound to what is before
    if unicodedata.category(after).startswith("M") or _JOINED_TO_BEFORE.match(after):
        return True
    letters = _FLAG_LETTERS.search(text, max(0, at - _FLAG_REACH), at)
    return letters is not None and len(letters[0]) % 2 == 1 and _FLAG_LETTERS.match(after) is not None


def whole_before(text: str, at: int) -> int:
    """Return the last place at or before `at` that cuts neither a composed character nor a run of backticks."""
    floor = max(1, at - 64)
    for place in range(min(at, len(text)), floor, -1):
        if not is_joined(text, place) and text[place - 1 : place + 1] != "``":
            return place
    return min(at, len(text))
