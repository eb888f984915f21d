"""Where an error arose, told without its words, which may quote people."""

from __future__ import annotations

import traceback


def wordless_traceback(error: BaseException | None) -> str:
    """Return where an error and its causes arose, oldest first, without their texts."""
    parts: list[str] = []
    while error is not None:
        parts.append("".join((*traceback.format_tb(error.__traceback__), type(error).__name__)))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(parts))
