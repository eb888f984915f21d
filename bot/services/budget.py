"""Which remembered turns go along with a question: the newest whole exchanges that fit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol, TypeVar

CHARS_PER_TOKEN = 4  # a rule of thumb for English; 1 for scripts that are not Latin
TURN_OVERHEAD_TOKENS = 4  # role and separators


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
    """Estimate the tokens of a text: a quarter of its ASCII characters and all of the others."""
    ascii_chars = len(text.encode("ascii", "ignore"))
    return -(-ascii_chars // CHARS_PER_TOKEN) + len(text) - ascii_chars + TURN_OVERHEAD_TOKENS


def fitted(turns: Sequence[T], budget_tokens: int) -> tuple[T, ...]:
    """Return the newest exchanges of `turns` (oldest first) that fit into the budget; an exchange stays whole."""
    exchanges = [list(group) for _, group in groupby(turns, key=lambda turn: turn.exchange_id)]
    kept: list[list[T]] = []
    left = budget_tokens
    for exchange in reversed(exchanges):
        left -= sum(estimated_tokens(turn.text) for turn in exchange)
        if left < 0:
            break
        kept.append(exchange)
    return tuple(turn for exchange in reversed(kept) for turn in exchange)
