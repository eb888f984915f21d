"""What of the memory goes along with a question: how large texts are, and the newest whole exchanges that fit."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Protocol, TypeVar

TURN_OVERHEAD_TOKENS = 4  # role and separators
PICTURE_TOKENS = 1000  # what vision models count for one of about a megapixel
# Quarters of a token, by rule of thumb: tokenizers are the server's own, so every number here is an estimate.
_LETTER, _SIGN, _NEAR, _FAR, _ASTRAL = 1, 2, 2, 4, 8
_SIGNS = (string.digits + string.punctuation).encode()


class Sized(Protocol):
    """A turn, as far as fitting is concerned."""

    @property
    def exchange_id(self) -> int:
        """Question and answer share it."""
        ...

    @property
    def text(self) -> str:
        """What was said."""
        ...


T = TypeVar("T", bound=Sized)


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a turn with this text; rather too many than too few.

    Four letters or blanks of English make one, two digits or signs (code), two letters of the alphabets up to Arabic,
    each character of the other scripts; an emoji makes two.
    """
    chars = len(text)
    ascii_bytes = text.encode("ascii", "ignore")
    letters = len(ascii_bytes.translate(None, _SIGNS))
    signs = len(ascii_bytes) - letters
    astral = len(text.encode("utf-16-le", "surrogatepass")) // 2 - chars
    others = chars - len(ascii_bytes) - astral
    # Of the others, those up to U+07FF take two bytes, the rest three.
    far = len(text.encode("utf-8", "surrogatepass")) - len(ascii_bytes) - 4 * astral - 2 * others
    quarters = letters * _LETTER + signs * _SIGN + (others - far) * _NEAR + far * _FAR + astral * _ASTRAL
    return -(-quarters // 4) + TURN_OVERHEAD_TOKENS


def turn_tokens(turn: Sized) -> int:
    """Estimate the tokens of a turn."""
    return estimated_tokens(turn.text)


def fitted(turns: Sequence[T], budget_tokens: int, tokens: Callable[[T], int] = turn_tokens) -> tuple[T, ...]:
    """Return the newest exchanges of `turns` (oldest first) that fit into the budget; an exchange stays whole.

    tokens: tells the size of a turn; it is asked only about as many turns as needed.
    """
    exchanges = [list(group) for _, group in groupby(turns, key=lambda turn: turn.exchange_id)]
    kept: list[list[T]] = []
    left = budget_tokens
    for exchange in reversed(exchanges):
        left -= sum(map(tokens, exchange))
        if left < 0:
            break
        kept.append(exchange)
    return tuple(turn for exchange in reversed(kept) for turn in exchange)
